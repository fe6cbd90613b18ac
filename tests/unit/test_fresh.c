/* A new archive is there whole or not at all. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/err.h"
#include "store/fresh.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

static void
record(struct store *st)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1 };
	struct reading reading;
	struct exchange *x = sample_exchange(SAMPLE_COUNT, &reading);
	struct err err;

	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	exchange_free(x);
}

START_TEST(it_appears_when_it_is_whole)
{
	struct fresh f;
	struct stat there;
	struct store *st;
	struct err err;

	folder_enter();
	ck_assert_int_eq(fresh_open(&f, folder_path("a.obit"), &err), 0);
	record(f.st);
	ck_assert_int_eq(stat(folder_path("a.obit"), &there), -1);
	ck_assert_int_eq(fresh_commit(&f, &err), 0);
	ck_assert_int_eq(stat(folder_path("a.obit"), &there), 0);
	ck_assert_uint_eq(there.st_mode & 07777, 0600);
	ck_assert_uint_eq(there.st_nlink, 1);
	ck_assert_int_eq(folder_count(), 1);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	ck_assert_int_eq(store_close(st, &err), 0);
	fresh_abandon(&f);
	ck_assert_int_eq(folder_count(), 1);
	folder_leave();
}
END_TEST

START_TEST(nothing_is_left_of_one_that_is_abandoned)
{
	struct fresh f;
	struct err err;

	folder_enter();
	ck_assert_int_eq(fresh_open(&f, folder_path("a.obit"), &err), 0);
	record(f.st);
	fresh_abandon(&f);
	fresh_abandon(&f);
	ck_assert_int_eq(folder_count(), 0);
	folder_leave();
}
END_TEST

START_TEST(nothing_is_replaced)
{
	struct fresh f, g;
	struct err err;

	folder_enter();
	ck_assert_int_eq(fresh_open(&f, folder_path("a.obit"), &err), 0);
	ck_assert_int_eq(fresh_open(&g, folder_path("a.obit"), &err), 0);
	record(f.st);
	record(g.st);
	ck_assert_int_eq(fresh_commit(&f, &err), 0);
	ck_assert_int_eq(fresh_commit(&g, &err), -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_int_eq(fresh_open(&g, folder_path("a.obit"), &err), -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_int_eq(folder_count(), 1);
	ck_assert_int_eq(fresh_open(&g, folder_path("no/a.obit"), &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
	folder_leave();
}
END_TEST

UNIT_MAIN("fresh", it_appears_when_it_is_whole,
    nothing_is_left_of_one_that_is_abandoned, nothing_is_replaced)
