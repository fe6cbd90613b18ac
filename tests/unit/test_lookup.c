/* What is found by a hash, in segments and before they are made. */
#include "store/lookup.h"

#include "base/err.h"
#include "store/db.h"
#include "store/schema.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

START_TEST(a_hash_is_as_described)
{
	/* FNV-1a of "Ma": (0x811c9dc5 ^ 'M') * p, (that ^ 'a') * p. */
	uint32_t h = 2166136261u;

	h = (h ^ 'M') * 16777619u;
	h = (h ^ 'a') * 16777619u;
	h = (h ^ h >> 15) * 2246822519u;
	ck_assert_uint_eq(lookup_hash(LOOKUP_MATCH, span_of_str("a")), h >> 7);
	ck_assert_uint_ne(lookup_hash(LOOKUP_PATH, span_of_str("a")), h >> 7);
}
END_TEST

/* Add samples first..last - 1 to a store of their own batch. */
static void
record(unsigned first, unsigned last)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1 };
	struct store *st;
	struct err err;

	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	for (unsigned n = first; n < last; n++) {
		struct reading reading;
		struct exchange *x = sample_exchange(n, &reading);

		ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
		exchange_free(x);
	}
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	ck_assert_int_eq(store_close(st, &err), 0);
}

static void
finds(struct store *st, const struct selection *which, uint64_t id)
{
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	struct err err;

	ck_assert_int_eq(cursor_open(&c, st, which, &err), 0);
	ck_assert_int_eq(cursor_next(c, &e, &err), id != 0);
	if (id != 0)
		ck_assert_uint_eq(e.id, id);
	if (id != 0)
		ck_assert_int_eq(cursor_next(c, &e, &err), 0);
	cursor_close(c);
}

/* Sample n is exchange n + 1; its target, key and path are its own. */
static void
finds_sample(struct store *st, unsigned n)
{
	struct reading reading;
	struct exchange *x = sample_exchange(n, &reading);
	struct span id = reading.deletion.targets[0].id;

	finds(st, &(struct selection){ .target = id }, n + 1);
	finds(st, &(struct selection){ .key = reading.key }, n + 1);
	finds(st,
	    &(struct selection){
		.path = arena_printf(&x->arena, "/v3/pools/p%u", n) },
	    n + 1);
	finds(st, &(struct selection){ .target = id, .after = n + 1 }, 0);
	finds(st, &(struct selection){ .target = id, .recording = 9 }, 0);
	exchange_free(x);
}

START_TEST(all_are_found)
{
	static const unsigned samples[] = { 20, 5000, 6099, 6100, 6110 };
	struct store *st;
	struct err err;

	folder_enter();
	record(0, 6100); /* a segment, for there are enough */
	record(6100, 6120);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		finds_sample(st, samples[i]);
	finds(st, &(struct selection){ .target = SPAN_LITERAL("none") }, 0);
	ck_assert_int_eq(store_close(st, &err), 0);
	folder_leave();
}
END_TEST

UNIT_MAIN("lookup", a_hash_is_as_described, all_are_found)
