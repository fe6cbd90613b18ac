#include "formats/timeline.h"
#include "tests/lib/unit.h"

#define MS  INT64_C(1000000)
#define S   (1000 * MS)
#define DAY (86400 * S)

static uint64_t
sum(const struct timeline *tl)
{
	uint64_t n = 0;

	for (size_t i = 0; i < tl->count; i++)
		n += timeline_total(tl, i);
	return n;
}

START_TEST(one_is_in_one_bin)
{
	struct timeline tl = TIMELINE_INIT;

	timeline_add(&tl, 7 * MS + 5, OUTCOME_GONE);
	ck_assert_int_eq(timeline_width(&tl), MS);
	ck_assert_int_eq(tl.start, 7);
	ck_assert_uint_eq(tl.count, 1);
	ck_assert_uint_eq(tl.bins[0][OUTCOME_GONE], 1);
}
END_TEST

START_TEST(bins_grow_when_they_do_not_reach)
{
	struct timeline tl = TIMELINE_INIT;

	timeline_add(&tl, 0, OUTCOME_DELETED);
	timeline_add(&tl, 119 * MS, OUTCOME_GONE);
	ck_assert_int_eq(timeline_width(&tl), MS);
	ck_assert_uint_eq(tl.count, 120);
	timeline_add(&tl, 120 * MS, OUTCOME_GONE);
	ck_assert_int_eq(timeline_width(&tl), 5 * MS);
	ck_assert_uint_eq(tl.count, 25);
	ck_assert_uint_eq(tl.bins[23][OUTCOME_GONE], 1);
	ck_assert_uint_eq(tl.bins[24][OUTCOME_GONE], 1);
	ck_assert_uint_eq(tl.bins[0][OUTCOME_DELETED], 1);
}
END_TEST

START_TEST(order_means_nothing)
{
	static const int64_t times[] = { 5 * DAY, -3 * S, 0, 400 * DAY, -1,
		17 * MS, 200 * DAY };
	struct timeline there = TIMELINE_INIT, back = TIMELINE_INIT;
	size_t n = sizeof(times) / sizeof(times[0]);

	for (size_t i = 0; i < n; i++) {
		timeline_add(&there, times[i], OUTCOME_DELETED);
		timeline_add(&back, times[n - 1 - i], OUTCOME_DELETED);
	}
	ck_assert_uint_eq(sum(&there), n);
	ck_assert_uint_eq(there.count, back.count);
	ck_assert_int_eq(there.start, back.start);
	ck_assert_mem_eq(there.bins, back.bins, sizeof(there.bins));
	ck_assert_int_eq(timeline_width(&there), 7 * DAY);
}
END_TEST

START_TEST(all_of_time_fits)
{
	struct timeline tl = TIMELINE_INIT;

	timeline_add(&tl, INT64_MAX, OUTCOME_DELETED);
	timeline_add(&tl, INT64_MIN, OUTCOME_DELETED);
	timeline_add(&tl, 0, OUTCOME_DELETED);
	ck_assert_uint_eq(sum(&tl), 3);
}
END_TEST

UNIT_MAIN("timeline", one_is_in_one_bin, bins_grow_when_they_do_not_reach,
    order_means_nothing, all_of_time_fits)
