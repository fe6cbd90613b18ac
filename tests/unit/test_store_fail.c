/* Every call that can fail does, once: an I/O error, a full disk. */
#include "tests/lib/batches.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"
#include "tests/lib/vfs_fail.h"

/* Fail call n; false once there are fewer calls than that. */
static bool
fail_at(unsigned n, bool full)
{
	struct err err = { 0 };
	unsigned committed;
	bool happened;

	folder_enter();
	vfs_fail_at(n, full);
	committed = batches_record(&err);
	happened = vfs_fail_happened();
	vfs_fail_at(0, false);
	if (committed < BATCHES * BATCH)
		ck_assert_ptr_nonnull(strstr(err.text, "a.obit: "));
	batches_check_left(committed);
	folder_leave();
	return happened;
}

static void
sweep(bool full)
{
	unsigned n = 1;

	vfs_fail_install();
	while (fail_at(n, full))
		n += n < 60 ? 1 : 7;
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
