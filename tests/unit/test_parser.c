#include "http/parser.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/unit.h"

/* Everything a run of the parser said, in an order that cuts do not change. */
struct trace {
	struct parser *parser;
	char log[4096];
	size_t len;
	size_t raw, entity;
	char body[1024];
	bool bodiless; /* what head() reports */
};

static void
say(struct trace *t, const char *before, uint64_t n, struct span s)
{
	t->len += (size_t)snprintf(t->log + t->len, sizeof(t->log) - t->len,
	    "%s%llu%.*s", before, (unsigned long long)n, (int)s.len,
	    (const char *)s.p);
	ck_assert_uint_lt(t->len, sizeof(t->log));
}

static void
begin(void *ctx)
{
	struct trace *t = ctx;

	t->raw = t->entity = 0;
	say(t, "@", parser_position(t->parser), span_of_str(" "));
}

static bool
head(void *ctx, const struct parser_head *h)
{
	struct trace *t = ctx;

	say(t, "f", h->framing, span_of_str("/"));
	say(t, "h", h->bytes.len, span_of_str(h->cl_and_te ? "! " : " "));
	t->len += (size_t)snprintf(t->log + t->len, sizeof(t->log) - t->len,
	    "%.*s ", (int)h->head.method.len, (const char *)h->head.method.p);
	return !t->bodiless;
}

static void
fragment(void *ctx, const struct parser_head *h)
{
	struct trace *t = ctx;

	say(t, "p", h->bytes.len, span_of_str(" "));
	say(t, "n", h->head.field_count, span_of_str(" "));
	ck_assert_int_eq(h->framing, FRAMING_NONE);
}

static void
raw(void *ctx, struct span s)
{
	struct trace *t = ctx;

	t->raw += s.len;
}

static void
entity(void *ctx, struct span s)
{
	struct trace *t = ctx;

	ck_assert_uint_lt(t->entity + s.len, sizeof(t->body));
	memcpy(t->body + t->entity, s.p, s.len);
	t->entity += s.len;
}

static void
end(void *ctx, enum parser_end how, const char *detail)
{
	struct trace *t = ctx;
	struct span body = { (const uint8_t *)t->body, t->entity };

	ck_assert((how == PARSER_COMPLETE) == (detail == NULL));
	say(t, "r", t->raw, span_of_str("["));
	say(t, "", t->entity, body);
	say(t, "]e", how, span_of_str(";"));
}

static const struct parser_events events = { begin, head, raw, entity, end,
	fragment };

/* Feed text in pieces of at most step bytes (0: random) and finish. */
static void
run(struct trace *t, enum head_side side, const char *text, size_t step)
{
	struct span rest = span_of_str(text);

	t->len = 0;
	t->log[0] = '\0';
	t->parser = parser_new(side, &events, t);
	while (rest.len > 0) {
		size_t n = step != 0 ? step : 1 + (size_t)(rand() % 7);
		size_t used = parser_feed(t->parser, span_sub(rest, 0, n));

		if (used == 0)
			break;
		rest = span_sub(rest, used, rest.len);
	}
	parser_finish(t->parser);
	parser_free(t->parser);
}

struct vector {
	enum head_side side;
	bool bodiless;
	const char *text;
	const char *expect;
};

static const struct vector vectors[] = {
	{ HEAD_REQUEST, false, "GET / HTTP/1.1\r\n\r\n",
	    "@0 f0/h18 GET r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "\r\nDELETE /a HTTP/1.1\nContent-Length: 2\n\nhiGET / HTTP/1.1\n\n",
	    "@2 f1/h38 DELETE r2[2hi]e0;@42 f0/h16 GET r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"
	    "BREW / HTTP/1.1\r\nConnection: close\r\n\r\n"
	    "GET /x HTTP/1.0\r\n\r\n",
	    "@0 f2/h47 POST r30[5abcde]e0;@77 f0/h38 BREW r0[0]e0;"
	    "@115 f0/h19 GET r0[0]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n"
	    "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
	    "@0 f0/h25  r0[0]e0;@25 f0/h19  r0[0]e0;"
	    "@44 f1/h35  r0[0]e0;" },
	{ HEAD_RESPONSE, false, "HTTP/1.1 200 OK\r\n\r\nto the end",
	    "@0 f3/h19  r10[10to the end]e0;" },
	{ HEAD_RESPONSE, true,
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
	    "HTTP/1.1 200 OK\r\n\r\n",
	    "@0 f1/h38  r0[0]e0;@38 f3/h19  r0[0]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
	    "@0 f2/h66!  r11[1a]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
	    "@0 f1/h38  r2[2ab]e1;" },
	{ HEAD_RESPONSE, false, "HTTP/1.1 20", "@0 r0[0]e1;" },
	{ HEAD_RESPONSE, false, "HTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\n",
	    "@0 f0/h37  r0[0]e0;" },
	{ HEAD_REQUEST, false, "SSH-2.0-x\r\n\r\nGET / HTTP/1.1\r\n\r\n",
	    "@0 r0[0]e2;" },
	{ HEAD_REQUEST, false,
	    "CONNECT h:1 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
	    "@0 f0/h24 CONNECT r0[0]e0;@24 f0/h18 GET r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "GET /u HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
	    "GET / HTTP/1.1\r\n\r\n",
	    "@0 f0/h54 GET r0[0]e0;@54 f0/h18 GET r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "GET /\xc3\xa9 HTTP/1.1\r\n\r\nGET /a b\xff HTTP/1.1\n\n"
	    "GET  /  HTTP/1.1\n\n",
	    "@0 f0/h20 GET r0[0]e0;@20 f0/h20 GET r0[0]e0;"
	    "@40 f0/h18 GET r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\r\nContent-Length: 2\r\n"
	    "content-length:2 \r\nA: b\r\n\r\nhi",
	    "@0 f1/h63 GET r2[2hi]e0;" },
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\nContent-Length: 2 , 2\nContent-Length: 2\n\nhi",
	    "@0 f1/h57 GET r2[2hi]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 204 N\r\nContent-Length: 0, 0\r\n\r\n",
	    "@0 f0/h40  r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\r\nA: b\r\nContent-Length: 2\r\n"
	    "Content-Length: 3\r\n\r\nhi",
	    "@0 p44 n2 r0[0]e2;" },
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\r\nContent-Length: 2, 3\r\n\r\nhi",
	    "@0 p19 n0 r0[0]e2;" },
	/* A length that goes on in another line is none. */
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\r\nContent-Length: 2\r\n 3\r\n\r\nhi",
	    "@0 p38 n1 r0[0]e2;" },
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\r\nA: b\r\nno colon\r\nB: c\r\n\r\n"
	    "GET / HTTP/1.1\r\n\r\n",
	    "@0 p25 n1 r0[0]e2;@41 f0/h18 GET r0[0]e0;" },
	{ HEAD_REQUEST, false,
	    "GET /a HTTP/1.1\r\nA : b\r\nContent-Length: 2\r\n\r\nhi",
	    "@0 p19 n0 r0[0]e2;" },
	{ HEAD_REQUEST, false, "GET /a HTTP/1.1\r\nA: b\r\nB",
	    "@0 p25 n1 r0[0]e1;" },
	{ HEAD_REQUEST, false, "GET /a HTTP/1.1", "@0 r0[0]e1;" },
	{ HEAD_REQUEST, false, "GET /a\tb HTTP/1.1\r\n\r\n", "@0 r0[0]e2;" },
	{ HEAD_REQUEST, false,
	    "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\t\r\n\r\n"
	    "1\r\na\r\n0\r\n\r\n",
	    "@0 f2/h47 PUT r11[1a]e0;" },
	{ HEAD_REQUEST, false,
	    "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n1\r\na\r\n",
	    "@0 p18 n0 r0[0]e2;" },
	{ HEAD_REQUEST, false,
	    "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip,\r\n chunked\r\n\r\n",
	    "@0 p18 n0 r0[0]e2;" },
	{ HEAD_REQUEST, false,
	    "PUT / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n"
	    "Content-Length: 2\r\n\r\nhi",
	    "@0 p18 n0 r0[0]e2;" },
	{ HEAD_REQUEST, false, "PUT / HTTP/1.1\r\nContent-Length : 2\r\n\r\nhi",
	    "@0 p18 n0 r0[0]e2;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nab",
	    "@0 f3/h53  r2[2ab]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Identity\r\n"
	    "Content-Length: 2\r\n\r\nhi",
	    "@0 f1/h67!  r2[2hi]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhi",
	    "@0 f3/h48  r2[2hi]e0;" },
	{ HEAD_RESPONSE, false,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
	    "Transfer-Encoding: identity\r\n\r\n1\r\na\r\n0\r\n\r\n",
	    "@0 f2/h76  r11[1a]e0;" },
	{ HEAD_REQUEST, false,
	    "PUT / HTTP/1.1\r\nTransfer-Encoding: identity\r\n"
	    "Content-Length: 2\r\n\r\nhi",
	    "@0 p18 n0 r0[0]e2;" },
};

START_TEST(cuts_change_nothing)
{
	static const size_t steps[] = { 100000, 1, 2, 3, 0, 0, 0, 0 };
	struct trace t;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			t.bodiless = vectors[i].bodiless;
			run(&t, vectors[i].side, vectors[i].text, steps[k]);
			ck_assert_str_eq(t.log, vectors[i].expect);
		}
}
END_TEST

START_TEST(malformed_chunk_ends_message)
{
	struct trace t = { 0 };

	run(&t, HEAD_RESPONSE,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	    1000);
	ck_assert_ptr_nonnull(strstr(t.log, "e2;"));
}
END_TEST

/* As when a client speaks TLS to a server that does not. */
START_TEST(what_begins_no_head_is_not_waited_for)
{
	static const char *const texts[] = { "\x16\x03\x01", "\x80",
		" GET / HTTP/1.1\r\n\r\n", "{\r\n\r\n" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct trace t = { 0 };

		t.parser = parser_new(HEAD_REQUEST, &events, &t);
		parser_feed(t.parser, span_of_str(texts[i]));
		ck_assert_int_eq(parser_state(t.parser), PARSER_FAILED);
		ck_assert_str_eq(t.log, "@0 r0[0]e2;");
		parser_free(t.parser);
	}
}
END_TEST

START_TEST(known_body_is_filled)
{
	struct trace t = { 0 };
	struct parser *p = parser_new(HEAD_RESPONSE, &events, &t);

	t.parser = p;
	parser_feed(p,
	    span_of_str("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
			"\r\n5\r\na"));
	ck_assert_uint_eq(parser_known(p), 4);
	parser_fill(p, 3);
	ck_assert_uint_eq(parser_known(p), 1);
	parser_feed(p, span_of_str("b\r\n"));
	ck_assert_uint_eq(parser_known(p), 0);
	parser_feed(p, span_of_str("0\r\n\r\n"));
	ck_assert_int_eq(parser_state(p), PARSER_IDLE);
	ck_assert_uint_eq(t.entity, 5);
	ck_assert_mem_eq(t.body, "a\0\0\0b", 5);
	ck_assert_uint_eq(t.raw, 15);
	parser_free(p);
}
END_TEST

START_TEST(long_head_is_a_limit)
{
	struct trace t = { 0 };
	struct span junk;
	char *text = malloc(HEAD_MAX_BYTES + 10);

	memset(text, 'a', HEAD_MAX_BYTES + 10);
	junk = (struct span){ (uint8_t *)text, HEAD_MAX_BYTES + 10 };
	t.parser = parser_new(HEAD_REQUEST, &events, &t);
	ck_assert_uint_eq(parser_feed(t.parser, junk), HEAD_MAX_BYTES);
	ck_assert_int_eq(parser_state(t.parser), PARSER_FAILED);
	ck_assert_uint_eq(parser_held(t.parser), 0);
	parser_restart(t.parser, 7);
	parser_feed(t.parser, span_of_str("GET / HTTP/1.1\r\n\r\n"));
	ck_assert_str_eq(t.log, "@0 r0[0]e3;@7 f0/h18 GET r0[0]e0;");
	parser_free(t.parser);
	free(text);
}
END_TEST

START_TEST(pause_stops_after_message)
{
	struct trace t = { 0 };
	const char *text = "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";

	t.parser = parser_new(HEAD_REQUEST, &events, &t);
	parser_feed(t.parser, span_of_str("GET"));
	parser_pause(t.parser);
	ck_assert_uint_eq(parser_feed(t.parser, span_of_str(text + 3)), 16);
	ck_assert_int_eq(parser_state(t.parser), PARSER_PAUSED);
	parser_restart(t.parser, parser_position(t.parser));
	ck_assert_uint_eq(parser_feed(t.parser, span_of_str(text + 19)), 19);
	parser_free(t.parser);
}
END_TEST

UNIT_MAIN("parser", cuts_change_nothing, malformed_chunk_ends_message,
    what_begins_no_head_is_not_waited_for, known_body_is_filled,
    long_head_is_a_limit, pause_stops_after_message)
