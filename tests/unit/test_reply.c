#include "replay/reply.h"

#include <stdio.h>

#include "http/exchange.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static struct exchange *x;
static struct reply *r;

static void
begin(const char *method)
{
	char request[64];

	snprintf(request, sizeof(request), "%s / HTTP/1.1\r\n\r\n", method);
	x = exchange_of_strings(request, NULL);
	x->reason = REASON_NO_RESPONSE;
	x->flaws = 0;
	r = reply_new(1000);
	reply_begin(r, x);
}

static void
end(void)
{
	reply_free(r);
	exchange_free(x);
}

/* Feed bytes one by one; the time is their number. */
static enum reply_state
feed(const char *bytes)
{
	enum reply_state state = REPLY_MORE;
	size_t len = strlen(bytes);

	for (size_t i = 0; i < len; i++)
		state = reply_feed(r,
		    (struct span){ (const uint8_t *)bytes + i, 1 },
		    (int64_t)i + 1);
	return state;
}

START_TEST(answers_are_kept_as_they_came)
{
	static const struct {
		const char *method, *interim, *head, *body;
		uint64_t length;
		bool alive;
	} cases[] = {
		{ "GET", "", "HTTP/1.1 204 No Content\r\n\r\n", "", 0, true },
		{ "GET", "", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
		    "abc", 3, true },
		{ "HEAD", "", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
		    "", 0, true },
		{ "GET", "",
		    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		    "3\r\nabc\r\n0\r\n\r\n", 3, true },
		{ "GET",
		    "HTTP/1.1 100 Continue\r\n\r\n"
		    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
		    "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "",
		    0, false },
		{ "GET", "", "HTTP/1.0 404 No\r\nContent-Length: 0\r\n\r\n", "",
		    0, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char all[300];

		begin(cases[i].method);
		snprintf(all, sizeof(all), "%s%s%s", cases[i].interim,
		    cases[i].head, cases[i].body);
		ck_assert_int_eq(feed(all), REPLY_DONE);
		ck_assert_ptr_nonnull(x->response);
		ck_assert(span_eq_str(x->response->interim, cases[i].interim));
		ck_assert(span_eq_str(x->response->head, cases[i].head));
		ck_assert(span_eq_str(x->response->body, cases[i].body));
		ck_assert_uint_eq(x->response->body_len, cases[i].length);
		ck_assert(x->response->complete && x->response->has_digest);
		ck_assert_int_eq(x->response->first, 1);
		ck_assert_int_eq(x->response->last, (int64_t)strlen(all));
		ck_assert_int_eq(x->reason, REASON_NONE);
		ck_assert_uint_eq(x->flaws, 0);
		ck_assert(reply_keeps_alive(r) == cases[i].alive);
		end();
	}
}
END_TEST

START_TEST(only_the_end_ends_a_body_without_length)
{
	begin("GET");
	ck_assert_int_eq(feed("HTTP/1.1 200 OK\r\n\r\nabc"), REPLY_MORE);
	reply_end(r, REPLY_CLOSED, 99);
	ck_assert(x->response->complete);
	ck_assert(span_eq_str(x->response->body, "abc"));
	ck_assert_uint_eq(x->flaws, 0);
	ck_assert(!reply_keeps_alive(r));
	end();

	begin("GET");
	feed("HTTP/1.1 200 OK\r\n\r\nabc");
	reply_end(r, REPLY_RESET, 99);
	ck_assert(!x->response->complete);
	ck_assert(flaw_has(x->flaws, FLAW_RESET));
	end();
}
END_TEST

START_TEST(without_a_head_there_is_only_a_reason)
{
	static const struct {
		const char *bytes;
		enum reply_end how;
		enum reason reason;
	} cases[] = {
		{ "", REPLY_CLOSED, REASON_NO_RESPONSE },
		{ "", REPLY_RESET, REASON_RESET },
		{ "", REPLY_LATE, REASON_LIMIT },
		{ "HTTP/1.1 204 No Content\r\n", REPLY_CLOSED, REASON_CUT },
		{ "HTTP/1.1 204 No Content\r\n", REPLY_RESET, REASON_CUT },
		{ "H", REPLY_LATE, REASON_CUT },
		{ "HTTP/1.1 100 Continue\r\n\r\n", REPLY_CLOSED,
		    REASON_NO_RESPONSE },
		{ "hello\r\n\r\n", REPLY_CLOSED, REASON_CUT },
		{ "HTTP/1.1 2x4 Odd\r\n\r\n", REPLY_CLOSED, REASON_CUT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin("DELETE");
		feed(cases[i].bytes);
		reply_end(r, cases[i].how, 99);
		ck_assert_ptr_null(x->response);
		ck_assert_int_eq(x->reason, cases[i].reason);
		ck_assert_uint_ne(x->flaws, 0);
		end();
	}
}
END_TEST

START_TEST(half_a_body_is_not_complete)
{
	static const char *const bytes[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
		("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "3\r\nabcX"),
	};

	for (size_t i = 0; i < ARRAY_LEN(bytes); i++)
		for (int how = REPLY_CLOSED; how <= REPLY_LATE; how++) {
			begin("DELETE");
			feed(bytes[i]);
			reply_end(r, (enum reply_end)how, 99);
			ck_assert_ptr_nonnull(x->response);
			ck_assert(!x->response->complete);
			ck_assert(!x->response->has_digest);
			ck_assert_uint_ne(x->flaws, 0);
			ck_assert(!reply_keeps_alive(r));
			end();
		}
}
END_TEST

START_TEST(a_long_body_is_not_kept)
{
	char body[1101] = { 0 };

	memset(body, 'x', 1100);
	begin("GET");
	feed("HTTP/1.1 200 OK\r\nContent-Length: 1100\r\n\r\n");
	ck_assert_int_eq(feed(body), REPLY_DONE);
	ck_assert_ptr_null(x->response->body.p);
	ck_assert_uint_eq(x->response->body_len, 1100);
	ck_assert(x->response->complete && !x->response->has_digest);
	ck_assert(flaw_has(x->flaws, FLAW_LIMIT));
	end();
}
END_TEST

START_TEST(what_nobody_asked_for_ends_the_connection)
{
	begin("GET");
	ck_assert_int_eq(feed("HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
	    REPLY_DONE);
	ck_assert_int_eq(exchange_status(x), 204);
	ck_assert(!reply_keeps_alive(r));
	reply_end(r, REPLY_RESET, 99);
	ck_assert_uint_eq(x->flaws, 0);
	end();
}
END_TEST

START_TEST(one_reply_serves_many)
{
	begin("GET");
	feed("HTTP/1.1 204 No\r\n\r\n");
	for (int i = 0; i < 3; i++) {
		struct exchange *y =
		    exchange_of_strings("GET / HTTP/1.1\r\n\r\n", NULL);

		ck_assert(reply_keeps_alive(r));
		reply_begin(r, y);
		ck_assert(!reply_has_begun(r));
		ck_assert_int_eq(feed("HTTP/1.1 200 OK\r\nContent-Length: "
				      "1\r\n\r\nx"),
		    REPLY_DONE);
		ck_assert(span_eq_str(y->response->body, "x"));
		exchange_free(y);
	}
	end();
}
END_TEST

UNIT_MAIN("reply", answers_are_kept_as_they_came,
    only_the_end_ends_a_body_without_length,
    without_a_head_there_is_only_a_reason, half_a_body_is_not_complete,
    a_long_body_is_not_kept, what_nobody_asked_for_ends_the_connection,
    one_reply_serves_many)
