#include "deletion/content.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/rules.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

#define OK "HTTP/1.1 200 OK\r\n"

static struct rules *rules;
static struct arena arena;
static char told[4096];

static void
begin(void)
{
	struct err err;

	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
}

static void
end(void)
{
	arena_release(&arena);
	rules_close(rules);
}

static bool
tell(void *ctx, struct span name, struct span a, struct span b)
{
	size_t at = strlen(told);

	(void)ctx;
	snprintf(told + at, sizeof(told) - at, "%.*s %.*s|%.*s\n",
	    (int)name.len, (const char *)name.p, a.p ? (int)a.len : 1,
	    a.p ? (const char *)a.p : "-", b.p ? (int)b.len : 1,
	    b.p ? (const char *)b.p : "-");
	return true;
}

static struct message
message(const char *fields, const char *body)
{
	struct message m = { .complete = true };
	struct err err;

	m.head = arena_printf(&arena, "%s%s\r\n", OK, fields);
	m.body = span_of_str(body);
	m.wire_len = m.body_len = m.body.len;
	m.framing = FRAMING_LENGTH;
	ck_assert_int_eq(head_parse(&m.parsed, HEAD_RESPONSE, m.head, &arena,
			     &err),
	    0);
	return m;
}

static void
fields(const char *a, const char *b, const char *wanted)
{
	struct message x = message(a, ""), y = message(b, "");

	told[0] = '\0';
	content_diff_fields(rules, &x, &y, &arena, tell, NULL);
	ck_assert_str_eq(told, wanted);
}

static void
bodies_of(const struct message *a, const struct message *b, const char *ignored,
    const char *wanted)
{
	struct span pointer = { 0 };
	struct content_ignored list = { &pointer, 0 };

	if (ignored != NULL) {
		pointer = span_of_str(ignored);
		list.count = 1;
	}
	told[0] = '\0';
	content_diff_bodies(rules, a, b, &list, &arena, tell, NULL);
	ck_assert_str_eq(told, wanted);
}

static void
bodies(const char *a, const char *b, const char *ignored, const char *wanted)
{
	struct message x = message("", a), y = message("", b);

	bodies_of(&x, &y, ignored, wanted);
}

START_TEST(fields_that_say_how_it_travelled_are_passed_over)
{
	begin();
	fields("Date: Fri, 20 Nov 2026 20:00:19 GMT\r\nX-Request-Id: 1\r\n"
	       "Connection: close\r\nContent-Length: 3\r\nETag: \"1\"\r\n",
	    "Transfer-Encoding: chunked\r\netag: \"1\"\r\n"
	    "x-amzn-requestid: 2\r\nKeep-Alive: timeout=2\r\n",
	    "");
	end();
}
END_TEST

START_TEST(other_fields_are_compared_in_any_order)
{
	begin();
	fields("A: 1\r\nB: 2\r\n", "b: 2\r\na: 1\r\n", "");
	fields("A: 1\r\nRetry-After: 3\r\n", "A: 2\r\nLocation: /\r\n",
	    "a 1|2\nlocation -|/\nretry-after 3|-\n");
	fields("A: 1\r\n", "A: \r\n", "a 1|\n");
	end();
}
END_TEST

START_TEST(lines_of_one_name_are_one_list)
{
	begin();
	fields("Allow: GET\r\nX: 1\r\nAllow: PUT\r\n",
	    "Allow: GET, PUT\r\nX: 1\r\n", "");
	fields("Allow: GET\r\nAllow: PUT\r\n", "Allow: PUT\r\nAllow: GET\r\n",
	    "allow GET, PUT|PUT, GET\n");
	end();
}
END_TEST

START_TEST(secrets_are_alike)
{
	begin();
	fields("Set-Cookie: sid=ob_6vgaOx-b0ipNqTns__\r\n",
	    "Set-Cookie: sid=1234567890abcdef\r\n", "");
	fields("Set-Cookie: a=b\r\n", "", "set-cookie a=b|-\n");
	bodies("{\"password\":\"a\"}", "{\"password\":\"b\"}", NULL, "");
	bodies("<r><SessionToken>a</SessionToken></r>",
	    "<r><SessionToken>b</SessionToken></r>", NULL, "");
	end();
}
END_TEST

START_TEST(request_ids_of_bodies_are_passed_over)
{
	begin();
	bodies("{\"ResponseMetadata\":{\"RequestId\":\"1\",\"Action\":\"A\"}}",
	    "{\"ResponseMetadata\":{\"RequestId\":\"2\",\"Action\":\"B\"}}",
	    NULL, "/ResponseMetadata/Action \"A\"|\"B\"\n");
	bodies("<R><RequestId>1</RequestId><a>1</a></R>",
	    "<R><RequestId>2</RequestId><a>2</a></R>", NULL, "/R/a 1|2\n");
	end();
}
END_TEST

START_TEST(what_the_user_names_is_passed_over)
{
	begin();
	bodies("{\"a\":[{\"t\":1,\"u\":1},{\"t\":2,\"u\":1}]}",
	    "{\"a\":[{\"t\":3,\"u\":1},{\"t\":4,\"u\":2}]}", "/a/*/t",
	    "/a/1/u 1|2\n");
	bodies("<R><t>1</t></R>", "<R><t>2</t></R>", "/R/t", "");
	end();
}
END_TEST

START_TEST(other_bodies_are_compared_as_bytes)
{
	begin();
	bodies("abc", "abc", NULL, "");
	bodies("abc", "abd", NULL, " abc|abd\n");
	bodies("abc", "", NULL, " abc|-\n");
	/* SHA-256 of "{}" is 44136fa355b3678a... */
	bodies("{}", "", NULL, " 2 bytes of JSON, sha256 44136fa3...|-\n");
	bodies("{\"a\":1,\"a\":1}", "{\"a\":1,\"a\":2}", NULL,
	    " {\"a\":1,\"a\":1}|{\"a\":1,\"a\":2}\n");
	end();
}
END_TEST

START_TEST(codings_do_not_count)
{
	struct message x =
	    message("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n");
	struct message y = message("Content-Length: 3\r\n", "abc");

	begin();
	x.framing = FRAMING_CHUNKED;
	bodies_of(&x, &y, NULL, "");
	end();
}
END_TEST

START_TEST(forms_are_compared_by_their_fields)
{
	struct message x =
	    message("Content-Type: application/x-www-form-urlencoded\r\n",
		"a=1&b=%41");
	struct message y =
	    message("Content-Type: application/x-www-form-urlencoded\r\n",
		"b=A&a=2");

	begin();
	bodies_of(&x, &y, NULL, "/a \"1\"|\"2\"\n");
	bodies_of(&x, &y, "/a", "");
	end();
}
END_TEST

START_TEST(a_body_that_is_cut_is_not_a_whole_one)
{
	struct message x = message("", "{}"), y = message("", "{}");

	begin();
	y.complete = false;
	bodies_of(&x, &y, NULL,
	    " 2 bytes of JSON, sha256 44136fa3...|{} (cut)\n");
	x.complete = false;
	bodies_of(&x, &y, NULL, "");
	end();
}
END_TEST

START_TEST(a_body_that_was_not_kept_is_compared_by_its_digest)
{
	struct message x = message("", "abc"), y = message("", "abc");

	begin();
	digest_of(x.body_sha256, x.body);
	digest_of(y.body_sha256, y.body);
	x.has_digest = y.has_digest = true;
	y.body = (struct span){ 0 };
	bodies_of(&x, &y, NULL, "");
	y.body_sha256[0] ^= 1;
	bodies_of(&x, &y, NULL, " abc|3 bytes, not kept\n");
	y.has_digest = false;
	bodies_of(&x, &y, NULL, " abc|3 bytes, not kept\n");
	end();
}
END_TEST

UNIT_MAIN("content", fields_that_say_how_it_travelled_are_passed_over,
    other_fields_are_compared_in_any_order, lines_of_one_name_are_one_list,
    secrets_are_alike, request_ids_of_bodies_are_passed_over,
    what_the_user_names_is_passed_over, other_bodies_are_compared_as_bytes,
    codings_do_not_count, forms_are_compared_by_their_fields,
    a_body_that_is_cut_is_not_a_whole_one,
    a_body_that_was_not_kept_is_compared_by_its_digest)
