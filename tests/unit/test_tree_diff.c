#include "deletion/tree_diff.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/json.h"
#include "deletion/xml.h"
#include "tests/lib/unit.h"

typedef int reader(struct tree **out, struct span text, struct arena *arena,
    struct err *err);

static char told[8192];
static size_t most; /* differences that are wanted */

static bool
tell(void *ctx, struct span path, struct span a, struct span b)
{
	size_t at = strlen(told);

	(void)ctx;
	snprintf(told + at, sizeof(told) - at, "%.*s %.*s %.*s\n",
	    (int)path.len, (const char *)path.p, a.p ? (int)a.len : 1,
	    a.p ? (const char *)a.p : "-", b.p ? (int)b.len : 1,
	    b.p ? (const char *)b.p : "-");
	return --most > 0;
}

static bool
is_named_t(void *ctx, const struct tree *node)
{
	(void)ctx;
	return span_eq_str(node->name, "t");
}

static bool
is_named_k(void *ctx, const struct tree *node)
{
	(void)ctx;
	return span_eq_str(node->name, "k");
}

/* What is told of two texts, a line each: path, a, b. */
static const char *
diff(reader *read, const char *a, const char *b)
{
	struct arena arena = ARENA_INIT;
	struct tree_diff d = { .arena = &arena,
		.is_left_out = is_named_t,
		.is_secret = is_named_k,
		.tell = tell };
	struct tree *x, *y;
	struct err err;
	bool same;

	told[0] = '\0';
	if (most == 0)
		most = SIZE_MAX;
	ck_assert_int_eq(read(&x, span_of_str(a), &arena, &err), 0);
	ck_assert_int_eq(read(&y, span_of_str(b), &arena, &err), 0);
	same = tree_diff(&d, x, y);
	ck_assert(same == (told[0] == '\0'));
	arena_release(&arena);
	return told;
}

static void
json(const char *a, const char *b, const char *wanted)
{
	ck_assert_str_eq(diff(json_read, a, b), wanted);
}

static void
xml(const char *a, const char *b, const char *wanted)
{
	ck_assert_str_eq(diff(xml_read_all, a, b), wanted);
}

START_TEST(order_of_members_and_blanks_do_not_matter)
{
	json("{\"a\":1,\"b\":[1,2]}", " { \"b\" : [ 1 , 2 ] , \"a\" : 1 } ",
	    "");
	json("[1,2]", "[2,1]", "/0 1 2\n/1 2 1\n");
}
END_TEST

START_TEST(types_matter)
{
	json("{\"a\":1}", "{\"a\":\"1\"}", "/a 1 \"1\"\n");
	json("{\"a\":null}", "{\"a\":\"\"}", "/a null \"\"\n");
	json("{\"a\":{}}", "{\"a\":[]}", "/a {0} [0]\n");
	json("true", "false", " true false\n");
}
END_TEST

START_TEST(what_one_side_lacks_is_told)
{
	json("{\"a\":null}", "{}", "/a null -\n");
	json("{\"b\":1}", "{\"a\":1,\"b\":1,\"c\":{\"d\":1}}",
	    "/a - 1\n/c - {1}\n");
	json("[[1]]", "[[1,2]]", "/0/1 - 2\n");
}
END_TEST

START_TEST(pointers_are_those_of_rfc_6901)
{
	json("{\"a/b\":{\"m~n\":[0,{\"x\":1}]}}",
	    "{\"a/b\":{\"m~n\":[0,{\"x\":2}]}}", "/a~1b/m~0n/1/x 1 2\n");
}
END_TEST

START_TEST(left_out_and_secret_nodes_say_nothing)
{
	json("{\"t\":1,\"k\":\"x\"}", "{\"k\":\"y\"}", "");
	json("{\"k\":\"x\"}", "{}", "/k \"x\" -\n");
}
END_TEST

START_TEST(elements_are_paired_by_name)
{
	xml("<r><a>1</a><b>2</b></r>", "<r>\n <b>2</b>\n <a>1</a>\n</r>", "");
	xml("<r><a>1</a><a>2</a></r>", "<r><a>1</a><a>3</a></r>",
	    "/r/a[2] 2 3\n");
	xml("<r><a/><a/><b/></r>", "<r><a/><b/><b/></r>",
	    "/r/a[2]  -\n/r/b[2] - \n");
	xml("<r>1</r>", "<s>1</s>", "/r 1 -\n");
}
END_TEST

START_TEST(attributes_and_text_count)
{
	xml("<r a='1'/>", "<r a='2'/>", "/r/@a 1 2\n");
	xml("<r>x</r>", "<r> x</r>", "/r x  x\n");
	xml("<r>x<a/></r>", "<r><a/></r>", "/r {1} {1}\n");
}
END_TEST

START_TEST(one_who_has_heard_enough_is_told_no_more)
{
	most = 2;
	json("[1,2,3,4]", "[5,6,7,8]", "/0 1 5\n/1 2 6\n");
}
END_TEST

START_TEST(a_hundred_thousand_names_take_no_time)
{
	static char a[1 << 20], b[1 << 20];
	size_t n = 0;

	n += (size_t)sprintf(a, "<r>");
	for (int i = 0; i < 100000; i++)
		n += (size_t)sprintf(a + n, "<a/>");
	sprintf(a + n, "</r>");
	memcpy(b, a, sizeof(b));
	memcpy(b + n, "<b/></r>", sizeof("<b/></r>"));
	xml(a, b, "/r/b - \n");
}
END_TEST

START_TEST(long_names_and_values_are_cut)
{
	static char name[10000], text[22000];

	memset(name, 'n', sizeof(name) - 1);
	snprintf(text, sizeof(text), "{\"%s\":\"%s\"}", name, name);
	diff(json_read, text, "{}");
	ck_assert_uint_eq(strlen(told),
	    1 + TREE_DIFF_STEP + 1 + TREE_DIFF_TEXT + 3);
	ck_assert(strstr(told, "n... ") != NULL);
}
END_TEST

UNIT_MAIN("tree_diff", order_of_members_and_blanks_do_not_matter, types_matter,
    what_one_side_lacks_is_told, pointers_are_those_of_rfc_6901,
    left_out_and_secret_nodes_say_nothing, elements_are_paired_by_name,
    attributes_and_text_count, one_who_has_heard_enough_is_told_no_more,
    a_hundred_thousand_names_take_no_time, long_names_and_values_are_cut)
