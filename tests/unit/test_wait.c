#include "capture/wait.h"

#include "tests/lib/unit.h"

/*
 * Requests and responses take turns; request n is bytes [10n, 10n + 5), its
 * response [1000 + 10n, 1000 + 10n + 10).
 */
static struct outlet outlet;
static struct drafts requests, responses;
static int64_t clock_now;

#define LONG 13 /* turns that show it, and some more */

static void
start(void)
{
	outlet = (struct outlet){ .budget.limit = 1 << 20 };
	requests = responses = DRAFTS_INIT;
	clock_now = 0;
}

static void
drain(struct drafts *q)
{
	while (drafts_count(q) > 0)
		draft_free(drafts_take(q));
	drafts_release(q);
}

static void
stop(void)
{
	drain(&requests);
	drain(&responses);
	draft_drop_spare(&outlet);
	ck_assert_uint_eq(outlet.budget.used, 0);
}

static struct draft *
request(unsigned n)
{
	struct draft *d = draft_new(&outlet, 10 * n, 1000 + 10 * n, clock_now);

	d->end = d->first + 5;
	d->number = n;
	drafts_add(&requests, d);
	return d;
}

static struct draft *
response(unsigned n)
{
	struct draft *d =
	    draft_new(&outlet, 1000 + 10 * n, 10 * n + 5, clock_now);

	d->end = d->first + 10;
	drafts_add(&responses, d);
	return d;
}

/* Numbers [n, end), after longer and longer pauses. */
static void
turns(unsigned n, unsigned end)
{
	for (; n < end; n++) {
		clock_now += 10 * n;
		request(n);
		clock_now++;
		response(n);
	}
}

/* Are all responses from number i on placed, up to number end? */
static bool
placed(unsigned i, unsigned end)
{
	for (; i < end; i++) {
		const struct draft *r = drafts_at(&responses, i);

		if (r->place != (r->first - 1000) / 10)
			return false;
	}
	return true;
}

static unsigned
count_placed(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < drafts_count(&responses); i++)
		count += drafts_at(&responses, i)->place != 0;
	return count;
}

/* n turns with these pauses, each answered `more` later. */
static bool
shown(size_t n, int64_t first, int64_t step, int64_t more)
{
	struct wait_turn t[100];

	for (size_t i = 0; i < n; i++) {
		t[i].pause = first + step * (int64_t)i;
		t[i].took = t[i].pause + more;
	}
	return wait_is_shown(t, n);
}

/* Of n! orders just one has each time above its pause: 6! = 720. */
START_TEST(one_order_of_many)
{
	ck_assert(!shown(6, 0, 10, 1));
	ck_assert(shown(7, 0, 10, 1));
	ck_assert(!shown(0, 0, 10, 1));
}
END_TEST

/* Two orders of each neighbours: about 2 ^ (n - 1) of n!. */
START_TEST(some_orders_of_many)
{
	ck_assert(!shown(8, 0, 10, 15));
	ck_assert(shown(9, 0, 10, 15)); /* 256 / 362880 */
}
END_TEST

START_TEST(like_pauses_show_nothing)
{
	ck_assert(!shown(100, 500, 0, 1));
}
END_TEST

/* The way to the client and back: a client that does not wait has it, too. */
START_TEST(what_pauses_have_in_common_shows_nothing)
{
	ck_assert(!shown(20, 500, 10, 1));
}
END_TEST

START_TEST(slow_answers_show_nothing)
{
	ck_assert(!shown(20, 0, 10, 200));
}
END_TEST

START_TEST(disordered_times_show_nothing)
{
	struct wait_turn t[9];

	for (int i = 0; i < 9; i++)
		t[i] = (struct wait_turn){ 10 * i, 10 * i + 1 };
	t[4].took = t[4].pause;
	ck_assert(!wait_is_shown(t, 9));
	for (int i = 0; i < 9; i++)
		t[i] = (struct wait_turn){ 10 * i - 1, 10 * i + 1 };
	ck_assert(!wait_is_shown(t, 9));
}
END_TEST

START_TEST(run_is_placed)
{
	start();
	turns(1, LONG + 1);
	wait_judge(&responses, &requests);
	ck_assert(placed(0, LONG));
	stop();
}
END_TEST

START_TEST(short_run_is_not)
{
	start();
	turns(1, 8);
	wait_judge(&responses, &requests);
	ck_assert_uint_eq(count_placed(), 0);
	stop();
}
END_TEST

START_TEST(lost_requests_begin_anew)
{
	start();
	turns(1, LONG + 1);
	clock_now += 100;
	request(LONG + 1)->gap_before = true;
	response(LONG + 1)->gap_before = true;
	turns(LONG + 2, LONG + 4);
	wait_judge(&responses, &requests);
	ck_assert(placed(0, LONG));
	ck_assert_uint_eq(count_placed(), LONG);
	stop();
}
END_TEST

START_TEST(ghosts_begin_anew)
{
	start();
	turns(1, LONG + 1);
	request(LONG + 1)->ghost = true;
	drafts_at(&requests, LONG)->ack = 0;
	turns(LONG + 2, LONG + 4);
	wait_judge(&responses, &requests);
	/* The ghost may have been sent together with the last before it. */
	ck_assert_uint_eq(count_placed(), LONG - 1);
	stop();
}
END_TEST

/* What waited before a response was lost waits behind it. */
START_TEST(lost_response_leaves_what_follows)
{
	start();
	turns(1, LONG + 1);
	request(LONG + 1);
	request(LONG + 2);
	response(LONG + 2)->gap_before = true;
	wait_judge(&responses, &requests);
	ck_assert(placed(0, LONG + 1));
	stop();
}
END_TEST

/* But it may have begun to wait just there. */
START_TEST(lost_response_hides_what_came_before)
{
	start();
	turns(1, 3);
	request(3);
	request(4);
	response(4)->gap_before = true;
	turns(5, 20);
	wait_judge(&responses, &requests);
	ck_assert_uint_eq(drafts_at(&responses, 0)->place, 0);
	ck_assert_uint_eq(drafts_at(&responses, 1)->place, 0);
	ck_assert(placed(2, (unsigned)drafts_count(&responses)));
	stop();
}
END_TEST

/* Two requests at once. */
START_TEST(sending_ahead_begins_anew)
{
	start();
	turns(1, LONG + 1);
	request(LONG + 1);
	request(LONG + 2)->ack = 1010 + 10 * LONG;
	response(LONG + 1);
	response(LONG + 2);
	turns(LONG + 3, LONG + 5);
	wait_judge(&responses, &requests);
	ck_assert(placed(0, LONG));
	ck_assert_uint_eq(count_placed(), LONG);
	stop();
}
END_TEST

UNIT_MAIN("wait", one_order_of_many, some_orders_of_many,
    like_pauses_show_nothing, what_pauses_have_in_common_shows_nothing,
    slow_answers_show_nothing, disordered_times_show_nothing, run_is_placed,
    short_run_is_not, lost_requests_begin_anew, ghosts_begin_anew,
    lost_response_leaves_what_follows, lost_response_hides_what_came_before,
    sending_ahead_begins_anew)
