/*
 * The power is cut at any write or sync, and of what was not synced any part
 * may be there: what was committed is, and the archive verifies.
 *
 * By hand, each event with ten draws of luck, which takes minutes:
 *
 *	OBIT_POWER=10 CK_TIMEOUT_MULTIPLIER=100 test_store_power
 */
#include <stdlib.h>

#include "tests/lib/batches.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"
#include "tests/lib/vfs_power.h"

/* Cut at event n; false once there are fewer events than that. */
static bool
cut_at(unsigned n, enum vfs_power_luck luck, unsigned seed)
{
	struct err err = { 0 };
	unsigned committed;
	bool happened;

	folder_enter();
	srand(seed);
	vfs_power_start(n);
	committed = batches_record(&err);
	happened = vfs_power_is_cut();
	vfs_power_back(luck);
	batches_check_left(committed);
	folder_leave();
	return happened;
}

static unsigned
draws(void)
{
	const char *text = getenv("OBIT_POWER");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* Every event, or a part of them that differs from luck to luck. */
static void
sweep(enum vfs_power_luck luck)
{
	unsigned times = draws(), step = times == 0 ? 9 : 1, n;

	vfs_power_install();
	for (n = 1 + (unsigned)luck; cut_at(n, luck, n); n += step)
		for (unsigned seed = 1; seed < times; seed++)
			cut_at(n, luck, seed * 1000003 + n);
	ck_assert_uint_gt(n, 100);
}

START_TEST(nothing_that_was_not_synced_is_there)
{
	sweep(LUCK_NONE);
}
END_TEST

START_TEST(some_of_the_writes_are_there)
{
	sweep(LUCK_WRITES);
}
END_TEST

START_TEST(some_sectors_of_the_writes_are_there)
{
	sweep(LUCK_SECTORS);
}
END_TEST

/* All but the deletion of the first journal reached the disk. */
START_TEST(a_journal_that_comes_back_is_not_rolled_back)
{
	vfs_power_install();
	for (unsigned n = 118; n < 124; n++)
		for (unsigned seed = 0; seed < 12; seed++)
			cut_at(n, LUCK_WRITES, seed * 1000003 + n);
}
END_TEST

START_TEST(everything_is_there)
{
	sweep(LUCK_ALL);
}
END_TEST

UNIT_MAIN("store_power", nothing_that_was_not_synced_is_there,
    some_of_the_writes_are_there, a_journal_that_comes_back_is_not_rolled_back,
    some_sectors_of_the_writes_are_there, everything_is_there)
