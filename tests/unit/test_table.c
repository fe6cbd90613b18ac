#include "capture/table.h"

#include <stdbool.h>
#include <string.h>

#include "tests/lib/unit.h"

#define ITEMS 3000

static int items[ITEMS];
static bool there[ITEMS];

static bool
finds(const struct table *t, uint32_t hash, const int *item)
{
	int *found;

	for (size_t i = 0; (found = table_next(t, hash, &i)) != NULL;)
		if (found == item)
			return true;
	return false;
}

/* Add and remove at random, and look for all of them now and then. */
static void
run(uint32_t (*hash_of)(size_t n))
{
	struct table t = TABLE_INIT;
	uint32_t random = 1;
	size_t count = 0;

	ck_assert_ptr_null(table_next(&t, 0, &(size_t){ 0 }));
	for (size_t step = 0; step < 10 * ITEMS; step++) {
		size_t n = (random = random * 1664525 + 1013904223) % ITEMS;

		if (there[n])
			table_remove(&t, hash_of(n), &items[n]);
		else
			table_add(&t, hash_of(n), &items[n]);
		there[n] = !there[n];
		count = there[n] ? count + 1 : count - 1;
		ck_assert_uint_eq(t.count, count);
		for (size_t i = 0; step % 1000 == 0 && i < ITEMS; i++)
			ck_assert_int_eq(finds(&t, hash_of(i), &items[i]),
			    there[i]);
	}
	table_release(&t);
	memset(there, 0, sizeof(there));
}

static uint32_t
spread(size_t n)
{
	return (uint32_t)n * 2654435761u;
}

static uint32_t
alike(size_t n)
{
	return (uint32_t)n % 50;
}

/* All at the end of the table, so that they wrap. */
static uint32_t
last(size_t n)
{
	return UINT32_MAX - (uint32_t)n % 3;
}

START_TEST(what_is_there_is_found)
{
	run(spread);
	run(alike);
	run(last);
}
END_TEST

START_TEST(memory_is_what_is_promised)
{
	struct table t = TABLE_INIT;

	for (size_t n = 0; n < ITEMS; n++) {
		table_add(&t, spread(n), &items[n]);
		ck_assert(n < 64 ||
		    t.room * sizeof(*t.slots) <= t.count * TABLE_COST);
	}
	table_release(&t);
}
END_TEST

UNIT_MAIN("table", what_is_there_is_found, memory_is_what_is_promised)
