/* Every call that can fail does, once: an I/O error, a full disk. */
#include <stdio.h>

#include "base/err.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"
#include "tests/lib/vfs_fail.h"

enum {
	BATCH = 30,
	BATCHES = 4,
};

static int
add(struct store *st, unsigned n, struct err *err)
{
	struct reading reading;
	struct exchange *x = sample_exchange(n, &reading);
	int rc = store_add(st, x, &reading, err);

	exchange_free(x);
	return rc;
}

static int
add_batch(struct store *st, unsigned batch, struct err *err)
{
	for (unsigned n = 0; n < BATCH; n++)
		if (add(st, batch * BATCH + n, err) < 0)
			return -1;
	return store_commit(st, err);
}

/* Record until something fails; how many exchanges were committed. */
static unsigned
record(struct store *st, struct err *err)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1 };
	unsigned batch = 0;

	if (store_begin(st, &rec, err) < 0)
		return 0;
	while (batch < BATCHES && add_batch(st, batch, err) == 0)
		batch++;
	if (batch == BATCHES && store_end(st, &coverage, err) < 0)
		return batch * BATCH;
	return batch * BATCH;
}

static void
check(struct store *st, unsigned count)
{
	struct entry e = ENTRY_INIT;
	struct err err;

	for (unsigned n = 0; n < count; n++) {
		struct reading reading;
		struct exchange *x = sample_exchange(n, &reading);

		ck_assert_msg(store_get(st, n + 1, &e, &err) == 1, "%s",
		    err.text);
		sample_check(e.exchange, &e.reading, x, &reading);
		exchange_free(x);
	}
	entry_release(&e);
}

/* What is left must open, hold what was committed, and take more. */
static void
check_left(unsigned committed)
{
	struct store *st;
	struct err err;

	if (committed == 0 && folder_count() == 0)
		return;
	ck_assert_msg(store_open(&st, folder_path("a.obit"), STORE_READ,
			  &err) == 0,
	    "%s", err.text);
	check(st, committed);
	ck_assert_int_eq(store_close(st, &err), 0);
	ck_assert_msg(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			  &err) == 0,
	    "%s", err.text);
	ck_assert_uint_ge(record(st, &err), BATCH);
	ck_assert_int_eq(store_close(st, &err), 0);
	ck_assert_int_eq(folder_count(), 1);
}

/* Fail call n; false once there are fewer calls than that. */
static bool
fail_at(unsigned n, bool full)
{
	struct store *st;
	struct err err;
	unsigned committed = 0;
	bool happened;

	folder_enter();
	vfs_fail_at(n, full);
	if (store_open(&st, folder_path("a.obit"), STORE_APPEND, &err) == 0) {
		committed = record(st, &err);
		if (committed < BATCHES * BATCH)
			ck_assert_ptr_nonnull(strstr(err.text, "a.obit: "));
		(void)!store_close(st, &err);
	}
	happened = vfs_fail_happened();
	vfs_fail_at(0, false);
	check_left(committed);
	folder_leave();
	return happened;
}

static void
sweep(bool full)
{
	unsigned n = 1;

	vfs_fail_install();
	while (fail_at(n, full))
		n += n < 40 ? 1 : 7;
	/* It must have come through all batches and the close. */
	ck_assert_uint_gt(n, 40);
}

START_TEST(an_error_at_any_call_loses_no_commit)
{
	sweep(false);
}
END_TEST

START_TEST(a_disk_full_at_any_call_loses_no_commit)
{
	sweep(true);
}
END_TEST

UNIT_MAIN("store_fail", an_error_at_any_call_loses_no_commit,
    a_disk_full_at_any_call_loses_no_commit)
