#include "capture/pair.h"

#include <stdio.h>

#include "tests/lib/unit.h"

/*
 * Each test writes messages as positions: request N is bytes [10N, 10N + 10)
 * of its direction, response N likewise; statuses are 200 + N.
 */
static struct outlet outlet;
static struct pair_facts facts;
static struct pair p;
static char log_text[256];
static size_t log_len;

static bool
wants(void *ctx, const struct head *request)
{
	(void)ctx;
	(void)request;
	return true;
}

static int
take(void *ctx, struct exchange *x, bool *kept, struct err *err)
{
	(void)ctx;
	(void)err;
	log_len += (size_t)snprintf(log_text + log_len,
	    sizeof(log_text) - log_len, "%d:%s%.0d ", (int)x->number,
	    x->response == NULL ? reason_name(x->reason) : "",
	    exchange_status(x));
	*kept = true;
	exchange_free(x);
	return 0;
}

static const struct capture_sink sink = { NULL, wants, take, NULL };

static void
start(void)
{
	outlet = (struct outlet){ .sink = &sink, .max_body = 10 };
	outlet.budget.limit = 1 << 20;
	log_len = 0;
	log_text[0] = '\0';
	p = PAIR_INIT(&outlet, &facts);
}

static struct parser_head
head_of(enum head_side side, int status)
{
	struct parser_head h = { .bytes = span_of_str("x\r\n\r\n"),
		.keep_alive = true };

	h.head.side = side;
	h.head.method = span_sub(h.bytes, 0, 1);
	h.head.target = h.head.method;
	h.head.status = status;
	return h;
}

static void
request(unsigned n, unsigned ack)
{
	struct parser_head h = head_of(HEAD_REQUEST, 0);
	struct draft *d = draft_new(&outlet, 1000 + 10 * n, 5000 + 10 * ack, 0);

	pair_request(&p, d, &h.head);
	draft_head(d, &h);
	draft_end(d, PARSER_COMPLETE, 1010 + 10 * n, 0);
	pair_ended(&p);
}

/* Response n, sent when all requests before `seen` had arrived. */
static void
response(unsigned n, unsigned seen)
{
	struct parser_head h = head_of(HEAD_RESPONSE, 200 + (int)n);
	struct draft *d =
	    draft_new(&outlet, 5000 + 10 * n, 1000 + 10 * seen, 0);

	pair_response(&p, d);
	draft_head(d, &h);
	draft_end(d, PARSER_COMPLETE, 5010 + 10 * n, 0);
	pair_ended(&p);
}

static void
expect(const char *text)
{
	pair_flush(&p, true, REASON_NONE);
	ck_assert_str_eq(log_text, text);
	ck_assert_uint_eq(outlet.budget.used, 0);
	draft_drop_spare(&outlet);
}

START_TEST(clean_is_first_in_first_out)
{
	start();
	request(0, 0);
	request(1, 0);
	request(2, 0);
	response(0, 2); /* the third request arrived later: still certain */
	response(1, 3);
	response(2, 3);
	ck_assert_str_eq(log_text, "1:200 2:201 3:202 ");
	expect("1:200 2:201 3:202 ");
}
END_TEST

START_TEST(response_that_acknowledges_nothing_of_it)
{
	start();
	request(0, 0);
	response(0, 0);
	expect("1:no-response ");
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 1);
}
END_TEST

START_TEST(lost_response_leaves_the_others_right)
{
	start();
	request(0, 0);
	pair_lost(&p, HEAD_RESPONSE);
	request(1, 1);
	response(1, 2);
	request(2, 2);
	response(2, 3);
	expect("1:response-lost 2:201 3:202 ");
}
END_TEST

START_TEST(lost_in_a_pipeline)
{
	start();
	for (unsigned i = 0; i < 4; i++)
		request(i, 0);
	response(0, 4);
	pair_lost(&p, HEAD_RESPONSE);
	response(2, 4);
	response(3, 4);
	expect("1:200 2:response-lost 3:202 4:203 ");
}
END_TEST

START_TEST(gaps_around_a_response_leave_it_open)
{
	start();
	for (unsigned i = 0; i < 3; i++)
		request(i, 0);
	pair_lost(&p, HEAD_RESPONSE);
	response(1, 3);
	pair_lost(&p, HEAD_RESPONSE);
	expect("1:ambiguous 2:ambiguous 3:ambiguous ");
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 1);
}
END_TEST

START_TEST(hidden_request_makes_counts_worthless)
{
	start();
	request(0, 0);
	pair_lost(&p, HEAD_REQUEST);
	request(2, 0); /* the one in between is not known */
	response(0, 3);
	response(1, 3);
	response(2, 3);
	expect("1:200 2:202 ");
}
END_TEST

START_TEST(joined_connection_pairs_by_acknowledgement)
{
	start();
	pair_join(&p);
	request(0, 0);
	response(0, 1);
	request(1, 1);
	response(1, 2);
	expect("1:200 2:201 ");
}
END_TEST

START_TEST(joined_and_then_lost)
{
	start();
	pair_join(&p);
	request(1, 0);
	request(2, 0);
	pair_lost(&p, HEAD_RESPONSE);
	response(1, 2); /* acknowledges the first only */
	request(3, 2);
	pair_lost(&p, HEAD_RESPONSE);
	response(3, 4);
	expect("1:ambiguous 2:response-lost 3:203 ");
}
END_TEST

UNIT_MAIN("pair", clean_is_first_in_first_out,
    response_that_acknowledges_nothing_of_it,
    lost_response_leaves_the_others_right, lost_in_a_pipeline,
    gaps_around_a_response_leave_it_open, hidden_request_makes_counts_worthless,
    joined_connection_pairs_by_acknowledgement, joined_and_then_lost)
