/* Whoever watches the masks is told where each is put, and no secret. */
#include "deletion/where.h"

#include <stdio.h>

#include "base/err.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define S       "S3cr3t-hunter2"
#define AKID    "AKIAIOSFODNN7EXAMPLE"
#define JWT     "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
#define MIXED   "Zk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp"
#define GET(x)  "GET " x " HTTP/1.1\n\n"
#define HEAD(x) "GET /a HTTP/1.1\nHost: h\n" x "\n\n"
#define POST(type, length)                                                     \
	"POST /a HTTP/1.1\nHost: h\nContent-Type: " type                       \
	"\nContent-Length: " length "\n\n"

/* A request, and what is said of the one secret in it. */
static const struct {
	const char *request, *place, *name, *kind;
} cases[] = {
	{ HEAD("X-Auth-Token: " S), "header", "X-Auth-Token", "named" },
	{ HEAD("X-Odd: " JWT), "header", "X-Odd", "jwt" },
	{ HEAD("X-Odd: a\n b " JWT), "header", "X-Odd", "jwt" },
	{ HEAD("X-Odd: " MIXED), "header", "X-Odd", "random" },
	{ HEAD("Authorization: Basic dXNlcjpodW50ZXIy"), "header",
	    "Authorization", "basic" },
	{ HEAD("Authorization: Bearer s3cr3t.t0ken"), "header", "Authorization",
	    "bearer" },
	{ HEAD("Cookie: sid=" S), "header", "Cookie", "named" },
	{ HEAD("X-" AKID ": 1"), "header", "(masked)", "aws-key" },
	{ HEAD("User-Agent: curl/8 ghp_abcdefghijklmnopqrst"), "header",
	    "User-Agent", "github-token" },
	{ GET("/a/b/" AKID "/c"), "path", "3", "aws-key" },
	{ GET("/a?x=1&sig=" S), "query", "sig", "named" },
	{ GET("/a?x=1&" AKID), "query", "(masked)", "aws-key" },
	{ GET("/a?x=1#access_token=" S), "fragment", "access_token", "named" },
	{ GET("http://" S "@h/a"), "userinfo", NULL, "userinfo" },
	{ "CONNECT " AKID ":443 HTTP/1.1\n\n", "authority", NULL, "aws-key" },
	{ POST("application/json",
	      "42") "{\"a\":[1,{\"b/c\":\"x\",\"password\":\"" S "\"}]}",
	    "json", "/a/1/password", "named" },
	{ POST("application/json", "50") "{\"a\":{\"b\":[]},\"c~d/e\":\"-" AKID
					 "\",\"z\":\"12345\"}",
	    "json", "/c~0d~1e", "aws-key" },
	{ POST("application/json", "26") "{\"" AKID "\":1}", "json", "",
	    "aws-key" },
	{ POST("application/json", "18") "{\"password\":123456}", "json",
	    "/password", "named" },
	{ POST("application/xml", "55") "<A x=\"1\"><B/><C>1</C><Password>" S
					"</Password></A>",
	    "xml", "/A/Password", "named" },
	{ POST("application/xml", "33") "<A><B sig=\"" S "\"></B></A>", "xml",
	    "/A/B", "named" },
	{ POST("application/x-www-form-urlencoded", "26") "a=b&password=" S,
	    "form", "password", "named" },
	{ POST("multipart/form-data; boundary=b",
	      "94") "--b\r\nContent-Disposition: form-data; "
		    "name=\"password\"\r\n"
		    "\r\n" S "\r\n--b--\r\n",
	    "multipart", "password", "named" },
	{ POST("text/plain", "25") "the key is " S " now", "body", NULL, NULL },
	{ POST("text/plain", "27") "here: " AKID "!", "body", NULL, "aws-key" },
	{ "POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n"
	  "1;x=" JWT "\r\na\r\n0\r\n\r\n",
	    "chunk-extension", NULL, "jwt" },
	{ "POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n"
	  "1\r\na\r\n0\r\nX-Token: " S "\r\n\r\n",
	    "trailer", "X-Token", "named" },
};

struct seen {
	unsigned count;
	char place[64], name[256], kind[64];
	bool absent;
};

static void
note(void *ctx, const struct redact_hit *hit)
{
	struct seen *s = ctx;

	s->count++;
	s->absent = hit->name.p == NULL;
	snprintf(s->place, sizeof(s->place), "%s", hit->place);
	snprintf(s->kind, sizeof(s->kind), "%s", hit->kind);
	snprintf(s->name, sizeof(s->name), "%.*s", (int)hit->name.len,
	    (const char *)hit->name.p);
}

static struct seen
watch(const char *request, const char *response)
{
	static const uint8_t key[REDACT_KEY_SIZE];
	struct exchange *x = exchange_of_strings(request, response);
	struct seen seen = { 0 };
	struct redactor *r;
	struct rules *rules;
	struct err err;

	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	r = redactor_new(rules, key);
	redactor_watch(r, note, &seen);
	redactor_apply(r, x);
	redactor_free(r);
	rules_close(rules);
	exchange_free(x);
	return seen;
}

START_TEST(a_place_has_a_name)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen s = watch(cases[i].request, NULL);
		const char *name = cases[i].name;

		if (cases[i].kind == NULL) {
			ck_assert_msg(s.count == 0, "%zu: %s", i, s.kind);
			continue;
		}
		ck_assert_msg(s.count > 0, "%zu: nothing", i);
		ck_assert_msg(strcmp(s.place, cases[i].place) == 0 &&
			strcmp(s.kind, cases[i].kind) == 0 &&
			s.absent == (name == NULL) &&
			strcmp(s.name, name != NULL ? name : "") == 0,
		    "%zu: %s %s %s", i, s.place, s.name, s.kind);
	}
}
END_TEST

START_TEST(a_response_has_a_reason)
{
	struct seen s = watch("GET /a HTTP/1.1\n\n",
	    "HTTP/1.1 403 no " AKID "\nContent-Length: 0\n\n");

	ck_assert_str_eq(s.place, "reason");
	ck_assert_str_eq(s.kind, "aws-key");
}
END_TEST

START_TEST(what_is_masked_already_is_told_to_nobody)
{
	struct seen s = watch("GET /a HTTP/1.1\n"
			      "X-Auth-Token: ob_BTWbnkAuhoQHL48Z_\n\n",
	    "HTTP/1.1 200 OK\nContent-Type: application/json\n"
	    "Content-Length: 18\n\n{\"password\":999999}");

	ck_assert_uint_eq(s.count, 0);
	/* Nothing passes for a mask by its looks. */
	s = watch("GET /a HTTP/1.1\nX-Auth-Token: ob_BTWbnkAuhoQHL48A_\n\n",
	    NULL);
	ck_assert_uint_eq(s.count, 1);
}
END_TEST

START_TEST(paths_in_trees)
{
	static const char json[] = "{\"a\": {\"b\": [10, {\"c\": 2}, \"x\"]}, "
				   "\"d\": \"y\"}";
	struct arena arena = ARENA_INIT;
	struct span s = span_of_str(json);
	static const struct {
		const char *at, *path;
	} steps[] = { { "{\"a\"", "" }, { "10", "/a/b/0" },
		{ "2}", "/a/b/1/c" }, { "x\"", "/a/b/2" }, { "y\"", "/d" } };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct span got = where_in_json(s,
		    (size_t)(strstr(json, steps[i].at) - json), &arena);

		ck_assert_msg(span_eq_str(got, steps[i].path), "%.*s",
		    (int)got.len, (const char *)got.p);
	}
	arena_release(&arena);
}
END_TEST

/* Broken text, and every place in it. */
START_TEST(nothing_is_too_broken)
{
	static const char *const texts[] = { "}]}{\"", "{\"a\":\"\\", "[[[[,,",
		"<<a></b></></a", "<a b='", "\"\"\"", "</", "{\"a\":}:" };
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct span s = span_of_str(texts[i]);

		for (size_t n = 0; n <= s.len; n++) {
			where_in_json(span_sub(s, 0, n), n, &arena);
			where_in_xml(span_sub(s, 0, n), n, &arena);
			where_in_json(s, n, &arena);
			where_in_xml(s, n, &arena);
		}
	}
	arena_release(&arena);
}
END_TEST

START_TEST(deep_trees_are_cut)
{
	char deep[4001];
	struct arena arena = ARENA_INIT;
	struct span got;

	memset(deep, '[', sizeof(deep));
	got = where_in_json((struct span){ (uint8_t *)deep, sizeof(deep) },
	    sizeof(deep), &arena);
	ck_assert_uint_eq(got.len, 128);
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("where", a_place_has_a_name, a_response_has_a_reason,
    what_is_masked_already_is_told_to_nobody, paths_in_trees,
    nothing_is_too_broken, deep_trees_are_cut)
