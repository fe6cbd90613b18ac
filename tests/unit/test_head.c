#include "http/head.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/lib/unit.h"

static struct arena arena;
static struct head head;
static struct err err;

static int
parse(enum head_side side, const char *text)
{
	return head_parse(&head, side, span_of_str(text), &arena, &err);
}

static void
assert_span(struct span s, const char *text)
{
	ck_assert_ptr_nonnull(s.p);
	ck_assert_uint_eq(s.len, strlen(text));
	ck_assert_mem_eq(s.p, text, s.len);
}

START_TEST(request_is_taken_apart)
{
	ck_assert_int_eq(parse(HEAD_REQUEST,
			     "DELETE /a?b=c HTTP/1.1\r\nHost: x\r\n"
			     "X-Empty:\r\nx-pad: \t v \r\n\r\n"),
	    0);
	assert_span(head.method, "DELETE");
	assert_span(head.target, "/a?b=c");
	ck_assert_int_eq(head.major, 1);
	ck_assert_int_eq(head.minor, 1);
	ck_assert_uint_eq(head.field_count, 3);
	assert_span(head.fields[0].name, "Host");
	assert_span(head_field(&head, "HOST"), "x");
	assert_span(head_field(&head, "x-empty"), "");
	assert_span(head_field(&head, "X-Pad"), "v");
	ck_assert_ptr_null(head_field(&head, "absent").p);
	arena_release(&arena);
}
END_TEST

START_TEST(response_is_taken_apart)
{
	ck_assert_int_eq(parse(HEAD_RESPONSE,
			     "HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n"),
	    0);
	ck_assert_int_eq(head.status, 404);
	ck_assert_int_eq(head.minor, 0);
	assert_span(head.reason, "Not Found");
	ck_assert_ptr_null(head.method.p);
	arena_release(&arena);
}
END_TEST

/* Methods that llhttp does not know, or knows only in other protocols. */
START_TEST(method_is_what_was_written)
{
	static const char *const methods[] = { "GET", "BREW", "delete",
		"DELETED", "SOURCE", "PRI", "PLAY", "M-SEARCH", "CONNECT" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		bool tunnel = strcmp(methods[i], "CONNECT") == 0;
		char text[64];

		snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\n\r\n",
		    methods[i], tunnel ? "h:1" : "/p");
		ck_assert_msg(parse(HEAD_REQUEST, text) == 0, "%s: %s",
		    methods[i], err.text);
		assert_span(head.method, methods[i]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(real_servers_are_understood)
{
	ck_assert_int_eq(parse(HEAD_RESPONSE, "HTTP/1.1 200\r\n\r\n"), 0);
	ck_assert_int_eq(head.status, 200);
	ck_assert_uint_eq(head.reason.len, 0);
	ck_assert_int_eq(parse(HEAD_RESPONSE, "HTTP/1.1 200 OK\nA: b\n\n"), 0);
	assert_span(head_field(&head, "a"), "b");
	ck_assert_int_eq(parse(HEAD_RESPONSE,
			     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
			     "Transfer-Encoding: chunked\r\nA: one\r\n "
			     "two\r\n\r\n"),
	    0);
	assert_span(head_field(&head, "a"), "one\r\n two");
	arena_release(&arena);
}
END_TEST

START_TEST(not_a_head_is_refused)
{
	static const char *const bad[] = { "", "GET", " / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n\r\nX: y\r\n\r\n",
		"\1\2 / HTTP/1.1\r\n\r\n", "GET / XTTP/1.1\r\n\r\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(parse(HEAD_REQUEST, bad[i]) == -1, "%s", bad[i]);
		ck_assert_int_eq(err.code, ERR_FORMAT);
	}
	ck_assert_int_eq(parse(HEAD_RESPONSE, "HTTP/1.1 2x0 OK\r\n\r\n"), -1);
	arena_release(&arena);
}
END_TEST

START_TEST(tokens_are_found_in_lists)
{
	ck_assert_int_eq(parse(HEAD_REQUEST,
			     "GET / HTTP/1.1\r\nConnection: keep-alive\r\n"
			     "connection: x-foo ,Close\r\n\r\n"),
	    0);
	ck_assert(head_has_token(&head, "Connection", "close"));
	ck_assert(head_has_token(&head, "Connection", "x-foo"));
	ck_assert(!head_has_token(&head, "Connection", "foo"));
	ck_assert(!head_has_token(&head, "Upgrade", "close"));
	arena_release(&arena);
}
END_TEST

START_TEST(too_many_fields_are_a_limit)
{
	static char text[HEAD_MAX_FIELDS * 8 + 64] = "GET / HTTP/1.1\r\n";
	size_t n = strlen(text);

	for (int i = 0; i < HEAD_MAX_FIELDS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "a: b\r\n");
	memcpy(text + n, "\r\n", 3);
	ck_assert_int_eq(parse(HEAD_REQUEST, text), 0);
	ck_assert_uint_eq(head.field_count, HEAD_MAX_FIELDS);
	memcpy(text + n, "a:\r\n\r\n", 7);
	ck_assert_int_eq(parse(HEAD_REQUEST, text), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("head", request_is_taken_apart, response_is_taken_apart,
    method_is_what_was_written, real_servers_are_understood,
    not_a_head_is_refused, tokens_are_found_in_lists,
    too_many_fields_are_a_limit)
