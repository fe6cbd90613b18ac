#include "capture/echo.h"

#include "tests/lib/unit.h"

/* Request n is bytes [100n, 100n + 50) and has the id "request-n". */
static struct outlet outlet;
static struct rank_requests q;
static struct echo_ids ids;
static struct field fields[2];
static const char *method; /* of the next request */
static bool after_loss;    /* it comes so */

static struct head
head_of(const char *name, const char *value)
{
	fields[0] = (struct field){ span_of_str("Host"), span_of_str("x") };
	fields[1] = (struct field){ span_of_str(name), span_of_str(value) };
	return (struct head){ .method = span_of_str(method),
		.fields = fields,
		.field_count = 2 };
}

static void
request(const char *name, const char *value)
{
	struct head h = head_of(name, value);
	struct draft *d = draft_new(&outlet, 100 * (q.count + 1), 0, 0);

	d->end = d->first + 50;
	d->ended = true;
	d->number = ++q.count;
	echo_note(&ids, d, &h, after_loss);
	drafts_add(&q.seen, d);
}

/* What a response names that can answer any from number a to b. */
static uint64_t
named(uint64_t a, uint64_t b, const char *name, const char *value)
{
	struct draft r = { .bounds = { 2 * a, 2 * b, false } };
	struct head h = head_of(name, value);

	echo_find(&ids, &q, &r, &h);
	return r.named;
}

static void
start(void)
{
	outlet = (struct outlet){ .budget.limit = 1 << 20 };
	q = (struct rank_requests){ 0 };
	ids = (struct echo_ids){ 0 };
	method = "DELETE";
	request("X-Request-Id", "request-1");
	request("X-Request-Id", "request-2");
	request("X-Request-Id", "request-3");
	request("X-Request-Id", "request-4");
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

START_TEST(the_request_is_found)
{
	start();
	ck_assert_uint_eq(named(1, 4, "X-Request-Id", "request-2"), 2);
	ck_assert_uint_eq(named(1, 4, "x-request-ID", "request-4"), 4);
	ck_assert_uint_eq(named(1, 4, "X-Request-Id", "request-5"), 0);
	ck_assert_uint_eq(named(1, 4, "X-Request-Id", "Request-2"), 0);
	ck_assert(echo_is_proof(&ids));
	stop();
}
END_TEST

START_TEST(only_ids_of_requests_count)
{
	start();
	ck_assert_uint_eq(named(1, 4, "X-Trace-Id", "request-2"), 0);
	ck_assert_uint_eq(named(1, 4, "X-Other-Request-Id", "request-2"), 2);
	request("Client-Request-Id", "request-5");
	ck_assert_uint_eq(named(1, 5, "Client-Request-Id", "request-5"), 5);
	request("Request-Id", "short");
	ck_assert_uint_eq(named(1, 6, "Request-Id", "short"), 0);
	request("X-Id", "request-7");
	ck_assert_uint_eq(named(1, 7, "X-Id", "request-7"), 0);
	stop();
}
END_TEST

START_TEST(few_ids_show_no_habit)
{
	start();
	ids = (struct echo_ids){ 0 };
	request("X-Request-Id", "request-5");
	request("X-Request-Id", "request-6");
	request("X-Request-Id", "request-7");
	ck_assert(!echo_is_proof(&ids));
	request("X-Request-Id", "request-8");
	ck_assert(echo_is_proof(&ids));
	stop();
}
END_TEST

/* One of each two may have been lost, with the same id. */
START_TEST(ids_with_losses_between_show_no_habit)
{
	start();
	stop();
	ids = (struct echo_ids){ 0 };
	after_loss = true;
	request("X-Request-Id", "request-1");
	request("X-Request-Id", "request-2");
	request("X-Request-Id", "request-3");
	request("X-Request-Id", "request-4");
	request("X-Request-Id", "request-5");
	ck_assert(!echo_is_proof(&ids));
	after_loss = false;
	request("X-Request-Id", "request-6");
	request("X-Request-Id", "request-7");
	ck_assert(!echo_is_proof(&ids));
	request("X-Request-Id", "request-8");
	ck_assert(echo_is_proof(&ids));
	after_loss = true;
	request("X-Request-Id", "request-9");
	after_loss = false;
	ck_assert(echo_is_proof(&ids));
	stop();
}
END_TEST

/* Not every cache says Age. */
START_TEST(what_may_be_from_a_cache_names_nothing)
{
	start();
	method = "GET";
	request("X-Request-Id", "request-5");
	ck_assert(echo_is_proof(&ids));
	ck_assert_uint_eq(named(1, 5, "X-Request-Id", "request-5"), 0);
	ck_assert_uint_eq(named(1, 5, "X-Request-Id", "request-4"), 4);
	stop();
}
END_TEST

/* As of a client that passes on the id of what it is doing. */
START_TEST(an_id_that_comes_again_proves_nothing)
{
	start();
	request("X-Request-Id", "request-4");
	ck_assert(!echo_is_proof(&ids));
	ck_assert_uint_eq(named(1, 5, "X-Request-Id", "request-2"), 0);
	stop();
	start();
	request("X-Request-Id", "request-5");
	request("X-Request-Id", "request-2");
	ck_assert(!echo_is_proof(&ids));
	stop();
}
END_TEST

/* Later than what is remembered of ids, but before it was answered. */
START_TEST(two_requests_of_one_id_under_way)
{
	start();
	request("X-Request-Id", "request-5");
	request("X-Request-Id", "request-6");
	request("X-Request-Id", "request-1");
	ck_assert(echo_is_proof(&ids));
	named(1, 7, "X-Request-Id", "request-1");
	ck_assert(!echo_is_proof(&ids));
	stop();
}
END_TEST

START_TEST(a_name_that_cannot_be_is_not_believed_again)
{
	start();
	named(2, 3, "X-Request-Id", "request-4");
	ck_assert(!echo_is_proof(&ids));
	stop();
	start();
	named(2, 3, "X-Request-Id", "request-1");
	ck_assert(!echo_is_proof(&ids));
	stop();
}
END_TEST

START_TEST(what_a_cache_kept_names_an_earlier_request)
{
	struct draft r = { .bounds = { 2, 8, false } };
	struct head h;

	start();
	h = head_of("X-Request-Id", "request-2");
	fields[0] = (struct field){ span_of_str("Age"), span_of_str("3") };
	echo_find(&ids, &q, &r, &h);
	ck_assert_uint_eq(r.named, 0);
	ck_assert(echo_is_proof(&ids));
	stop();
}
END_TEST

static void
check(uint64_t number, const char *value)
{
	struct draft r = { .bounds = { 2 * number, 2 * number, false } };
	struct head h = head_of("X-Request-Id", value);

	ck_assert(echo_wants_check(&ids));
	echo_check(&ids, &q, &r, &h);
}

START_TEST(servers_are_tried_where_the_answer_is_certain)
{
	start();
	check(3, "request-3");
	check(4, "an id of the server's own");
	ck_assert(echo_is_proof(&ids));
	check(4, "request-3");
	ck_assert(!echo_is_proof(&ids));
	ids.checked = ECHO_ENOUGH;
	ck_assert(!echo_wants_check(&ids));
	stop();
}
END_TEST

/* Response to what was lost between the last request and the next. */
static void
answer_lost(const char *value)
{
	struct draft r = { .bounds = { 9, 9, false } };
	struct head h = head_of("X-Request-Id", value);

	echo_check(&ids, &q, &r, &h);
}

START_TEST(answers_to_lost_requests_show_their_ids)
{
	start();
	answer_lost("request-5");
	ck_assert(echo_is_proof(&ids));
	request("X-Request-Id", "request-6");
	ck_assert(echo_is_proof(&ids));
	request("X-Request-Id", "request-5");
	ck_assert(!echo_is_proof(&ids));
	stop();
	start();
	answer_lost("request-3");
	ck_assert(!echo_is_proof(&ids));
	stop();
}
END_TEST

START_TEST(rows_begin_behind_losses)
{
	start();
	ck_assert_uint_eq(drafts_at(&q.seen, 2)->row, 3);
	request("X-Request-Id", "request-5");
	ck_assert_uint_eq(drafts_at(&q.seen, 4)->row, ECHO_ENOUGH);
	after_loss = true;
	request("X-Request-Id", "request-6");
	after_loss = false;
	ck_assert_uint_eq(drafts_at(&q.seen, 5)->row, 1);
	stop();
}
END_TEST

UNIT_MAIN("echo", the_request_is_found, only_ids_of_requests_count,
    few_ids_show_no_habit, ids_with_losses_between_show_no_habit,
    what_may_be_from_a_cache_names_nothing,
    an_id_that_comes_again_proves_nothing, two_requests_of_one_id_under_way,
    a_name_that_cannot_be_is_not_believed_again,
    what_a_cache_kept_names_an_earlier_request,
    servers_are_tried_where_the_answer_is_certain,
    answers_to_lost_requests_show_their_ids, rows_begin_behind_losses)
