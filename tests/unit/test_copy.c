#include "store/copy.h"

#include "base/err.h"
#include "http/coverage.h"
#include "store/merge.h"
#include "store/origin.h"
#include "store/sent.h"
#include "store/store.h"
#include "store/verify.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

static struct err err;

static struct store *
open_store(const char *name, enum store_mode mode)
{
	struct store *st;

	ck_assert_msg(store_open(&st, folder_path(name), mode, &err) == 0, "%s",
	    err.text);
	return st;
}

static void
close_store(struct store *st)
{
	ck_assert_msg(store_close(st, &err) == 0, "%s", err.text);
}

/* A recording of samples from..to - 1; those of number 2 are interrupted. */
static void
record(struct store *st, unsigned from, unsigned to)
{
	struct recording rec = { .begun = from,
		.program = span_of_str("p"),
		.source = span_of_str("s"),
		.filter = span_of_str("f") };
	struct coverage coverage = { .packets = 1,
		.layers[LAYER_TCP] = 1,
		.first = 1,
		.last = 2 };
	struct reading reading;

	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	for (unsigned n = from; n < to; n++) {
		struct exchange *x = sample_exchange(n, &reading);

		if (n >= SAMPLE_COUNT)
			reading.deletion.attempt_of = store_next_id(st);
		ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
		exchange_free(x);
	}
	if (rec.id == 2)
		ck_assert_int_eq(store_leave(st, &err), 0);
	else
		ck_assert_int_eq(store_end(st, &coverage, &err), 0);
}

static void
copy(struct copy *c, const char *from, const char *to)
{
	c->from = open_store(from, STORE_READ);
	c->to = open_store(to, STORE_APPEND);
	ck_assert_msg(copy_archive(c, &err) == 0, "%s", err.text);
	close_store(c->from);
	close_store(c->to);
}

static void
check_roots(const char *a, const char *b)
{
	struct store *st[] = { open_store(a, STORE_READ),
		open_store(b, STORE_READ) };
	uint8_t roots[2][DIGEST_SIZE];
	uint64_t sizes[2];

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(store_root(st[i], roots[i], &sizes[i], &err),
		    0);
		close_store(st[i]);
	}
	ck_assert_uint_eq(sizes[0], sizes[1]);
	ck_assert_mem_eq(roots[0], roots[1], DIGEST_SIZE);
}

START_TEST(a_copy_says_the_same)
{
	struct copy c = { 0 };
	struct verify_options options = { 0 };
	struct verification found;
	struct arena arena = ARENA_INIT;
	struct recording rec;
	struct reading reading;
	struct entry e = ENTRY_INIT;
	struct store *st;

	folder_enter();
	st = open_store("a", STORE_APPEND);
	record(st, 0, SAMPLE_COUNT);
	record(st, 0, 0);
	record(st, SAMPLE_COUNT, SAMPLE_COUNT + 400);
	close_store(st);
	copy(&c, "a", "b");
	check_roots("a", "b");
	st = open_store("b", STORE_READ);
	ck_assert_int_eq(store_verify(st, &options, &found, &err), 0);
	ck_assert_msg(found.fault == FAULT_NONE, "%s", found.what);
	ck_assert_uint_eq(found.unfinished_id, 2);
	ck_assert_uint_eq(found.purged, 2);
	ck_assert_int_eq(store_recording(st, 3, &arena, &rec, &err), 1);
	ck_assert_int_eq(rec.begun, SAMPLE_COUNT);
	ck_assert(span_eq_str(rec.source, "s"));
	for (unsigned n = 0; n < SAMPLE_COUNT + 400; n++) {
		struct exchange *x = sample_exchange(n, &reading);

		ck_assert_int_eq(store_get(st, n + 1, &e, &err), 1);
		ck_assert_uint_eq(e.recording, n < SAMPLE_COUNT ? 1 : 3);
		sample_check(e.exchange, &e.reading, x, &reading);
		exchange_free(x);
	}
	entry_release(&e);
	close_store(st);
	arena_release(&arena);
	folder_leave();
}
END_TEST

static void
on_exchange(void *ctx, struct entry *e)
{
	ck_assert_uint_eq(++*(uint64_t *)ctx, e->id);
	e->reading.principal = span_of_str("me");
}

static void
on_recording(void *ctx, struct recording *rec, struct arena *arena)
{
	(void)ctx;
	(void)arena;
	rec->source = span_of_str("copied");
}

START_TEST(what_is_changed_on_the_way_is_written)
{
	uint64_t count = 0;
	struct copy c = { .exchange = on_exchange,
		.recording = on_recording,
		.ctx = &count };
	struct arena arena = ARENA_INIT;
	struct entry e = ENTRY_INIT;
	struct recording rec;
	struct store *st;

	folder_enter();
	st = open_store("a", STORE_APPEND);
	record(st, SAMPLE_COUNT, SAMPLE_COUNT + 3);
	close_store(st);
	copy(&c, "a", "b");
	ck_assert_uint_eq(count, 3);
	st = open_store("b", STORE_READ);
	ck_assert_int_eq(store_get(st, 3, &e, &err), 1);
	ck_assert(span_eq_str(e.reading.principal, "me"));
	ck_assert_int_eq(store_recording(st, 1, &arena, &rec, &err), 1);
	ck_assert(span_eq_str(rec.source, "copied"));
	entry_release(&e);
	close_store(st);
	arena_release(&arena);
	folder_leave();
}
END_TEST

START_TEST(origins_go_with_their_recordings)
{
	struct copy c = { 0 };
	struct merge *m = merge_new();
	const struct origin *origins;
	struct arena arena = ARENA_INIT;
	struct store *st;
	size_t count;

	folder_enter();
	st = open_store("a", STORE_APPEND);
	record(st, SAMPLE_COUNT, SAMPLE_COUNT + 3);
	ck_assert_int_eq(merge_add(m, st, folder_path("a"), &err), 0);
	close_store(st);
	st = open_store("m", STORE_APPEND);
	ck_assert_int_eq(merge_write(m, st, &err), 0);
	close_store(st);
	merge_free(m);
	copy(&c, "m", "b");
	st = open_store("b", STORE_READ);
	ck_assert_int_eq(store_origins(st, 1, &arena, &origins, &count, &err),
	    0);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(origins[0].number, 1);
	ck_assert_uint_eq(origins[0].first, 1);
	ck_assert_uint_eq(origins[0].size, 4);
	close_store(st);
	arena_release(&arena);
	folder_leave();
}
END_TEST

UNIT_MAIN("copy", a_copy_says_the_same, what_is_changed_on_the_way_is_written,
    origins_go_with_their_recordings)
