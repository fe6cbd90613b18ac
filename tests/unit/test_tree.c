/* JSON and XML bodies, and paths into them. */
#include "deletion/tree.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/glob.h"
#include "deletion/json.h"
#include "deletion/xml.h"
#include "tests/lib/unit.h"

static bool
append(void *arg, const struct tree *node)
{
	struct arena scratch = ARENA_INIT;
	struct span text = tree_text(node, &scratch);

	fprintf(arg, "%.*s;", (int)text.len, (const char *)text.p);
	arena_release(&scratch);
	return true;
}

/* The texts that a path leads to, or "error". */
static const char *
find(bool xml, const char *body, const char *path)
{
	static char out[1024];
	struct arena arena = ARENA_INIT;
	struct tree *root;
	struct err err;
	FILE *f = fmemopen(out, sizeof(out), "w");
	int rc = xml ? xml_read(&root, span_of_str(body), &arena, &err)
		     : json_read(&root, span_of_str(body), &arena, &err);

	if (rc < 0)
		fprintf(f, "error");
	else
		tree_find(root, span_of_str(path), true, append, f);
	fputc(0, f);
	fclose(f);
	arena_release(&arena);
	return out;
}

START_TEST(json_paths)
{
	const char *body = "{\"a\":[{\"id\":1},{\"id\":\"x\"}],\"n\":null,"
			   "\"b/c\":{\"d~\":true},\"e\":[1,[2.5]]}";

	ck_assert_str_eq(find(false, body, "/a/*/id"), "1;x;");
	ck_assert_str_eq(find(false, body, "/a/1/id"), "x;");
	ck_assert_str_eq(find(false, body, "/a/01/id"), "");
	ck_assert_str_eq(find(false, body, "/n"), ";");
	ck_assert_str_eq(find(false, body, "/no"), "");
	ck_assert_str_eq(find(false, body, "/b~1c/d~0"), "true;");
	ck_assert_str_eq(find(false, body, "id"), "1;x;");
	ck_assert_str_eq(find(false, body, "/a/0"), "{\"id\":1};");
	ck_assert_str_eq(find(false, body, "/e"), "[1,[2.5]];");
	ck_assert_str_eq(find(false, "7", ""), "7;");
}
END_TEST

START_TEST(json_that_is_not)
{
	ck_assert_str_eq(find(false, "", ""), "error");
	ck_assert_str_eq(find(false, "{\"a\":1,\"a\":2}", ""), "error");
	ck_assert_str_eq(find(false, "{} {}", ""), "error");
	ck_assert_str_eq(find(false, "{\"a\":\"\xff\"}", ""), "error");
	ck_assert_str_eq(find(false, "[1e999]", ""), "error");
	ck_assert_str_eq(find(false, "[99999999999999999999]", ""), "error");
	ck_assert_str_eq(find(false, "{\"a\":1", ""), "error");
}
END_TEST

START_TEST(xml_paths)
{
	const char *body = "<r xmlns=\"u\"><a><k>1</k></a><a><k>x&amp;y</k></a>"
			   "<s:b xmlns:s=\"v\"/></r>";

	ck_assert_str_eq(find(true, body, "a/k"), "1;x&y;");
	ck_assert_str_eq(find(true, body, "r/a/k"), "1;x&y;");
	ck_assert_str_eq(find(true, body, "/r/a/k"), "1;x&y;");
	ck_assert_str_eq(find(true, body, "/a/k"), "");
	ck_assert_str_eq(find(true, body, "k"), "");
	ck_assert_str_eq(find(true, body, "b"), ";");
}
END_TEST

START_TEST(xml_that_is_not)
{
	ck_assert_str_eq(find(true, "<a>", ""), "error");
	ck_assert_str_eq(find(true, "<a></b>", ""), "error");
	ck_assert_str_eq(find(true,
			     "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>", ""),
	    "error");
	ck_assert_str_eq(find(true, "<!DOCTYPE a><a/>", ""), "error");
	ck_assert_str_eq(find(true, "<a>&no;</a>", ""), "error");
}
END_TEST

static const char *
nested(bool xml, int depth)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	const char *found;

	for (int i = 0; i < depth; i++)
		fputs(xml ? "<a>" : "[", f);
	for (int i = 0; i < depth; i++)
		fputs(xml ? "</a>" : "]", f);
	fclose(f);
	found = find(xml, text, "/no");
	free(text);
	return found;
}

START_TEST(depth_is_limited)
{
	for (int xml = 0; xml < 2; xml++) {
		ck_assert_str_eq(nested(xml, TREE_MAX_DEPTH), "");
		ck_assert_str_eq(nested(xml, TREE_MAX_DEPTH + 1), "error");
		ck_assert_str_eq(nested(xml, 100000), "error");
	}
}
END_TEST

static const struct {
	const char *pattern, *text;
	bool nocase, fits;
} globs[] = {
	{ "", "", false, true },
	{ "", "a", false, false },
	{ "*", "", false, true },
	{ "a*c", "abbc", false, true },
	{ "a*c", "abbcd", false, false },
	{ "*.NotFound", "X.NotFound", false, true },
	{ "APIG.30??", "APIG.3024", false, true },
	{ "APIG.30??", "APIG.302", false, false },
	{ "[1-9]*", "10", false, true },
	{ "[1-9]*", "01", false, false },
	{ "[!a]", "b", false, true },
	{ "[!a]", "a", false, false },
	{ "[]]", "]", false, true },
	{ "[a", "[a", false, true },
	{ "Clouddc.*", "cLOUDDC.x", true, true },
	{ "Clouddc.*", "clouddc.x", false, false },
	{ "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false },
};

START_TEST(globs_fit_as_in_a_shell)
{
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		ck_assert_msg(glob_matches(span_of_str(globs[i].pattern),
				  span_of_str(globs[i].text),
				  globs[i].nocase) == globs[i].fits,
		    "%s %s", globs[i].pattern, globs[i].text);
}
END_TEST

UNIT_MAIN("tree", json_paths, json_that_is_not, xml_paths, xml_that_is_not,
    depth_is_limited, globs_fit_as_in_a_shell)
