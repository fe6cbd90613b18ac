#include <stdlib.h>

#include "base/arena.h"
#include "deletion/redact_parts.h"
#include "tests/lib/unit.h"

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"
#define XML  "text/xml"
#define HTML "text/html"
#define TEXT "text/plain"

#define HEX "145483a5107745e9b3d80f956713e6a3"

/* A body, and the one part of it that is masked, and nothing else. */
struct sample {
	const char *type, *body;
	const char *secret; /* NULL: none */
};

static const struct sample samples[] = {
	/* JSON in a form: a whole is masked, unless it stands there as it is */
	{ FORM, "a=1&payload=%7B%22token%22%3A%22hunter2%22%7D&b=2",
	    "%7B%22token%22%3A%22hunter2%22%7D" },
	{ FORM, "payload=%5b+%7B%22sid%22%3A%22hunter2%22%7D%5d",
	    "%5b+%7B%22sid%22%3A%22hunter2%22%7D%5d" },
	{ FORM, "payload={\"token\":\"hunter2\"}", "hunter2" },
	{ FORM, "payload=+{\"pin\":31337}", "+{\"pin\":31337}" },
	{ FORM, "payload=%7B%22pin%22%3A+31337%7D",
	    "%7B%22pin%22%3A+31337%7D" },
	{ FORM, "env=[{\"name\":\"sid\",\"value\":\"hunter2\"}]",
	    "[{\"name\":\"sid\",\"value\":\"hunter2\"}]" },
	{ FORM, "payload=%7B%22id%22%3A%22hunter2%22%7D", NULL },
	{ FORM, "InstanceIds=%5B%22i-1%22%2C%22i-2%22%5D", NULL },
	{ FORM, "session=%7B%22id%22%3A1%7D", NULL },
	/* what a string of JSON holds */
	{ JSON, "{\"query\":\"mutation{deleteX(token:\\\"hunter2\\\"){id}}\"}",
	    "hunter2" },
	{ JSON, "{\"x\":\"a\\nb {\\\"password\\\": \\\"hunter 2\\\"} c\"}",
	    "hunter 2" },
	{ JSON, "{\"x\":\"a\\tpassword=hunter2\\n\"}", "hunter2" },
	{ JSON, "{\"x\":\"a\\\"\\nAKIAIOSFODNN7EXAMPLE b\"}",
	    "a\\\"\\nAKIAIOSFODNN7EXAMPLE b" },
	{ JSON, "{\"x\":\"a\\\"\\nZk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp\"}",
	    "a\\\"\\nZk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp" },
	{ JSON, "{\"x\":\"a\\\"\\u0041KIAIOSFODNN7EXAMPLE\"}",
	    "a\\\"\\u0041KIAIOSFODNN7EXAMPLE" },
	{ JSON, "{\"x\":\"say \\\"token\\\": null, \\\"pin\\\": 13\"}", NULL },
	{ JSON, "{\"x\":\"it is \\\"session\\\": \\\"closed\\\"\"}", NULL },
	/* what is written like JSON */
	{ JSON, "{'password':'hunter2','a':'b'}", "hunter2" },
	{ JSON, "{'password': 'hunter, 2'}", "hunter, 2" },
	{ JSON, "{'a': None, 'password': 'hunter2'}", "hunter2" },
	{ JSON, "{'password': None, 'token': True, 'a': 'x'}", NULL },
	{ JSON, "{password: \"hunter2\", a: \"b\"}", "hunter2" },
	{ JSON, "{a: {sid: 'hunter2'}}", "hunter2" },
	{ JSON, "{\"a\":\"it's\",\"password\":\"hunter2\"}", "hunter2" },
	{ JSON, "{\"a\":it's,\"password\":\"hunter2\"}", "hunter2" },
	{ JSON, "{'a', \"password\":\"hunter2\"}", "hunter2" },
	{ JSON, "{\"a\":'tis, \"password\":[\"hunter2\"],\"b\":\"it's\"}",
	    "hunter2" },
	{ JSON, "{\"a\":'tis, \"password\":[\"hunter2\"]}", "hunter2" },
	{ JSON, "{'a':1,'password':'hunter2", "'hunter2" },
	{ JSON, "{\"sess\":[{\"a\":\"b\"},\"" HEX "\",1,true,\"open\"]}", HEX },
	{ JSON, "{\"sess\":[[\"a\"],{\"session\":1}],\"ids\":[\"" HEX "\"]}",
	    NULL },
	{ JSON, "{session: \"closed\", author: 'joe', code: 'E17'}", NULL },
	/* words */
	{ TEXT, "mutation{deleteX(password:\"hunter2\"){id}}", "hunter2" },
	{ TEXT, "log: {'password': 'hunter 2'} end", "hunter 2" },
	{ TEXT, "password='hunter 2' host=x", "hunter 2" },
	{ TEXT, "x {&quot;token&quot;:&quot;hunter2&quot;} y", "hunter2" },
	{ TEXT, "the token: \"hunter2", "hunter2" },
	{ TEXT, "x {\"session\": \"" HEX "\"} y", NULL },
	{ TEXT, "x {\"session\": \"closed\", \"token\": null} y", NULL },
	{ TEXT, "x {\"authorId\": \"" HEX "\"} y", NULL },
	{ TEXT, "a token \"b\" and 'c': d", NULL },
	/* XML-RPC, property lists, tags */
	{ XML,
	    "<struct><member><name>password</name><value><string>hunter2"
	    "</string></value></member><member><name>id</name><value><string>7"
	    "</string></value></member></struct>",
	    "hunter2" },
	{ XML,
	    "<struct><member><name>session</name><value><string>" HEX
	    "</string></value></member></struct>",
	    HEX },
	{ XML,
	    "<member><name>session</name><value>open</value></member>"
	    "<member><name>id</name><value>" HEX "</value></member>",
	    NULL },
	{ XML,
	    "<dict><key>sid</key><string>hunter2</string><key>id</key><string>"
	    "x</string></dict>",
	    "hunter2" },
	{ XML,
	    "<Tag><Key>db_password</Key><Value>hunter2</Value></Tag><Tag><Key>"
	    "a</Key><Value>b</Value></Tag>",
	    "hunter2" },
	{ XML,
	    "<Deleted><Key>a/token</Key><VersionId>3HL4kqtJvjVBH40N</VersionId>"
	    "</Deleted><value>x</value>",
	    NULL },
	{ XML, "<add key='apiKey' value='hunter2' id='x'/><value>y</value>",
	    "hunter2" },
	{ XML, "<property name=\"password\">hunter2</property><b>x</b>",
	    "hunter2" },
	{ XML, "<ticket name=\"pin\">482913</ticket>", NULL },
	{ XML, "<session name=\"pin\">4829a13b1c7712</session>",
	    "4829a13b1c7712" },
	{ XML, "<element name=\"password\" type=\"string\"/><b>x</b>", NULL },
	/* HTML */
	{ HTML, "<p><input name=\"password\" value=\"hunter2\"><b>x</b>",
	    "hunter2" },
	{ HTML, "<input value='hunter2' type=password name='password'> <b>x",
	    "hunter2" },
	{ HTML, "<input name=_csrf value=h2unter2h2unter2 id=a><b>x</b>",
	    "h2unter2h2unter2" },
	{ HTML, "<meta name=\"csrf-token\" content=\"hunter2\"><b>x</b>",
	    "hunter2" },
	{ HTML, "<a token=hunter2 id=b>", "hunter2" },
	{ HTML, "<input name=password type=password placeholder='Yours'>",
	    NULL },
	{ HTML, "<a b='' c= d=''>x</a>", NULL },
};

static struct redactor redactor = { .key = "0123456789abcdef0123456789abcdef" };

/* There is a mask between from and to, and else what was there. */
static void
compare(const struct sample *s, struct text t, size_t from, size_t to)
{
	for (size_t i = 0; i < t.len; i++)
		if (i < from || i >= to)
			ck_assert_msg(t.p[i] == (uint8_t)s->body[i], "%s\n%.*s",
			    s->body, (int)t.len, t.p);
	ck_assert_msg(from == to ||
		mask_is((struct span){ t.p + from, to - from }),
	    "%s\n%.*s", s->body, (int)t.len, t.p);
}

START_TEST(the_secret_is_masked_and_nothing_else)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const struct sample *s = &samples[i];
		struct arena arena = ARENA_INIT;
		struct redact r = { .redactor = &redactor, .scratch = &arena };
		struct text t = { (uint8_t *)strdup(s->body), strlen(s->body) };
		size_t from = 0, to = 0;

		if (s->secret != NULL) {
			from = (size_t)(strstr(s->body, s->secret) - s->body);
			to = from + strlen(s->secret);
		}
		redact_entity(&r, span_of_str(s->type), t);
		compare(s, t, from, to);
		free(t.p);
		arena_release(&arena);
	}
}
END_TEST

/* Nothing is looked at again from each of its bytes. */
START_TEST(long_runs_are_read_in_time)
{
	static const char *const repeated[] = { "x_auth:", "x_auth=", "a='",
		"token:\"", "code=", "'session':", "auth:x://",
		"<a name=", "{a:", "'b ", "\\\"pin\\\":", "%7B", "bot123456:" };
	struct arena arena = ARENA_INIT;
	struct redact r = { .redactor = &redactor, .scratch = &arena };

	for (size_t i = 0; i < ARRAY_LEN(repeated); i++) {
		static uint8_t body[1 << 18];
		size_t len = strlen(repeated[i]);

		for (size_t n = 0; n + len <= sizeof(body); n += len)
			memcpy(body + n, repeated[i], len);
		redact_entity(&r, span_of_str(TEXT),
		    (struct text){ body, sizeof(body) });
		redact_entity(&r, span_of_str(JSON),
		    (struct text){ body, sizeof(body) });
		redact_entity(&r, span_of_str(FORM),
		    (struct text){ body, sizeof(body) });
	}
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("redact_nested", the_secret_is_masked_and_nothing_else,
    long_runs_are_read_in_time)
