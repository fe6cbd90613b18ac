#include "replay/schedule.h"

#include <stdlib.h>

#include "tests/lib/unit.h"

#define MS ((int64_t)1000000)

static struct step steps[64];
static struct plan plan;
static struct sending how;
static bool done[64];
static struct schedule *schedule;

/* Steps from pairs of begin and end. */
static void
begin(enum order order, const int64_t (*times)[2], size_t count)
{
	memset(done, 0, sizeof(done));
	plan = (struct plan){ .steps = steps, .count = count };
	how = (struct sending){ .order = order };
	for (size_t i = 0; i < count; i++)
		steps[i] =
		    (struct step){ .begin = times[i][0], .end = times[i][1] };
	schedule = schedule_new(&plan, &how, done);
}

/* May this step begin now?  If so, it does. */
static bool
begins(size_t step)
{
	size_t next;

	if (!schedule_next(schedule, &next) || next != step ||
	    !schedule_allows(schedule))
		return false;
	schedule_begin(schedule);
	return true;
}

static void
ends(size_t step)
{
	done[step] = true;
	schedule_end(schedule, step);
}

START_TEST(serial_has_one_at_a_time)
{
	static const int64_t times[][2] = { { 0, 9 }, { 1, 2 }, { 2, 3 } };
	size_t next;

	begin(ORDER_SERIAL, times, 3);
	ck_assert(begins(0));
	ck_assert(!begins(1));
	ends(0);
	ck_assert(begins(1));
	ends(1);
	ck_assert(begins(2));
	ck_assert_uint_eq(schedule_open(schedule), 1);
	ends(2);
	ck_assert(!schedule_next(schedule, &next));
	schedule_free(schedule);
}
END_TEST

START_TEST(recorded_waits_for_nothing)
{
	static const int64_t times[][2] = { { 0, 1 }, { 2, 3 }, { 4, 5 } };

	begin(ORDER_RECORDED, times, 3);
	ck_assert(begins(0) && begins(1) && begins(2));
	ck_assert_uint_eq(schedule_open(schedule), 3);
	schedule_free(schedule);
}
END_TEST

START_TEST(causal_waits_for_what_was_seen)
{
	/* 0 and 1 overlap; 2 saw 1 only; 3 saw both, and not 2. */
	static const int64_t times[][2] = { { 0, 20 }, { 5, 10 }, { 15, 40 },
		{ 30, 50 } };

	begin(ORDER_CAUSAL, times, 4);
	ck_assert(begins(0) && begins(1));
	ck_assert(!begins(2));
	ends(1);
	ck_assert(begins(2));
	ck_assert(!begins(3));
	ends(0);
	ck_assert(begins(3));
	schedule_free(schedule);
}
END_TEST

START_TEST(causal_waits_for_none_that_never_ended)
{
	static const int64_t times[][2] = { { 0, INT64_MAX }, { 10, 11 } };

	begin(ORDER_CAUSAL, times, 2);
	ck_assert(begins(0) && begins(1));
	schedule_free(schedule);
}
END_TEST

START_TEST(at_one_instant_nothing_waits_for_itself)
{
	/* Two that took no time, and one that ended when they began. */
	static const int64_t times[][2] = { { 0, 5 }, { 5, 5 }, { 5, 5 },
		{ 6, 6 } };

	begin(ORDER_CAUSAL, times, 4);
	ck_assert(begins(0));
	ck_assert(!begins(1));
	ends(0);
	ck_assert(begins(1) && begins(2));
	ck_assert(!begins(3));
	ends(2);
	ck_assert(!begins(3));
	ends(1);
	ck_assert(begins(3));
	schedule_free(schedule);
}
END_TEST

/* Against the definition: each pair, looked at one by one. */
START_TEST(causal_is_what_its_definition_says)
{
	int64_t times[40][2];

	srand(7);
	for (int64_t i = 0, t = 0; i < 40; i++) {
		t += rand() % 4;
		times[i][0] = t;
		times[i][1] = t + rand() % 12;
	}
	begin(ORDER_CAUSAL, times, 40);
	for (size_t step = 0; step < 40;) {
		bool may = true;
		size_t open = (size_t)rand() % 40;

		for (size_t i = 0; i < 40; i++)
			if (i != step && !done[i] &&
			    times[i][0] < times[step][0] &&
			    times[i][1] <= times[step][0])
				may = false;
		ck_assert(begins(step) == may);
		step += may;
		for (size_t i = 0; i < 40; i++) {
			size_t at = (open + i) % 40;

			if (at < step && !done[at] && (!may || rand() % 2)) {
				ends(at);
				break;
			}
		}
	}
	schedule_free(schedule);
}
END_TEST

START_TEST(times_are_absolute_and_scaled)
{
	static const int64_t times[][2] = { { 7 * MS, 8 * MS },
		{ 9 * MS, 10 * MS }, { 17 * MS, 18 * MS } };

	begin(ORDER_RECORDED, times, 3);
	how.speed = 2000;
	ck_assert(schedule_is_timed(schedule));
	ck_assert_int_eq(schedule_due(schedule), 0);
	ck_assert(begins(0));
	ck_assert_int_eq(schedule_due(schedule), 1 * MS);
	ck_assert_int_eq(schedule_due(schedule), 1 * MS);
	ck_assert(begins(1));
	ck_assert_int_eq(schedule_due(schedule), 5 * MS);
	schedule_free(schedule);
}
END_TEST

START_TEST(a_rate_spaces_what_comes_too_soon)
{
	static const int64_t times[][2] = { { 0, 1 }, { 1, 2 },
		{ 30 * MS, 31 * MS } };

	begin(ORDER_RECORDED, times, 3);
	how.rate = 100;
	ck_assert_int_eq(schedule_due(schedule), 0);
	ck_assert(begins(0));
	ck_assert_int_eq(schedule_due(schedule), 10 * MS);
	ck_assert(begins(1));
	how.speed = 1000;
	ck_assert_int_eq(schedule_due(schedule), 30 * MS);
	schedule_free(schedule);
}
END_TEST

START_TEST(what_is_not_of_the_plan_has_a_turn_too)
{
	static const int64_t times[][2] = { { 0, 1 }, { 1, 2 } };

	begin(ORDER_RECORDED, times, 2);
	ck_assert_int_eq(schedule_turn(schedule, 3 * MS), 3 * MS);
	how.rate = 100;
	ck_assert(begins(0));
	ck_assert_int_eq(schedule_turn(schedule, 3 * MS), 23 * MS);
	ck_assert_int_eq(schedule_due(schedule), 33 * MS);
	ck_assert_int_eq(schedule_turn(schedule, 50 * MS), 50 * MS);
	ck_assert_int_eq(schedule_due(schedule), 60 * MS);
	schedule_free(schedule);
}
END_TEST

START_TEST(years_of_recording_do_not_overflow)
{
	static const int64_t times[][2] = { { 0, 1 },
		{ INT64_MAX / 2, INT64_MAX } };

	begin(ORDER_RECORDED, times, 2);
	how.speed = 1000;
	ck_assert(begins(0));
	ck_assert_int_eq(schedule_due(schedule), INT64_MAX / 2);
	schedule_free(schedule);
}
END_TEST

START_TEST(what_is_done_is_passed_over)
{
	static const int64_t times[][2] = { { 0, 1 }, { 100, 101 },
		{ 200, 201 } };
	size_t next;

	begin(ORDER_CAUSAL, times, 3);
	schedule_free(schedule);
	done[0] = true;
	how.speed = 1000;
	schedule = schedule_new(&plan, &how, done);
	ck_assert(schedule_next(schedule, &next));
	ck_assert_uint_eq(next, 1);
	ck_assert_int_eq(schedule_due(schedule), 0);
	ck_assert(begins(1));
	schedule_withdraw(schedule);
	ck_assert_uint_eq(schedule_open(schedule), 0);
	schedule_free(schedule);
}
END_TEST

UNIT_MAIN("schedule", serial_has_one_at_a_time, recorded_waits_for_nothing,
    causal_waits_for_what_was_seen, causal_waits_for_none_that_never_ended,
    at_one_instant_nothing_waits_for_itself, causal_is_what_its_definition_says,
    times_are_absolute_and_scaled, a_rate_spaces_what_comes_too_soon,
    what_is_not_of_the_plan_has_a_turn_too, years_of_recording_do_not_overflow,
    what_is_done_is_passed_over)
