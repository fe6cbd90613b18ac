/*
 * Merging random archives: what comes out depends on the set of recordings
 * alone, and holds each of them once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "store/fresh.h"
#include "store/merge.h"
#include "store/store.h"
#include "store/verify.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

enum {
	UNIVERSE = 12, /* recordings there are */
	ROUNDS = 6,    /* OBIT_MERGE=100 for more, by hand */
};

/* Of recording r: exchanges, and whether it was finished. */
static unsigned
length_of(unsigned r)
{
	return r % 4 == 3 ? 0 : r * 5 % 7;
}

static bool
is_finished(unsigned r)
{
	return r % 3 != 1;
}

/* Exchange n of recording r, which begins with number base. */
static struct exchange *
make(unsigned r, unsigned n, uint64_t base, struct reading *reading)
{
	struct exchange *x =
	    sample_exchange(SAMPLE_COUNT + r * 100 + n, reading);
	struct follow_up *f;

	reading->deletion.attempt_of = base + n / 2;
	if (n % 3 != 2)
		return x;
	f = arena_alloc(&x->arena, 2 * sizeof(*f));
	f[0] = (struct follow_up){ base + n - 1, span_of_str("gone"),
		VERDICT_CONFIRMED };
	f[1] = (struct follow_up){ base, { 0 }, VERDICT_UNCONFIRMED };
	reading->kind = KIND_FOLLOW_UP;
	reading->follow_ups = f;
	reading->follow_up_count = 2;
	return x;
}

static struct coverage
coverage_of(unsigned r)
{
	return (struct coverage){
		.packets = 1 + r,
		.layers = { [LAYER_TCP] = 1 + r },
		.first = 1000 + r / 2,
		.last = 2000,
	};
}

static void
record(struct store *st, unsigned r)
{
	struct recording rec = { .begun = r, .program = span_of_str("test") };
	struct coverage coverage = coverage_of(r);
	struct reading reading;
	struct err err;
	uint64_t base;

	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	base = store_next_id(st);
	for (unsigned n = 0; n < length_of(r); n++) {
		struct exchange *x = make(r, n, base, &reading);

		ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
		exchange_free(x);
	}
	if (is_finished(r))
		ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	else
		ck_assert_int_eq(store_leave(st, &err), 0);
}

static void
record_into(const char *name, unsigned r)
{
	struct store *st;
	struct err err;

	ck_assert_int_eq(store_open(&st, folder_path(name), STORE_APPEND, &err),
	    0);
	record(st, r);
	ck_assert_int_eq(store_close(st, &err), 0);
}

static void
add(struct merge *m, const char *name)
{
	struct verify_options options = { 0 };
	struct verification found;
	struct store *st;
	struct err err;

	ck_assert_int_eq(store_open(&st, folder_path(name), STORE_READ, &err),
	    0);
	ck_assert_int_eq(store_verify(st, &options, &found, &err), 0);
	ck_assert_msg(found.fault == FAULT_NONE, "%s: %s", name, found.what);
	ck_assert_msg(merge_add(m, st, folder_path(name), &err) == 0, "%s",
	    err.text);
	ck_assert_int_eq(store_close(st, &err), 0);
}

/* Merge archives, named by letters, into another. */
static void
merge(const char *out, const char *names)
{
	struct merge *m = merge_new();
	struct fresh fresh;
	struct err err;

	for (; *names != '\0'; names++)
		add(m, (const char[]){ *names, '\0' });
	ck_assert_int_eq(fresh_open(&fresh, folder_path(out), &err), 0);
	ck_assert_msg(merge_write(m, fresh.st, &err) == 0, "%s", err.text);
	ck_assert_msg(fresh_commit(&fresh, &err) == 0, "%s", err.text);
	merge_free(m);
}

static void
same(const char *a, const char *b)
{
	uint8_t roots[2][DIGEST_SIZE];
	uint64_t sizes[2];
	const char *names[] = { a, b };
	struct store *st;
	struct err err;

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(store_open(&st, folder_path(names[i]),
				     STORE_READ, &err),
		    0);
		ck_assert_int_eq(store_root(st, roots[i], &sizes[i], &err), 0);
		ck_assert_int_eq(store_close(st, &err), 0);
	}
	ck_assert_uint_eq(sizes[0], sizes[1]);
	ck_assert_mem_eq(roots[0], roots[1], DIGEST_SIZE);
}

/* Exchanges of one recording, in place, refer to one another. */
static void
check_recording(struct store *st, const struct recording *rec, uint64_t *next)
{
	unsigned r = (unsigned)rec->begun;
	uint64_t base = *next;
	struct entry e = ENTRY_INIT;
	struct reading reading;
	struct err err;

	ck_assert_int_eq(rec->finished, is_finished(r));
	if (rec->finished)
		ck_assert_uint_eq(rec->coverage.packets, 1 + r);
	for (unsigned n = 0; n < length_of(r); n++) {
		struct exchange *x = make(r, n, base, &reading);

		ck_assert_int_eq(store_get(st, (*next)++, &e, &err), 1);
		ck_assert_uint_eq(e.recording, rec->id);
		sample_check(e.exchange, &e.reading, x, &reading);
		exchange_free(x);
	}
	entry_release(&e);
}

/* The archive holds just the recordings in set, once each. */
static void
holds(const char *name, unsigned set)
{
	struct arena arena = ARENA_INIT;
	struct verify_options options = { 0 };
	struct verification found;
	uint64_t next = 1, last;
	struct recording rec;
	struct store *st;
	struct err err;

	ck_assert_int_eq(store_open(&st, folder_path(name), STORE_READ, &err),
	    0);
	ck_assert_int_eq(store_verify(st, &options, &found, &err), 0);
	ck_assert_int_eq(found.fault, FAULT_NONE);
	for (uint64_t id = 1; store_recording(st, id, &arena, &rec, &err) == 1;
	     id++) {
		ck_assert_uint_ne(set & 1u << rec.begun, 0);
		set &= ~(1u << rec.begun);
		check_recording(st, &rec, &next);
	}
	ck_assert_uint_eq(set, 0);
	ck_assert_int_eq(store_last_id(st, &last, &err), 0);
	ck_assert_uint_eq(last, next - 1);
	ck_assert_int_eq(store_close(st, &err), 0);
	arena_release(&arena);
}

/* One to six recordings in random order, the same one perhaps twice. */
static unsigned
random_archive(const char *name)
{
	unsigned set = 0;
	struct store *st;
	struct err err;

	ck_assert_int_eq(store_open(&st, folder_path(name), STORE_APPEND, &err),
	    0);
	for (int n = 1 + rand() % 6; n > 0; n--) {
		unsigned r = (unsigned)rand() % UNIVERSE;

		record(st, r);
		set |= 1u << r;
	}
	ck_assert_int_eq(store_close(st, &err), 0);
	return set;
}

static unsigned
rounds(void)
{
	const char *text = getenv("OBIT_MERGE");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : ROUNDS;
}

START_TEST(the_set_of_recordings_decides)
{
	for (unsigned round = 0; round < rounds(); round++) {
		unsigned a, b, c;

		srand(round);
		folder_enter();
		a = random_archive("a");
		b = random_archive("b");
		c = random_archive("c");
		merge("1", "a");
		holds("1", a);
		merge("2", "aaa");
		same("1", "2");
		merge("3", "ab");
		holds("3", a | b);
		merge("4", "ba");
		same("3", "4");
		merge("5", "3c");
		merge("6", "bc");
		merge("7", "6a");
		holds("7", a | b | c);
		same("5", "7");
		merge("8", "7cab5");
		same("7", "8");
		folder_leave();
	}
}
END_TEST

START_TEST(the_parts_tell_what_became_of_what)
{
	const struct merge_part *p;
	struct merge *m = merge_new();
	struct fresh fresh;
	struct err err;
	size_t count;

	folder_enter();
	record_into("a", 6);
	record_into("a", 2);
	record_into("b", 2);
	add(m, "b");
	add(m, "a");
	ck_assert_int_eq(fresh_open(&fresh, folder_path("o"), &err), 0);
	ck_assert_int_eq(merge_write(m, fresh.st, &err), 0);
	ck_assert_int_eq(fresh_commit(&fresh, &err), 0);
	p = merge_parts(m, &count);
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(p[0].recording, 2);
	ck_assert_uint_eq(p[0].first, 3);
	ck_assert_uint_eq(p[0].count, 3);
	ck_assert_uint_eq(p[0].new_recording, 1);
	ck_assert_uint_eq(p[0].new_first, 1);
	ck_assert(!p[0].again);
	ck_assert_uint_eq(p[1].recording, 1);
	ck_assert_uint_eq(p[1].first, 1);
	ck_assert_uint_eq(p[1].new_recording, 1);
	ck_assert(p[1].again);
	ck_assert_ptr_null(p[1].like);
	ck_assert_uint_eq(p[2].first, 1);
	ck_assert_uint_eq(p[2].count, 2);
	ck_assert_uint_eq(p[2].new_first, 4);
	merge_free(m);
	folder_leave();
}
END_TEST

/* A source that is another one when it is written is not taken for it. */
START_TEST(a_source_that_changes_is_noticed)
{
	struct merge *m = merge_new();
	struct fresh fresh;
	struct err err;

	folder_enter();
	record_into("a", 2);
	record_into("b", 6);
	add(m, "a");
	ck_assert_int_eq(rename(folder_path("b"), folder_path("a")), 0);
	ck_assert_int_eq(fresh_open(&fresh, folder_path("o"), &err), 0);
	ck_assert_int_eq(merge_write(m, fresh.st, &err), -1);
	ck_assert_int_eq(err.code, ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.text, "is not what it was"));
	fresh_abandon(&fresh);
	merge_free(m);
	ck_assert_int_eq(folder_count(), 1);
	folder_leave();
}
END_TEST

/* A recording that goes on meanwhile is written as far as it was read. */
START_TEST(a_source_may_grow)
{
	struct merge *m = merge_new();
	struct fresh fresh;
	struct err err;

	folder_enter();
	record_into("a", 4);
	add(m, "a");
	record_into("a", 2);
	ck_assert_int_eq(fresh_open(&fresh, folder_path("o"), &err), 0);
	ck_assert_int_eq(merge_write(m, fresh.st, &err), 0);
	ck_assert_int_eq(fresh_commit(&fresh, &err), 0);
	holds("o", 1u << 4);
	merge_free(m);
	folder_leave();
}
END_TEST

START_TEST(a_reference_out_of_its_recording_is_refused)
{
	struct merge *m = merge_new();
	struct recording rec = { .begun = 1 };
	struct reading reading;
	struct exchange *x;
	struct store *st;
	struct err err;

	folder_enter();
	record_into("a", 2);
	ck_assert_int_eq(store_open(&st, folder_path("a"), STORE_APPEND, &err),
	    0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	x = make(2, 0, 1, &reading);
	ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
	exchange_free(x);
	ck_assert_int_eq(store_leave(st, &err), 0);
	ck_assert_int_eq(merge_add(m, st, folder_path("a"), &err), -1);
	ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
	ck_assert_str_eq(err.text,
	    "exchange 4 refers to exchange 1, which is not of its recording");
	ck_assert_int_eq(store_close(st, &err), 0);
	merge_free(m);
	folder_leave();
}
END_TEST

UNIT_MAIN("merge", the_set_of_recordings_decides,
    the_parts_tell_what_became_of_what, a_source_that_changes_is_noticed,
    a_source_may_grow, a_reference_out_of_its_recording_is_refused)
