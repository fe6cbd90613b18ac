#include "capture/inside.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/unit.h"

/*
 * Each test writes messages as positions: request N is bytes [10N, 10N + 10)
 * of its direction, response N likewise; statuses are 200 + N modulo 100.  In
 * what is expected "~" marks what is inferred.
 */
static struct outlet outlet;
static struct pair_facts facts;
static struct pair p;
static int64_t clock_now;
static unsigned head_len; /* of the next request */
static bool with_ids;     /* requests have ids, and responses name them */
static unsigned repeats;  /* so many numbers before, as what is tried again */
static char log_text[32768];
static size_t log_len;

static unsigned
wants(void *ctx, const struct head *request)
{
	(void)ctx;
	(void)request;
	return 1;
}

static int
take(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	(void)ctx;
	(void)flaws;
	(void)err;
	log_len += (size_t)snprintf(log_text + log_len,
	    sizeof(log_text) - log_len, "%d:%s%.0d%s ", (int)x->number,
	    x->response == NULL ? reason_name(x->reason) : "",
	    exchange_status(x), flaw_has(x->flaws, FLAW_INFERRED) ? "~" : "");
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
	clock_now = 0;
	head_len = 10;
	with_ids = false;
	repeats = 0;
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
add_id(struct head *h, unsigned n)
{
	static struct field field;
	static char text[16];

	snprintf(text, sizeof(text), "request-%u", n - repeats);
	field.name = span_of_str("X-Request-Id");
	field.value = span_of_str(text);
	h->fields = &field;
	h->field_count = with_ids;
}

/* Request n, sent when the client had that many responses. */
static void
request(unsigned n, unsigned had)
{
	struct parser_head h = head_of(HEAD_REQUEST, 0);
	struct draft *d =
	    draft_new(&outlet, 1000 + 10 * n, 5000 + 10 * had, clock_now);

	add_id(&h.head, n);
	d->head_len = head_len;
	pair_request(&p, d, &h.head);
	draft_head(d, &h);
	draft_end(d, PARSER_COMPLETE, 1010 + 10 * n, clock_now);
	p.request_end = d->end;
	pair_ended(&p);
}

/* Response n, sent when all requests before `seen` had arrived. */
static void
response(unsigned n, unsigned seen)
{
	struct parser_head h = head_of(HEAD_RESPONSE, 200 + (int)(n % 100));
	struct draft *d =
	    draft_new(&outlet, 5000 + 10 * n, 1000 + 10 * seen, clock_now);

	add_id(&h.head, n);
	pair_response(&p, d, &h.head);
	draft_head(d, &h);
	draft_end(d, PARSER_COMPLETE, 5010 + 10 * n, clock_now);
	p.answer_end = d->end;
	pair_ended(&p);
	inside_pass(&p, span_of_str("x"), 5010 + 10 * n);
}

/* Requests and responses from number n on, each waiting for the last. */
static void
wait_for_each(unsigned n, unsigned end)
{
	for (; n < end; n++) {
		request(n, n);
		response(n, n + 1);
	}
}

/* The same; each time the client pauses a little longer. */
static void
wait_longer(unsigned n, unsigned end)
{
	for (; n < end; n++) {
		clock_now += 10 * (n + 1);
		request(n, n);
		clock_now += 1;
		response(n, n + 1);
	}
}

/* A message of this side, or more than one, is lost. */
static void
lose(enum head_side side)
{
	pair_lost(&p, side, 1000, true);
}

/* Bytes of this side are lost, and perhaps a message with them. */
static void
lose_some(enum head_side side)
{
	pair_lost(&p, side, 0, false);
}

static void
finish(void)
{
	pair_flush(&p, REASON_NONE);
	ck_assert_uint_eq(outlet.budget.used, 0);
	draft_drop_spare(&outlet);
}

static void
expect(const char *text)
{
	finish();
	ck_assert_str_eq(log_text, text);
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
	expect("1:response-lost ");
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 1);
}
END_TEST

START_TEST(lost_response_leaves_the_others_right)
{
	start();
	request(0, 0);
	lose(HEAD_RESPONSE);
	request(1, 1);
	response(1, 2);
	ck_assert_str_eq(log_text, "1:response-lost 2:201 ");
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
	lose(HEAD_RESPONSE);
	response(2, 4); /* the third at least: it is held */
	ck_assert_str_eq(log_text, "1:200 ");
	response(3, 4); /* the fourth, so the one before was the third */
	expect("1:200 2:response-lost 3:202~ 4:203~ ");
}
END_TEST

/* What was lost may have been an interim response, or the end of one. */
START_TEST(a_gap_without_a_beginning_proves_less)
{
	start();
	for (unsigned i = 0; i < 4; i++)
		request(i, 0);
	response(0, 4);
	lose_some(HEAD_RESPONSE);
	response(2, 4);
	response(3, 4);
	expect("1:200 2:ambiguous 3:ambiguous 4:ambiguous ");
	ck_assert_uint_eq(outlet.coverage.exchanges.seen, 4);
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 0);
}
END_TEST

/* The second response is lost, or the end of the first and its start. */
static void
lose_one_of_three(void)
{
	wait_for_each(0, 1);
	request(1, 1);
	lose_some(HEAD_RESPONSE);
	request(2, 2);
	response(2, 3);
}

START_TEST(a_gap_at_the_end_proves_nothing)
{
	start();
	for (unsigned i = 0; i < 3; i++)
		request(i, 0);
	lose_some(HEAD_RESPONSE);
	response(1, 3);
	lose_some(HEAD_RESPONSE);
	expect("1:ambiguous 2:ambiguous 3:ambiguous ");
	ck_assert_uint_eq(outlet.coverage.exchanges.seen, 3);
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 0);
}
END_TEST

/*
 * The client keeps two requests under way.  Each response acknowledges the
 * request after the one that it answers, and behind the gap no packet says
 * so: it looks as if every request were answered at once.
 */
static void
slide_behind_a_gap(void)
{
	request(0, 0);
	request(1, 0);
	lose_some(HEAD_RESPONSE); /* the first */
	for (unsigned i = 1; i < 4; i++) {
		request(i + 1, i);
		response(i, i + 2);
	}
}

START_TEST(sliding_behind_a_gap_is_left_open)
{
	start();
	slide_behind_a_gap();
	expect("1:ambiguous 2:ambiguous 3:ambiguous 4:ambiguous 5:ambiguous ");
}
END_TEST

START_TEST(sliding_joined_in_the_middle_is_left_open)
{
	start();
	pair_join(&p);
	for (unsigned i = 1; i < 4; i++) {
		request(i + 1, i);
		response(i, i + 2);
	}
	expect("1:ambiguous 2:ambiguous 3:ambiguous ");
}
END_TEST

START_TEST(hidden_request_may_have_the_last_answer)
{
	start();
	request(0, 0);
	lose(HEAD_REQUEST);
	request(3, 0); /* those in between are not known */
	response(0, 4);
	response(1, 4); /* of the first of them */
	response(2, 4);
	expect("1:200 2:ambiguous ");
}
END_TEST

/* The server answers while another request is on its way. */
START_TEST(joined_and_overtaken)
{
	start();
	pair_join(&p);
	request(1, 0);
	request(2, 1);
	response(1, 2);
	response(2, 3);
	expect("1:ambiguous 2:ambiguous ");
}
END_TEST

START_TEST(one_request_at_a_time)
{
	start();
	lose_one_of_three();
	expect("1:200 2:response-lost 3:202 ");
}
END_TEST

START_TEST(two_requests_at_a_time_once)
{
	start();
	request(0, 0);
	request(1, 0);
	response(0, 2);
	response(1, 2);
	for (unsigned n = 2; n < 6; n++) {
		request(n, n);
		response(n, n + 1);
	}
	request(6, 6);
	lose_some(HEAD_RESPONSE);
	request(7, 7);
	response(7, 8);
	expect("1:200 2:201 3:202 4:203 5:204 6:205 7:ambiguous 8:ambiguous ");
}
END_TEST

/* With the request that was lost it may have begun to send ahead. */
START_TEST(lost_requests_may_have_been_under_way)
{
	start();
	wait_for_each(0, 4);
	lose_some(HEAD_REQUEST);
	lose_some(HEAD_RESPONSE);
	wait_for_each(6, 8);
	expect("1:200 2:201 3:202 4:203 5:ambiguous 6:ambiguous ");
}
END_TEST

START_TEST(lost_request_is_counted)
{
	start();
	wait_for_each(0, 2);
	lose(HEAD_REQUEST); /* ten bytes of it, as all have */
	response(2, 3);
	wait_for_each(3, 5);
	expect("1:200 2:201 4:203~ 5:204~ ");
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 1);
}
END_TEST

/* Where some requests are short the same hole may have held several. */
START_TEST(lost_request_among_uneven_ones)
{
	start();
	wait_for_each(0, 1);
	head_len = 3;
	wait_for_each(1, 2);
	head_len = 10;
	lose(HEAD_REQUEST);
	response(2, 3);
	wait_for_each(3, 5);
	expect("1:200 2:201 3:ambiguous 4:ambiguous ");
}
END_TEST

/* Two short ones were lost, and only one is counted: it is but inferred. */
START_TEST(short_requests_lost_among_long_ones)
{
	start();
	head_len = 20;
	wait_for_each(0, 2);
	lose(HEAD_REQUEST); /* the third and the fourth */
	response(2, 4);
	request(4, 3);
	response(3, 5);
	request(5, 4);
	response(4, 6);
	expect("1:200 2:201 4:203~ 5:204~ ");
}
END_TEST

START_TEST(two_lost_requests_may_be_one)
{
	start();
	wait_for_each(0, 2);
	lose(HEAD_REQUEST);
	response(2, 4);
	wait_for_each(4, 6);
	expect("1:200 2:201 3:ambiguous 4:ambiguous ");
}
END_TEST

START_TEST(two_lost_requests_were_answered)
{
	start();
	wait_for_each(0, 2);
	lose(HEAD_REQUEST);
	response(2, 4);
	response(3, 4);
	wait_for_each(4, 6);
	expect("1:200 2:201 5:204~ 6:205~ ");
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 2);
}
END_TEST

START_TEST(lost_request_is_answered_later)
{
	start();
	wait_for_each(0, 1);
	request(1, 1);
	lose(HEAD_REQUEST);
	request(3, 1);
	response(1, 4);
	response(2, 4);
	response(3, 4);
	expect("1:200 2:201 4:203~ ");
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 1);
}
END_TEST

/*
 * The client has two requests under way, and the first time the second is not
 * seen: that it was sent ahead shows in the answer to it, which came after the
 * next request had.
 */
START_TEST(lost_request_was_sent_ahead)
{
	start();
	request(0, 0);
	lose(HEAD_REQUEST);
	response(0, 2);
	request(2, 1);
	response(1, 3);
	lose_some(HEAD_RESPONSE); /* its end, and more */
	request(3, 2);
	request(4, 3);
	response(3, 5);
	expect("1:200 3:ambiguous 4:ambiguous 5:ambiguous ");
}
END_TEST

/* What was cut off is shorter than a final response: it may be 100. */
START_TEST(interim_response_is_cut_off)
{
	start();
	request(0, 0);
	pair_cut(&p, 38, FLAW_TRUNCATED, 0);
	response(0, 1);
	expect("1:200 ");
	start();
	request(0, 0);
	request(1, 0);
	pair_cut(&p, 38, FLAW_TRUNCATED, 0);
	response(0, 2);
	expect("1:ambiguous 2:ambiguous ");
}
END_TEST

START_TEST(final_response_is_cut_off)
{
	start();
	request(0, 0);
	request(1, 0);
	pair_cut(&p, 300, FLAW_TRUNCATED, 0);
	response(1, 2);
	expect("1:cut 2:201~ ");
	start();
	p.expects = true; /* then interim ones are longer, too */
	request(0, 0);
	request(1, 0);
	pair_cut(&p, 300, FLAW_TRUNCATED, 0);
	response(0, 2);
	expect("1:ambiguous 2:ambiguous ");
}
END_TEST

START_TEST(joined_without_evidence_is_left_open)
{
	start();
	pair_join(&p);
	wait_for_each(0, 2);
	expect("1:ambiguous 2:ambiguous ");
}
END_TEST

/* Answers that come at once, after pauses of any length. */
START_TEST(joined_and_seen_to_wait)
{
	start();
	pair_join(&p);
	wait_longer(0, 14);
	ck_assert_str_eq(log_text, "");
	expect("1:200~ 2:201~ 3:202~ 4:203~ 5:204~ 6:205~ 7:206~ 8:207~ "
	       "9:208~ 10:209~ 11:210~ 12:211~ 13:212~ 14:213~ ");
}
END_TEST

START_TEST(joined_and_seen_to_wait_goes_on)
{
	start();
	pair_join(&p);
	wait_longer(0, PAIR_FIRST_LOOK);
	ck_assert_str_ne(log_text, ""); /* nobody waited for the end */
	log_len = 0;
	wait_for_each(PAIR_FIRST_LOOK, PAIR_FIRST_LOOK + 1);
	expect("17:216~ ");
}
END_TEST

/* The same that is left open where responses name nothing. */
START_TEST(sliding_behind_a_gap_and_named)
{
	start();
	with_ids = true;
	slide_behind_a_gap();
	expect("1:response-lost 2:201~ 3:202 4:203 5:no-response ");
}
END_TEST

/* What was tried again has the same id; and that may have been lost behind. */
START_TEST(named_by_a_repeated_request)
{
	start();
	with_ids = true;
	wait_for_each(0, 5);
	request(5, 5);
	lose_some(HEAD_RESPONSE);
	lose(HEAD_REQUEST);
	repeats = 1;
	response(6, 7);
	repeats = 0;
	wait_for_each(7, 9);
	expect("1:200 2:201 3:202 4:203 5:204 6:response-lost 8:207~ 9:208~ ");
}
END_TEST

/*
 * Or it was lost before, while it was still under way: then the first response
 * is not for the request that it names.  Where nothing else is lost that shows,
 * and ids tell nothing any more.
 */
START_TEST(named_by_the_first_of_two_attempts)
{
	start();
	with_ids = true;
	wait_for_each(0, 5);
	lose(HEAD_REQUEST);
	repeats = 1;
	request(6, 5);
	repeats = 0;
	response(5, 7);
	repeats = 1;
	response(6, 7);
	wait_for_each(7, 12);
	expect("1:200 2:201 3:202 4:203 5:204 "
	       "7:206~ 8:207~ 9:208~ 10:209~ 11:210~ 12:211~ ");
	ck_assert(!echo_is_proof(&p.ids));
}
END_TEST

/* Where responses are lost as well it is inferred, three requests long. */
START_TEST(named_by_one_of_two_attempts)
{
	start();
	with_ids = true;
	wait_for_each(0, 5);
	lose(HEAD_REQUEST);
	lose_some(HEAD_RESPONSE);
	wait_for_each(6, 11);
	expect("1:200 2:201 3:202 4:203 5:204 "
	       "7:206~ 8:207~ 9:208~ 10:209 11:210 ");
}
END_TEST

/* The answer to a request that was lost names a later one. */
START_TEST(answer_to_a_lost_request_shows_its_id)
{
	start();
	with_ids = true;
	wait_for_each(0, 5);
	lose(HEAD_REQUEST);
	response(5, 6);
	ck_assert(echo_is_proof(&p.ids));
	repeats = 1;
	request(6, 6);
	ck_assert(!echo_is_proof(&p.ids));
	response(6, 7);
	expect("1:200 2:201 3:202 4:203 5:204 7:206~ ");
}
END_TEST

START_TEST(joined_and_named)
{
	start();
	with_ids = true;
	pair_join(&p);
	for (unsigned i = 1; i < 8; i++) {
		request(i + 1, i);
		response(i, i + 2);
	}
	expect("1:202~ 2:203~ 3:204~ 4:205 5:206 6:207 7:no-response ");
}
END_TEST

/*
 * With two under way a place is certain, and yet the client does not wait:
 * behind the next gap no more is known than that.
 */
START_TEST(named_while_another_is_under_way)
{
	start();
	with_ids = true;
	pair_join(&p);
	for (unsigned i = 1; i < 5; i++) {
		request(i + 1, i);
		response(i, i + 2);
	}
	with_ids = false;
	lose_some(HEAD_RESPONSE);
	request(6, 5);
	response(5, 7);
	expect("1:202~ 2:203~ 3:204~ 4:ambiguous 5:ambiguous ");
}
END_TEST

/* The fourth id in a row is enough: from there on nothing is inferred. */
START_TEST(inferred_until_a_request_is_named)
{
	start();
	with_ids = true;
	wait_for_each(0, 2);
	lose(HEAD_REQUEST);
	response(2, 3);
	wait_for_each(3, 7);
	expect("1:200 2:201 4:203~ 5:204~ 6:205~ 7:206 ");
}
END_TEST

/* The response that may be the one to it does not count again. */
START_TEST(request_without_its_head_counts_once)
{
	start();
	wait_for_each(0, 1);
	pair_lost_head(&p, true);
	response(1, 2);
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 1);
	wait_for_each(2, 3);
	ck_assert_uint_eq(outlet.coverage.exchanges.seen, 3);
	pair_lost_head(&p, true);
	wait_for_each(4, 5); /* its answer is missing */
	finish();
	ck_assert_uint_eq(outlet.coverage.exchanges.seen, 5);
	ck_assert_uint_eq(outlet.coverage.exchanges.orphans, 2);
}
END_TEST

START_TEST(what_is_held_has_a_limit)
{
	start();
	pair_join(&p);
	wait_for_each(0, PAIR_MAX_HELD);
	ck_assert_str_eq(log_text, "");
	wait_for_each(PAIR_MAX_HELD, PAIR_MAX_HELD + 1);
	ck_assert_uint_eq(drafts_count(&p.held), 1);
	ck_assert_uint_eq(outlet.coverage.exchanges.incomplete, PAIR_MAX_HELD);
	finish();
}
END_TEST

UNIT_MAIN("pair", clean_is_first_in_first_out,
    response_that_acknowledges_nothing_of_it,
    lost_response_leaves_the_others_right, lost_in_a_pipeline,
    a_gap_without_a_beginning_proves_less, a_gap_at_the_end_proves_nothing,
    sliding_behind_a_gap_is_left_open,
    sliding_joined_in_the_middle_is_left_open,
    hidden_request_may_have_the_last_answer, joined_and_overtaken,
    one_request_at_a_time, two_requests_at_a_time_once,
    lost_requests_may_have_been_under_way, lost_request_is_counted,
    lost_request_among_uneven_ones, short_requests_lost_among_long_ones,
    two_lost_requests_may_be_one, two_lost_requests_were_answered,
    lost_request_is_answered_later, lost_request_was_sent_ahead,
    interim_response_is_cut_off, final_response_is_cut_off,
    joined_without_evidence_is_left_open, joined_and_seen_to_wait,
    joined_and_seen_to_wait_goes_on, sliding_behind_a_gap_and_named,
    named_by_a_repeated_request, named_by_the_first_of_two_attempts,
    named_by_one_of_two_attempts, answer_to_a_lost_request_shows_its_id,
    joined_and_named, named_while_another_is_under_way,
    inferred_until_a_request_is_named, request_without_its_head_counts_once,
    what_is_held_has_a_limit)
