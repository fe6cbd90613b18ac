#include "http/fields.h"

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
	on_bytes, on_end };

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

static bool
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

	ck_assert(fields_split(span_of_str("A:  b c \r\nD-e:\r\n\r\n"), fields,
	    &count));
	ck_assert_uint_eq(count, 2);
	ck_assert(span_eq_str(fields[0].name, "A"));
	ck_assert(span_eq_str(fields[0].value, "b c"));
	ck_assert(span_eq_str(fields[1].name, "D-e"));
	ck_assert(fields[1].value.p != NULL);
	ck_assert_uint_eq(fields[1].value.len, 0);
	ck_assert(splits("\r\n"));
	ck_assert(!splits(""));
	ck_assert(!splits("A: b\r\n"));
	ck_assert(!splits("A: b\r\n\r\nC"));
	ck_assert(!splits("A: b\n\r\n"));
	ck_assert(!splits("A: b\r\n\n"));
	ck_assert(!splits("A: b\r\n c\r\n\r\n"));
	ck_assert(!splits("A: b\rc\r\n\r\n"));
	ck_assert(!splits("A : b\r\n\r\n"));
	ck_assert(!splits("A\r\n\r\n"));
}
END_TEST

START_TEST(too_many_fields_are_not_split)
{
	static char text[HEAD_MAX_FIELDS * 4 + 7];

	for (size_t i = 0; i < HEAD_MAX_FIELDS; i++)
		memcpy(text + i * 4, "a:\r\n", 4);
	memcpy(text + HEAD_MAX_FIELDS * 4, "\r\n", 3);
	ck_assert(splits(text));
	memcpy(text + HEAD_MAX_FIELDS * 4, "a:\r\n\r\n", 7);
	ck_assert(!splits(text));
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
    too_many_fields_are_not_split, heads_end_at_an_empty_line)
