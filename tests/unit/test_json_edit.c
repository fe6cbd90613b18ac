#include "deletion/json_edit.h"

#include "base/arena.h"
#include "base/err.h"
#include "tests/lib/unit.h"

static void
gives(const char *text, const char *pointer, const char *value,
    const char *wanted)
{
	struct arena arena = ARENA_INIT;
	struct span out;
	struct err err;
	int rc = json_edit(&out, span_of_str(text), span_of_str(pointer),
	    span_of_str(value), &arena, &err);

	if (wanted == NULL)
		ck_assert_int_eq(rc, -1);
	else
		ck_assert_msg(rc == 0 && span_eq_str(out, wanted), "%.*s",
		    rc == 0 ? (int)out.len : 0, (const char *)out.p);
	arena_release(&arena);
}

START_TEST(a_string_is_replaced_where_it_stands)
{
	gives("{ \"a\" : \"x\" , \"b\":1.0}", "/a", "\"new\"",
	    "{ \"a\" : \"new\" , \"b\":1.0}");
	gives("{\"o\":{\"a\":\"x\"}}", "/o/a", "\"y\"",
	    "{\"o\":{\"a\":\"y\"}}");
	gives("[\"x\",\"x\"]", "/1", "\"y\"", "[\"x\",\"y\"]");
}
END_TEST

START_TEST(others_that_look_the_same_stay)
{
	gives("{\"x\":\"x\",\"b\":\"x\",\"a\":\"x\"}", "/a", "\"y\"",
	    "{\"x\":\"x\",\"b\":\"x\",\"a\":\"y\"}");
	gives("{\"s\":\"\\\"x\\\"\",\"a\":\"x\"}", "/a", "\"y\"",
	    "{\"s\":\"\\\"x\\\"\",\"a\":\"y\"}");
}
END_TEST

START_TEST(a_member_is_added_in_front)
{
	gives("{}", "/DryRun", "true", "{\"DryRun\":true}");
	gives(" {\"a\":1}", "/DryRun", "true", " {\"DryRun\":true,\"a\":1}");
}
END_TEST

START_TEST(what_would_change_something_else_is_refused)
{
	/* Not as it would be written: an escape that need not be one. */
	gives("{\"a\":\"\\u0078\"}", "/a", "\"y\"", NULL);
	gives("{\"a\":1}", "/a", "\"y\"", NULL);
	gives("{\"a\":{}}", "/a/b", "\"y\"", NULL);
	gives("[]", "/a", "\"y\"", NULL);
	gives("{}", "/a~1b", "\"y\"", NULL);
	gives("{}", "a", "\"y\"", NULL);
	gives("{}", "", "\"y\"", NULL);
	gives("{}", "/", "\"y\"", NULL);
	gives("{\"a\":\"x\"", "/a", "\"y\"", NULL);
	gives("{\"a\":\"x\"}", "/a", "\"y", NULL);
	gives("{\"a\":\"x\"}", "/a", "1,\"b\":2", NULL);
	/* The same value is no change, and would not be seen. */
	gives("{\"a\":\"x\"}", "/a", "\"x\"", NULL);
}
END_TEST

START_TEST(quoting)
{
	struct arena arena = ARENA_INIT;

	ck_assert(span_eq_str(json_quote(span_of_str("a\"\\\n"), &arena),
	    "\"a\\\"\\\\\\u000a\""));
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("json_edit", a_string_is_replaced_where_it_stands,
    others_that_look_the_same_stay, a_member_is_added_in_front,
    what_would_change_something_else_is_refused, quoting)
