#include "capture/rank.h"

#include "tests/lib/unit.h"

/* Request number n is bytes [100n, 100n + 50); what is between is lost. */
static struct outlet outlet;
static struct rank_requests q;

static struct draft *
add(bool gap, bool begun, uint64_t ack)
{
	struct draft *d =
	    draft_new(&outlet, 100 * (q.count + 1), 5000 + ack, 0);

	d->end = d->first + 50;
	d->ended = true;
	d->gap_before = gap;
	d->begun_before = begun;
	d->number = ++q.count;
	drafts_add(&q.seen, d);
	return d;
}

static struct draft
response(uint64_t position, uint64_t ack)
{
	return (struct draft){ .first = 5000 + position, .ack = ack };
}

/* Three requests; before the third others may be lost. */
static void
start(void)
{
	outlet = (struct outlet){ .budget.limit = 1 << 20 };
	q = (struct rank_requests){ 0 };
	add(false, false, 0);
	add(false, false, 10);
	add(true, false, 20);
}

static void
stop(void)
{
	while (drafts_count(&q.seen) > 0)
		draft_free(drafts_take(&q.seen));
	drafts_release(&q.seen);
	draft_drop_spare(&outlet);
	ck_assert_uint_eq(outlet.budget.used, 0);
}

START_TEST(requests_are_found_by_number)
{
	start();
	ck_assert_ptr_null(rank_request(&q, 0));
	ck_assert_uint_eq(rank_request(&q, 1)->number, 1);
	ck_assert_uint_eq(rank_request(&q, 3)->number, 3);
	ck_assert_ptr_null(rank_request(&q, 4));
	draft_free(drafts_take(&q.seen));
	ck_assert_ptr_null(rank_request(&q, 1));
	ck_assert_uint_eq(rank_request(&q, 2)->number, 2);
	stop();
}
END_TEST

START_TEST(next_place)
{
	start();
	ck_assert_uint_eq(rank_after_low(&q, 2), 4);
	ck_assert_uint_eq(rank_after_high(&q, 2), 4);
	ck_assert_uint_eq(rank_after_low(&q, 4), 5); /* one that was lost */
	ck_assert_uint_eq(rank_after_high(&q, 4), 6);
	ck_assert_uint_eq(rank_after_low(&q, 5), 5); /* another of those */
	ck_assert_uint_eq(rank_after_high(&q, 5), 6);
	rank_request(&q, 3)->begun_before = true;
	ck_assert_uint_eq(rank_after_high(&q, 4), 5);
	ck_assert_uint_eq(rank_after_low(&q, 6), 8); /* still to come */
	q.lost = true;
	ck_assert_uint_eq(rank_after_low(&q, 6), 7);
	stop();
}
END_TEST

START_TEST(place_before)
{
	start();
	ck_assert_uint_eq(rank_before_low(&q, 4), 2);
	ck_assert_uint_eq(rank_before_high(&q, 4), 2);
	ck_assert_uint_eq(rank_before_low(&q, 6), 4);
	ck_assert_uint_eq(rank_before_high(&q, 6), 5);
	ck_assert_uint_eq(rank_before_low(&q, 5), 4);
	ck_assert_uint_eq(rank_before_high(&q, 5), 5);
	rank_request(&q, 3)->begun_before = true;
	ck_assert_uint_eq(rank_before_low(&q, 6), 5);
	ck_assert_uint_eq(rank_before_low(&q, 0), 0);
	ck_assert_uint_eq(rank_before_high(&q, 0), 0);
	stop();
}
END_TEST

START_TEST(what_did_not_arrive_is_no_cause)
{
	struct draft first = response(10, 150), all = response(30, 350),
		     part = response(30, 301), none = response(10, 100),
		     between = response(30, 260), unknown = response(30, 0);

	start();
	ck_assert_uint_eq(rank_caused(&q, &first), 2);
	ck_assert_uint_eq(rank_caused(&q, &all), 6);
	ck_assert_uint_eq(rank_caused(&q, &part), 6);
	ck_assert_uint_eq(rank_caused(&q, &none), 0);
	ck_assert_uint_eq(rank_caused(&q, &between), 5);
	ck_assert_uint_eq(rank_caused(&q, &unknown), 6);
	stop();
}
END_TEST

START_TEST(what_was_sent_later_is_no_cause)
{
	struct draft r = response(15, 350); /* the third came after it */

	start();
	ck_assert_uint_eq(rank_caused(&q, &r), 5);
	stop();
}
END_TEST

/* Its first copy was lost, which acknowledged less. */
START_TEST(a_later_copy_that_was_seen_after_it_is_a_cause)
{
	struct draft r = response(15, 350);

	start();
	r.message.first = 1000;
	drafts_at(&q.seen, 2)->message.first = 1000;
	ck_assert_uint_eq(rank_caused(&q, &r), 5);
	drafts_at(&q.seen, 2)->message.first = 1001;
	ck_assert_uint_eq(rank_caused(&q, &r), 6);
	stop();
}
END_TEST

START_TEST(overtaken)
{
	struct draft alone = response(20, 350), other = response(20, 250),
		     later = response(15, 250);

	start();
	ck_assert(!rank_is_overtaken(&q, &alone));
	ck_assert(rank_is_overtaken(&q, &other));
	ck_assert(!rank_is_overtaken(&q, &later)); /* it was sent after that */
	stop();
}
END_TEST

UNIT_MAIN("rank", requests_are_found_by_number, next_place, place_before,
    what_did_not_arrive_is_no_cause, what_was_sent_later_is_no_cause,
    a_later_copy_that_was_seen_after_it_is_a_cause, overtaken)
