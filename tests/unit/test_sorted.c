#include "replay/sorted.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/unit.h"

#define COUNT 5000

/* Few different keys, so that some come often. */
static void
key_of(uint8_t key[MATCH_KEY_SIZE], unsigned i, unsigned spread)
{
	memset(key, 0, MATCH_KEY_SIZE);
	srand(i);
	key[0] = (uint8_t)((unsigned)rand() % spread);
	key[MATCH_KEY_SIZE - 1] = (uint8_t)((unsigned)rand() % spread);
}

static void
fill(struct sorted *s, struct sorted_key *memory, unsigned spread)
{
	uint8_t key[MATCH_KEY_SIZE];

	*s = SORTED_INIT;
	for (unsigned i = 1; i <= COUNT; i++) {
		key_of(key, i, spread);
		sorted_count(s, key);
	}
	sorted_begin(s, memory);
	for (unsigned i = 1; i <= COUNT; i++) {
		key_of(key, i, spread);
		sorted_place(s, key, i, (uint8_t)(i % 3));
	}
	sorted_finish(s);
}

static int
order(const struct sorted_key *a, const struct sorted_key *b)
{
	int diff = memcmp(a->key, b->key, MATCH_KEY_SIZE);

	return diff != 0 ? diff : (a->id > b->id) - (a->id < b->id);
}

static void
check(const struct sorted *s, unsigned spread)
{
	static bool seen[COUNT + 1];
	uint8_t key[MATCH_KEY_SIZE];

	memset(seen, 0, sizeof(seen));
	ck_assert_uint_eq(s->count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		const struct sorted_key *k = &s->at[i];

		ck_assert(i == 0 || order(k - 1, k) < 0);
		ck_assert(!seen[k->id]);
		seen[k->id] = true;
		key_of(key, (unsigned)k->id, spread);
		ck_assert_mem_eq(k->key, key, MATCH_KEY_SIZE);
		ck_assert_uint_eq(k->kind, k->id % 3);
	}
}

START_TEST(all_are_there_and_in_order)
{
	static struct sorted_key memory[COUNT];
	static const unsigned spreads[] = { 1, 2, 17, 256 };
	struct sorted s;

	for (size_t i = 0; i < sizeof(spreads) / sizeof(spreads[0]); i++) {
		fill(&s, memory, spreads[i]);
		check(&s, spreads[i]);
	}
}
END_TEST

START_TEST(the_first_of_a_key_is_found)
{
	static struct sorted_key memory[COUNT];
	uint8_t key[MATCH_KEY_SIZE];
	struct sorted s;
	size_t at;

	fill(&s, memory, 40);
	for (unsigned i = 1; i <= COUNT; i++) {
		key_of(key, i, 40);
		at = sorted_find(&s, key);
		ck_assert_mem_eq(s.at[at].key, key, MATCH_KEY_SIZE);
		ck_assert(at == 0 ||
		    memcmp(s.at[at - 1].key, key, MATCH_KEY_SIZE) < 0);
	}
	memset(key, 0xff, sizeof(key));
	ck_assert_uint_eq(sorted_find(&s, key), COUNT);
}
END_TEST

START_TEST(none_at_all)
{
	uint8_t key[MATCH_KEY_SIZE] = { 0 };
	struct sorted s = SORTED_INIT;

	sorted_begin(&s, NULL);
	sorted_place(&s, key, 1, 0);
	sorted_finish(&s);
	ck_assert_uint_eq(sorted_find(&s, key), 0);
}
END_TEST

UNIT_MAIN("sorted", all_are_there_and_in_order, the_first_of_a_key_is_found,
    none_at_all)
