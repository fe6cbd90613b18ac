#include "replay/context.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "http/head.h"
#include "tests/lib/unit.h"

#define AUTH(ak, date, place, signature)                                       \
	"HMAC-SHA256 Credential=" ak "/" date "/" place                        \
	", SignedHeaders=x-date, Signature=" signature

static struct context
context(const char *host, const char *authorization)
{
	return (struct context){ span_of_str(host),
		authorization == NULL ? (struct span){ 0 }
				      : span_of_str(authorization) };
}

START_TEST(only_the_place_counts)
{
	static const struct {
		const char *host[2], *authorization[2];
		bool same;
	} cases[] = {
		{ { "h", "H" }, { NULL, NULL }, true },
		{ { "h", "i" }, { NULL, NULL }, false },
		{ { "h", "h" }, { "Bearer a", "Bearer b" }, true },
		{ { "h", "h" }, { "Bearer a", "Basic a" }, false },
		{ { "h", "h" }, { "Bearer a", NULL }, false },
		{ { "h", "h" },
		    { AUTH("a", "1", "bj/ecs/request", "x"),
			AUTH("b", "2", "bj/ecs/request", "y") },
		    true },
		{ { "h", "h" },
		    { AUTH("a", "1", "bj/ecs/request", "x"),
			AUTH("a", "1", "sh/ecs/request", "x") },
		    false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct context a =
		    context(cases[i].host[0], cases[i].authorization[0]);
		struct context b =
		    context(cases[i].host[1], cases[i].authorization[1]);

		ck_assert_msg(context_is_same(&a, &b) == cases[i].same, "%zu",
		    i);
	}
}
END_TEST

static struct head
parse(struct arena *arena, const char *text)
{
	struct err err;
	struct head h;

	ck_assert_int_eq(head_parse(&h, HEAD_REQUEST, span_of_str(text), arena,
			     &err),
	    0);
	return h;
}

START_TEST(host_and_missing_signature_are_borrowed)
{
	struct arena arena = ARENA_INIT;
	struct context there = context("there", "Bearer recorded");
	struct head live = parse(&arena,
	    "GET http://here/a?b=1 HTTP/1.1\r\nhost: here\r\nHost: x\r\n\r\n");
	struct head out = context_apply(&live, &there, &arena);

	ck_assert(span_eq_str(out.target, "/a?b=1"));
	ck_assert_uint_eq(out.field_count, 2);
	ck_assert(span_eq_str(head_field(&out, "Host"), "there"));
	ck_assert(
	    span_eq_str(head_field(&out, "Authorization"), "Bearer recorded"));
	arena_release(&arena);
}
END_TEST

START_TEST(a_signature_of_its_own_stays)
{
	struct arena arena = ARENA_INIT;
	struct context there = context("there", "Bearer recorded");
	struct head live = parse(&arena,
	    "GET /a HTTP/1.1\r\nAuthorization: Bearer live\r\nA: b\r\n\r\n");
	struct head out = context_apply(&live, &there, &arena);

	ck_assert(span_eq_str(out.target, "/a"));
	ck_assert_uint_eq(out.field_count, 3);
	ck_assert(
	    span_eq_str(head_field(&out, "Authorization"), "Bearer live"));
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("context", only_the_place_counts,
    host_and_missing_signature_are_borrowed, a_signature_of_its_own_stays)
