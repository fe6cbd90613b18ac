#include "http/fields.h"

#include <ctype.h>
#include <stdio.h>

#include "http/parser.h"
#include "tests/lib/unit.h"

/* What the parser says of one head. */
struct said {
	size_t heads;
	struct parser_head head;
	struct field fields[64];
	enum parser_end how;
	enum parser_state state;
};

static void
on_begin(void *ctx)
{
	(void)ctx;
}

static bool
on_head(void *ctx, const struct parser_head *h)
{
	struct said *s = ctx;

	s->heads++;
	s->head = *h;
	ck_assert_uint_le(h->head.field_count, ARRAY_LEN(s->fields));
	for (size_t i = 0; i < h->head.field_count; i++)
		s->fields[i] = h->head.fields[i];
	return true;
}

static void
on_bytes(void *ctx, struct span bytes)
{
	(void)ctx;
	(void)bytes;
}

static void
on_end(void *ctx, enum parser_end how, const char *detail)
{
	struct said *s = ctx;

	(void)detail;
	s->how = how;
}

static const struct parser_events events = { on_begin, on_head, on_bytes,
	on_bytes, on_end, NULL };

/* Ask about a head; its fields point into bytes. */
static struct said
ask(enum head_side side, struct span bytes)
{
	struct said s = { 0 };
	struct parser *p = parser_new(side, &events, &s);

	parser_feed(p, bytes);
	s.state = parser_state(p);
	parser_free(p);
	return s;
}

static void
check_same(const struct said *a, const struct said *b)
{
	const struct parser_head *x = &a->head, *y = &b->head;

	ck_assert_uint_eq(a->heads, b->heads);
	ck_assert_int_eq(a->state, b->state);
	if (a->heads == 0)
		return;
	ck_assert_int_eq(x->framing, y->framing);
	ck_assert_uint_eq(x->length, y->length);
	ck_assert_int_eq(x->cl_and_te, y->cl_and_te);
	ck_assert_int_eq(x->keep_alive, y->keep_alive);
	ck_assert_int_eq(x->head.status, y->head.status);
	ck_assert(span_eq(x->head.method, y->head.method));
	ck_assert(span_eq(x->head.target, y->head.target));
	ck_assert(span_eq(x->head.reason, y->head.reason));
	ck_assert_uint_eq(x->head.field_count, y->head.field_count);
	for (size_t i = 1; i < x->head.field_count; i++) {
		ck_assert(span_eq(a->fields[i].name, b->fields[i].name));
		ck_assert(span_eq(a->fields[i].value, b->fields[i].value));
	}
}

/*
 * The same lines behind a field that is folded, so that the parser reads
 * all of them itself, and behind one that is not: both must say the same.
 */
static void
check_lines(const char *start, struct span lines)
{
	enum head_side side = start[0] == 'H' ? HEAD_RESPONSE : HEAD_REQUEST;
	char plain[600], folded[600];
	int n = snprintf(plain, sizeof(plain), "%s\r\nX-A: b\r\n", start);
	int m =
	    snprintf(folded, sizeof(folded), "%s\r\nX-A: b\r\n c\r\n", start);
	struct said a, b;

	memcpy(plain + n, lines.p, lines.len);
	memcpy(folded + m, lines.p, lines.len);
	a = ask(side, (struct span){ (uint8_t *)plain, (size_t)n + lines.len });
	b = ask(side,
	    (struct span){ (uint8_t *)folded, (size_t)m + lines.len });
	check_same(&a, &b);
}

static const char *const starts[] = {
	"DELETE /a HTTP/1.1",
	"POST /a HTTP/1.0",
	"CONNECT a:1 HTTP/1.1",
	"HTTP/1.1 200 OK",
	"HTTP/1.0 200",
	"HTTP/1.1 204 No Content",
	"HTTP/1.1 101 Switching Protocols",
};

static const char *const lines[] = {
	"",
	"Host: a\r\n",
	"Content-Length: 3\r\n",
	"content-LENGTH:3 \r\n",
	"Content-Length: 3, 3\r\n",
	"Content-Length: -3\r\n",
	"Content-Length:\r\n",
	"Content-Length: 18446744073709551616\r\n",
	"Transfer-Encoding: chunked\r\n",
	"TRANSFER-ENCODING:\tgzip, chunked\r\n",
	"Transfer-Encoding: chunked, gzip\r\n",
	"Connection: close\r\n",
	"connection: Keep-Alive, Upgrade\r\n",
	"Proxy-Connection: close\r\n",
	"Upgrade: h2c\r\n",
	"Content-Range: 3\r\nTransfer-Encodinh: chunked\r\n",
	"Content-Length : 3\r\n",
	" Content-Length: 3\r\n",
	"Content-Length: 3\n",
	"Content-Length: 3\r\r\n",
	"no colon\r\n",
	": no name\r\n",
};

START_TEST(framing_is_what_the_parser_says)
{
	char text[200];

	for (size_t s = 0; s < ARRAY_LEN(starts); s++)
		for (size_t i = 0; i < ARRAY_LEN(lines); i++)
			for (size_t k = 0; k < ARRAY_LEN(lines); k++) {
				snprintf(text, sizeof(text), "%s%s\r\n",
				    lines[i], lines[k]);
				check_lines(starts[s], span_of_str(text));
			}
}
END_TEST

/* Every byte at every place of a line. */
START_TEST(bytes_are_what_the_parser_says)
{
	static const char shape[] = "Ab: cd\r\nContent-Length: 2\r\n\r\n";
	uint8_t text[sizeof(shape)];

	for (size_t at = 0; at < sizeof(shape) - 1; at++)
		for (unsigned c = 0; c < 256; c++) {
			memcpy(text, shape, sizeof(shape));
			text[at] = (uint8_t)c;
			check_lines(starts[0],
			    (struct span){ text, sizeof(shape) - 1 });
			check_lines(starts[3],
			    (struct span){ text, sizeof(shape) - 1 });
		}
}
END_TEST

/* The length of the head that text begins with, if it is plain. */
static size_t
splits(const char *text)
{
	struct field fields[HEAD_MAX_FIELDS];
	size_t count;

	return fields_split(span_of_str(text), fields, &count);
}

START_TEST(what_is_unusual_is_not_split)
{
	struct field fields[HEAD_MAX_FIELDS];
	size_t count;

	ck_assert_uint_eq(fields_split(span_of_str("S \xff\r\nA:  b c "
						   "\r\nD-e:\r\n\r\nF"),
			      fields, &count),
	    23);
	ck_assert_uint_eq(count, 2);
	ck_assert(span_eq_str(fields[0].name, "A"));
	ck_assert(span_eq_str(fields[0].value, "b c"));
	ck_assert(span_eq_str(fields[1].name, "D-e"));
	ck_assert(fields[1].value.p != NULL);
	ck_assert_uint_eq(fields[1].value.len, 0);
	ck_assert_uint_eq(splits("S\r\n\r\n"), 5);
	ck_assert_uint_eq(splits("S\r\nA:\tb\t1234567890\x01\xe4\r\n\r\n"), 24);
	ck_assert_uint_eq(splits(""), 0);
	ck_assert_uint_eq(splits("\r\n\r\n"), 0);
	ck_assert_uint_eq(splits("S"), 0);
	ck_assert_uint_eq(splits("S\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\n\r"), 0);
	ck_assert_uint_eq(splits("S\n\r\n"), 0);
	ck_assert_uint_eq(splits("S\rS\r\n\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA"), 0);
	ck_assert_uint_eq(splits("S\r\nA: b\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA: b\n\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA: b\r\n\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA: b\r\n c\r\n\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA: b\rc\r\n\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA : b\r\n\r\n"), 0);
	ck_assert_uint_eq(splits("S\r\nA\r\n\r\n"), 0);
}
END_TEST

START_TEST(too_many_fields_are_not_split)
{
	enum { LEN = 5 };
	static char text[3 + HEAD_MAX_FIELDS * LEN + LEN + 3] = "S\r\n";
	char *end = text + 3 + (size_t)HEAD_MAX_FIELDS * LEN;

	for (char *p = text + 3; p < end; p += LEN)
		memcpy(p, "ab:\r\n", LEN);
	memcpy(end, "\r\n", 3);
	ck_assert_uint_eq(splits(text), end + 2 - text);
	memcpy(end, "ab:\r\n\r\n", LEN + 3);
	ck_assert_uint_eq(splits(text), 0);
}
END_TEST

/*
 * What is taken for a plain target must not be refused by the parser, where
 * it is shown whole behind a folded field, at any place.
 */
START_TEST(targets_are_what_the_parser_takes)
{
	for (unsigned c = 1; c < 256; c++) {
		char target[] = { '/', (char)c, '?', (char)c, '/', (char)c, 0 };
		char start[64];

		snprintf(start, sizeof(start), "GET %s HTTP/1.1", target);
		check_lines(start, span_of_str("Content-Length: 2\r\n\r\n"));
		ck_assert_uint_eq(fields_target(span_of_str(target)) ==
			sizeof(target) - 1,
		    isalnum((int)c) || strchr("-._~%!$&'()*+,;=:@/?", (int)c));
	}
}
END_TEST

/* Of many lengths none is taken for another, nor one message for another. */
START_TEST(what_was_said_before_is_not_mixed_up)
{
	static const struct {
		const char *start, *end;
		bool has_body; /* of that length */
	} heads[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: ", "\r\n\r\n", true },
		{ "HTTP/1.1 204 Gone\r\ncontent-length:", " \r\n\r\n", false },
		{ "HTTP/1.0 404 No\r\nA: b\r\nContent-Length:\t", "\r\n\r\n",
		    true },
		{ "HTTP/1.1 304 OK\r\nContent-Length: ",
		    "\r\nTransfer-Encoding: chunked\r\n\r\n", false },
		{ "PUT /a HTTP/1.1\r\nContent-Length: ", "\r\n\r\n", true },
	};
	static const uint64_t lengths[] = { 0, 1, 9, 10, 12345,
		999999999999999999, 1000000000000000000, UINT64_MAX };
	char text[200];

	for (size_t i = 0; i < ARRAY_LEN(heads) * ARRAY_LEN(lengths) * 2; i++) {
		size_t k = i % ARRAY_LEN(heads);
		uint64_t n = lengths[i / ARRAY_LEN(heads) / 2];
		bool request = heads[k].start[0] == 'P';
		struct said s;

		snprintf(text, sizeof(text), "%s%0*llu%s", heads[k].start,
		    (int)(i % 2) * 4, (unsigned long long)n, heads[k].end);
		s = ask(request ? HEAD_REQUEST : HEAD_RESPONSE,
		    span_of_str(text));
		ck_assert_uint_eq(s.heads, 1);
		ck_assert_uint_eq(s.head.length, heads[k].has_body ? n : 0);
		ck_assert_int_eq(s.state,
		    heads[k].has_body && n > 0 ? PARSER_BODY : PARSER_IDLE);
		ck_assert(
		    s.head.head.method.p == (request ? (uint8_t *)text : NULL));
		ck_assert(k != 0 || span_eq_str(s.head.head.reason, "OK"));
		ck_assert(k != 1 || span_eq_str(s.head.head.reason, "Gone"));
	}
}
END_TEST

START_TEST(heads_end_at_an_empty_line)
{
	ck_assert_uint_eq(fields_head_length(span_of_str("A\r\n\r\nB"), 0), 5);
	ck_assert_uint_eq(fields_head_length(span_of_str("A\n\nB"), 0), 3);
	ck_assert_uint_eq(fields_head_length(span_of_str("A\n\r\nB"), 2), 0);
	ck_assert_uint_eq(fields_head_length(span_of_str("A\r\n\r"), 0), 0);
	ck_assert_uint_eq(fields_head_length(span_of_str(""), 0), 0);
}
END_TEST

UNIT_MAIN("fields", framing_is_what_the_parser_says,
    bytes_are_what_the_parser_says, what_is_unusual_is_not_split,
    too_many_fields_are_not_split, targets_are_what_the_parser_takes,
    what_was_said_before_is_not_mixed_up, heads_end_at_an_empty_line)
