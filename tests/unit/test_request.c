#include "replay/request.h"

#include "base/buf.h"
#include "base/err.h"
#include "http/exchange.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define LIMIT 65536

static struct entry entry;
static struct request r;
static struct buf out = { .limit = LIMIT };
static struct err err;

/* Whole exchanges keep their lines as written, LF alone included. */
static void
take(const char *request)
{
	struct span s = span_of_str(request);
	const uint8_t *end = memmem(s.p, s.len, "\r\n\r\n", 4);
	size_t head = end != NULL ? (size_t)(end - s.p) + 4 : s.len;
	struct message *m;

	entry.id = 7;
	entry.exchange = exchange_new();
	m = arena_alloc(&entry.exchange->arena, sizeof(*m));
	m->head = arena_copy(&entry.exchange->arena, span_sub(s, 0, head));
	m->body = span_sub(s, head, s.len);
	m->complete = true;
	ck_assert_int_eq(head_parse(&m->parsed, HEAD_REQUEST, m->head,
			     &entry.exchange->arena, &err),
	    0);
	entry.exchange->request = m;
	ck_assert_int_eq(request_of(&r, &entry, &err), 0);
}

static void
done(void)
{
	request_release(&r);
	request_release(&r);
	entry_release(&entry);
	buf_release(&out);
}

static void
wire_is(enum request_form form, const char *expected)
{
	ck_assert_int_eq(request_render(&r, form, &out, &err), 0);
	ck_assert_uint_eq(out.len, strlen(expected));
	ck_assert_mem_eq(out.p, expected, out.len);
}

START_TEST(untouched_requests_keep_every_byte)
{
	static const char *const requests[] = {
		"DELETE /a HTTP/1.1\r\n\r\n",
		"DELETE /a? HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET /a?&&b=1&=2&c&d=%20+&%zz HTTP/1.0\r\nhOST:h  \r\n\r\n",
		"PUT /x%2Fy/../z HTTP/1.1\r\nA: 1\r\n 2\r\n\t3\r\na:\r\n"
		"Content-Length: 4\r\nA: 1\r\n\r\nbody",
		"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3;x=1\r\nabc\r\n0\r\nT: 1\r\n\r\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		take(requests[i]);
		wire_is(REQUEST_WIRE, requests[i]);
		wire_is(REQUEST_SHOWN, requests[i]);
		done();
	}
}
END_TEST

START_TEST(a_proxy_form_becomes_a_path)
{
	take("GET http://u@h:1/p?q=1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
	wire_is(REQUEST_WIRE, "GET /p?q=1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
	done();
	take("GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n");
	wire_is(REQUEST_WIRE, "GET /?q HTTP/1.1\r\nHost: h\r\n\r\n");
	done();
}
END_TEST

START_TEST(what_cannot_be_sent_is_refused)
{
	take("GET / HTTP/1.1\r\n\r\n");
	entry.exchange->request->body = (struct span){ 0 };
	ck_assert_int_eq(request_of(&r, &entry, &err), -1);
	ck_assert_int_eq(err.code, ERR_FORMAT);
	entry.exchange->request = NULL;
	ck_assert_int_eq(request_of(&r, &entry, &err), -1);
	done();
}
END_TEST

START_TEST(set_headers_keep_place_and_spelling)
{
	take("GET / HTTP/1.1\r\nx-A:1\r\nB: 2\r\nX-a: 3\r\n\r\n");
	ck_assert(span_eq_str(request_header(&r, "X-A"), "1"));
	ck_assert_ptr_null(request_header(&r, "X").p);
	ck_assert_int_eq(request_set_header(&r, "X-A", VALUE_PLAIN("new"),
			     &err),
	    0);
	ck_assert_int_eq(request_set_header(&r, "C", VALUE_PLAIN(""), &err), 0);
	ck_assert_int_eq(request_add_header(&r, "b", VALUE_PLAIN("4"), &err),
	    0);
	wire_is(REQUEST_WIRE,
	    "GET / HTTP/1.1\r\nx-A: new\r\nB: 2\r\nC: \r\nb: 4\r\n\r\n");
	ck_assert_uint_eq(request_remove_header(&r, "B"), 2);
	ck_assert_uint_eq(request_remove_header(&r, "B"), 0);
	wire_is(REQUEST_WIRE, "GET / HTTP/1.1\r\nx-A: new\r\nC: \r\n\r\n");
	done();
}
END_TEST

START_TEST(no_value_ends_its_line)
{
	static const char *const bad[] = { "a\r\nX: y", "a\n", "\x7f", "\r" };

	take("GET / HTTP/1.1\nA: 1\n\n");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(request_set_header(&r, "A",
				     VALUE_PLAIN(bad[i]), &err),
		    -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
	ck_assert_int_eq(request_add_header(&r, "A",
			     (struct value){
				 .bytes = { (const uint8_t *)"\0", 1 } },
			     &err),
	    -1);
	ck_assert_int_eq(request_add_header(&r, "A b", VALUE_PLAIN("1"), &err),
	    -1);
	ck_assert_int_eq(request_add_header(&r, "", VALUE_PLAIN("1"), &err),
	    -1);
	ck_assert_int_eq(request_set_header(&r, "content-length",
			     VALUE_PLAIN("1"), &err),
	    -1);
	ck_assert_int_eq(request_add_header(&r, "Transfer-Encoding",
			     VALUE_PLAIN("chunked"), &err),
	    -1);
	ck_assert_int_eq(request_set_header(&r, "B", VALUE_PLAIN("2"), &err),
	    0);
	wire_is(REQUEST_WIRE, "GET / HTTP/1.1\nA: 1\nB: 2\n\n");
	done();
}
END_TEST

START_TEST(secrets_are_sent_and_not_shown)
{
	struct value v = { .bytes = SPAN_LITERAL("top&secret"),
		.shown = SPAN_LITERAL("<fp>") };

	take("GET /?t=x&u=1 HTTP/1.1\r\nA: 1\r\n\r\n");
	ck_assert_int_eq(request_set_header(&r, "A", v, &err), 0);
	ck_assert_int_eq(request_set_query(&r, "t", v, &err), 0);
	wire_is(REQUEST_WIRE,
	    "GET /?t=top%26secret&u=1 HTTP/1.1\r\nA: top&secret\r\n\r\n");
	wire_is(REQUEST_SHOWN, "GET /?t=<fp>&u=1 HTTP/1.1\r\nA: <fp>\r\n\r\n");
	done();
}
END_TEST

START_TEST(query_fields_are_found_decoded)
{
	take("GET /?%61b=1&c=x+y%20z&ab=2&d HTTP/1.1\r\n\r\n");
	ck_assert(span_eq_str(request_query(&r, "ab"), "1"));
	ck_assert(span_eq_str(request_query(&r, "c"), "x y z"));
	ck_assert_ptr_null(request_query(&r, "AB").p);
	ck_assert_ptr_null(request_query(&r, "d").p);
	ck_assert_int_eq(request_set_query(&r, "ab", VALUE_PLAIN("\xc3\xa9/"),
			     &err),
	    0);
	ck_assert_int_eq(request_add_query(&r, "c", VALUE_PLAIN("~"), &err), 0);
	wire_is(REQUEST_WIRE,
	    "GET /?ab=%C3%A9%2F&c=x+y%20z&d&c=~ HTTP/1.1\r\n\r\n");
	ck_assert_uint_eq(request_remove_query(&r, "c"), 2);
	ck_assert_uint_eq(request_remove_query(&r, "d"), 1);
	ck_assert_uint_eq(request_remove_query(&r, "ab"), 1);
	wire_is(REQUEST_WIRE, "GET / HTTP/1.1\r\n\r\n");
	ck_assert_int_eq(request_set_query(&r, "n", VALUE_PLAIN(""), &err), 0);
	wire_is(REQUEST_WIRE, "GET /?n= HTTP/1.1\r\n\r\n");
	done();
}
END_TEST

START_TEST(a_new_body_has_its_length)
{
	const struct message *m;

	take("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n"
	     "0\r\n\r\n");
	ck_assert_int_eq(request_set_body(&r, span_of_str("a=1"), &err), 0);
	wire_is(REQUEST_WIRE,
	    "POST / HTTP/1.1\r\nA: 1\r\nContent-Length: 3\r\n\r\na=1");
	ck_assert_int_eq(request_set_body(&r, (struct span){ 0 }, &err), 0);
	wire_is(REQUEST_WIRE,
	    "POST / HTTP/1.1\r\nA: 1\r\nContent-Length: 0\r\n\r\n");
	ck_assert_int_eq(request_message(&r, &m, &err), 0);
	ck_assert_int_eq(m->framing, FRAMING_LENGTH);
	ck_assert_uint_eq(m->parsed.field_count, 2);
	done();
}
END_TEST

START_TEST(messages_are_read_as_they_are_now)
{
	const struct message *m;

	take("POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	     "3\r\nabc\r\n0\r\n\r\n");
	ck_assert_int_eq(request_set_query(&r, "q", VALUE_PLAIN("1"), &err), 0);
	ck_assert_int_eq(request_message(&r, &m, &err), 0);
	ck_assert_int_eq(m->framing, FRAMING_CHUNKED);
	ck_assert_uint_eq(m->body_len, 3);
	ck_assert(span_eq_str(m->parsed.target, "/p?q=1"));
	done();
}
END_TEST

START_TEST(warnings_stand_once)
{
	take("GET / HTTP/1.1\r\n\r\n");
	request_warn(&r, WARNING_MASKED, span_of_str("A"));
	request_warn(&r, WARNING_SET, (struct span){ 0 });
	request_warn(&r, WARNING_MASKED, span_of_str("A"));
	request_warn(&r, WARNING_MASKED, span_of_str("B"));
	ck_assert_int_eq(r.warned->what, WARNING_MASKED);
	ck_assert_int_eq(r.warned->next->what, WARNING_SET);
	ck_assert(span_eq_str(r.warned->next->next->detail, "B"));
	ck_assert_ptr_null(r.warned->next->next->next);
	ck_assert_str_eq(warning_name(WARNING_SET), "set-delete");
	done();
}
END_TEST

static int
add_time(void *ctx, struct request *request, int64_t now, struct err *e)
{
	(void)ctx;
	if (now < 0)
		return err_set(e, ERR_USAGE, "no time");
	return request_add_query(request, "t", VALUE_PLAIN("1"), e);
}

START_TEST(dressers_run_in_order)
{
	static const struct dresser two[] = { { .dress = add_time },
		{ .dress = add_time } };
	struct dressing d = { two, 2 };

	take("GET / HTTP/1.1\r\n\r\n");
	ck_assert_int_eq(dressing_apply(&d, &r, 1, &err), 0);
	wire_is(REQUEST_WIRE, "GET /?t=1&t=1 HTTP/1.1\r\n\r\n");
	ck_assert_int_eq(dressing_apply(&d, &r, -1, &err), -1);
	ck_assert_str_eq(err.text, "exchange 7: no time");
	done();
}
END_TEST

START_TEST(a_get_leaves_behind_what_is_not_for_it)
{
	take("DELETE /a?b=1 HTTP/1.1\r\nhost: h\r\nContent-Length: 2\r\n"
	     "X-Auth-Token: t\r\nx-http-method-override: DELETE\r\n"
	     "If-Match: *\r\nAccept: x\r\n\r\n{}");
	ck_assert_int_eq(request_make_get(&r, span_of_str("/c/d?e=%20&f"),
			     &err),
	    0);
	wire_is(REQUEST_WIRE,
	    "GET /c/d?e=%20&f HTTP/1.1\r\nhost: h\r\nX-Auth-Token: t\r\n"
	    "Accept: x\r\n\r\n");
	ck_assert(span_eq_str(request_query(&r, "e"), " "));
	ck_assert_int_eq(request_make_get(&r, span_of_str("/g"), &err), 0);
	wire_is(REQUEST_WIRE,
	    "GET /g HTTP/1.1\r\nhost: h\r\nX-Auth-Token: t\r\n"
	    "Accept: x\r\n\r\n");
	done();
}
END_TEST

START_TEST(what_is_shown_may_be_what_is_sent)
{
	struct value secret = { .bytes = span_of_str("s"), .secret = true };

	take("GET /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n");
	ck_assert(request_is_open(&r));
	ck_assert_int_eq(request_set_query(&r, "c", VALUE_PLAIN("2"), &err), 0);
	ck_assert(request_is_open(&r));
	ck_assert_int_eq(request_set_query(&r, "c", secret, &err), 0);
	ck_assert(!request_is_open(&r));
	ck_assert_uint_eq(request_remove_query(&r, "c"), 1);
	ck_assert_int_eq(request_set_header(&r, "A",
			     (struct value){ .bytes = span_of_str("1"),
				 .shown = span_of_str("(date)") },
			     &err),
	    0);
	ck_assert(!request_is_open(&r));
	done();
}
END_TEST

START_TEST(parts_have_a_limit)
{
	take("GET / HTTP/1.1\r\n\r\n");
	for (size_t i = 0; i < REQUEST_MAX_PARTS; i++)
		ck_assert_int_eq(request_add_query(&r, "a", VALUE_PLAIN("1"),
				     &err),
		    0);
	ck_assert_int_eq(request_add_query(&r, "a", VALUE_PLAIN("1"), &err),
	    -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	done();
}
END_TEST

UNIT_MAIN("request", untouched_requests_keep_every_byte,
    a_proxy_form_becomes_a_path, what_cannot_be_sent_is_refused,
    set_headers_keep_place_and_spelling, no_value_ends_its_line,
    secrets_are_sent_and_not_shown, query_fields_are_found_decoded,
    a_new_body_has_its_length, messages_are_read_as_they_are_now,
    warnings_stand_once, dressers_run_in_order, parts_have_a_limit,
    a_get_leaves_behind_what_is_not_for_it, what_is_shown_may_be_what_is_sent)
