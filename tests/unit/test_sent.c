#include "store/sent.h"

#include "base/arena.h"
#include "base/err.h"
#include "http/coverage.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

static struct store *st;
static struct err err;

static void
begin(void)
{
	struct recording rec = { .program = span_of_str("test") };

	folder_enter();
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
}

static void
end(void)
{
	ck_assert_int_eq(store_close(st, &err), 0);
	folder_leave();
}

START_TEST(a_source_is_intended_once)
{
	begin();
	ck_assert_int_eq(store_intend(st, 7, 100, &err), 0);
	ck_assert_int_eq(store_intend(st, 7, 101, &err), -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	end();
}
END_TEST

START_TEST(rows_come_in_the_order_of_sources)
{
	struct sent row = { 0 };

	begin();
	ck_assert_int_eq(store_intend(st, 9, 100, &err), 0);
	ck_assert_int_eq(store_intend(st, 3, 101, &err), 0);
	ck_assert_int_eq(store_settle(st, 9, 100, 1, &err), 0);
	ck_assert_int_eq(store_settle(st, 5, 102, 2, &err), 0);
	ck_assert_int_eq(store_sent_next(st, 0, &row, &err), 1);
	ck_assert_uint_eq(row.source, 3);
	ck_assert_uint_eq(row.exchange, 0);
	ck_assert_int_eq(row.time, 101);
	ck_assert_int_eq(store_sent_next(st, row.source, &row, &err), 1);
	ck_assert_uint_eq(row.source, 5);
	ck_assert_uint_eq(row.exchange, 2);
	ck_assert_int_eq(store_sent_next(st, row.source, &row, &err), 1);
	ck_assert_uint_eq(row.source, 9);
	ck_assert_uint_eq(row.exchange, 1);
	ck_assert_int_eq(store_sent_next(st, row.source, &row, &err), 0);
	end();
}
END_TEST

START_TEST(only_what_has_no_outcome_is_forgotten)
{
	struct sent row = { 0 };

	begin();
	ck_assert_int_eq(store_intend(st, 1, 100, &err), 0);
	ck_assert_int_eq(store_intend(st, 2, 100, &err), 0);
	ck_assert_int_eq(store_settle(st, 2, 100, 1, &err), 0);
	ck_assert_int_eq(store_settle(st, 2, 100, 9, &err), 0);
	ck_assert_int_eq(store_forget(st, 1, &err), 0);
	ck_assert_int_eq(store_forget(st, 2, &err), 0);
	ck_assert_int_eq(store_sent_next(st, 0, &row, &err), 1);
	ck_assert_uint_eq(row.source, 2);
	ck_assert_uint_eq(row.exchange, 1);
	ck_assert_int_eq(store_sent_next(st, 2, &row, &err), 0);
	ck_assert_int_eq(store_intend(st, 1, 103, &err), 0);
	end();
}
END_TEST

START_TEST(an_archive_knows_of_what_it_is_the_replay)
{
	struct replay r = { .size = 12, .target = span_of_str("http://h:1") };
	struct coverage coverage = { 0 };
	struct arena arena = ARENA_INIT;
	struct replay got;

	memset(r.plan, 1, sizeof(r.plan));
	memset(r.root, 2, sizeof(r.root));
	begin();
	ck_assert_int_eq(store_replay_get(st, &arena, &got, &err), 0);
	ck_assert_int_eq(store_replay_add(st, &r, &err), 0);
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	ck_assert_int_eq(store_replay_get(st, &arena, &got, &err), 1);
	ck_assert_uint_eq(got.recording, 1);
	ck_assert_uint_eq(got.size, 12);
	ck_assert_mem_eq(got.plan, r.plan, sizeof(r.plan));
	ck_assert_mem_eq(got.root, r.root, sizeof(r.root));
	ck_assert(span_eq_str(got.target, "http://h:1"));
	ck_assert_int_eq(store_intend(st, 1, 1, &err), -1);
	arena_release(&arena);
	end();
}
END_TEST

START_TEST(a_copy_has_the_rows_of_its_recording)
{
	struct replay r = { .size = 12, .target = span_of_str("http://h:1") };
	struct recording rec = { .program = span_of_str("test") };
	struct coverage coverage = { 0 };
	struct arena arena = ARENA_INIT;
	struct store *to;
	struct replay got;
	struct sent row;

	begin();
	ck_assert_int_eq(store_replay_add(st, &r, &err), 0);
	ck_assert_int_eq(store_settle(st, 5, 102, 2, &err), 0);
	ck_assert_int_eq(store_intend(st, 3, 101, &err), 0);
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	ck_assert_int_eq(store_intend(st, 4, 103, &err), 0);
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	ck_assert_int_eq(store_open(&to, folder_path("b.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(to, &rec, &err), 0);
	ck_assert_msg(store_sent_copy(st, 1, to, &err) == 0, "%s", err.text);
	ck_assert_int_eq(store_replay_get(to, &arena, &got, &err), 1);
	ck_assert_uint_eq(got.size, 12);
	ck_assert_int_eq(store_sent_next(to, 0, &row, &err), 1);
	ck_assert_uint_eq(row.source, 3);
	ck_assert_uint_eq(row.exchange, 0);
	ck_assert_int_eq(row.time, 101);
	ck_assert_int_eq(store_sent_next(to, 3, &row, &err), 1);
	ck_assert_uint_eq(row.source, 5);
	ck_assert_uint_eq(row.exchange, 2);
	ck_assert_int_eq(store_sent_next(to, 5, &row, &err), 0);
	ck_assert_int_eq(store_close(to, &err), 0);
	arena_release(&arena);
	end();
}
END_TEST

UNIT_MAIN("sent", a_source_is_intended_once, rows_come_in_the_order_of_sources,
    only_what_has_no_outcome_is_forgotten,
    an_archive_knows_of_what_it_is_the_replay,
    a_copy_has_the_rows_of_its_recording)
