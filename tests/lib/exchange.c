#include "tests/lib/exchange.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/body.h"

enum {
	SECOND = 1000000000,
};

/* The head's length with its empty line; out gets it with CRLF ends. */
static size_t
copy_head(struct span text, struct buf *out)
{
	struct span rest = text;
	struct err err;

	while (rest.p != NULL && rest.len > 0) {
		struct span line = span_cut(&rest, '\n');

		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		ck_assert_int_eq(buf_add(out, line, &err), 0);
		ck_assert_int_eq(buf_add(out, span_of_str("\r\n"), &err), 0);
		if (line.len == 0)
			break;
	}
	return rest.p == NULL ? text.len : (size_t)(rest.p - text.p);
}

static void
set_framing(struct message *m, struct arena *arena)
{
	struct span length = head_field(&m->parsed, "Content-Length");
	uint64_t announced = 0;

	m->framing = FRAMING_NONE;
	if (head_has_token(&m->parsed, "Transfer-Encoding", "chunked")) {
		m->framing = FRAMING_CHUNKED;
		m->complete = m->body.len >= 5 &&
		    memcmp(m->body.p + m->body.len - 4, "\r\n\r\n", 4) == 0;
	} else if (length.p != NULL) {
		m->framing = FRAMING_LENGTH;
		announced = strtoull(arena_string(arena, length), NULL, 10);
		m->complete = m->body.len >= announced;
		m->body = span_sub(m->body, 0, announced);
	} else if (m->parsed.side == HEAD_RESPONSE) {
		m->framing = FRAMING_CLOSE;
	} else {
		m->body.len = 0;
	}
}

static struct message *
message_of_text(struct span text, enum head_side side, int64_t time,
    struct arena *arena)
{
	struct message *m = arena_alloc(arena, sizeof(*m));
	struct buf head = BUF_INIT(HEAD_MAX_BYTES);
	struct err err;
	size_t len = copy_head(text, &head);

	m->complete = true;
	m->first = m->last = time;
	m->head = arena_copy(arena, buf_span(&head));
	buf_release(&head);
	m->body = arena_copy(arena, span_sub(text, len, SIZE_MAX));
	if (head_parse(&m->parsed, side, m->head, arena, &err) < 0)
		ck_abort_msg("%s", err.text);
	set_framing(m, arena);
	m->wire_len = m->body.len;
	m->body_len = body_entity(m, arena).len;
	m->has_digest = m->complete;
	digest_of(m->body_sha256, body_entity(m, arena));
	return m;
}

struct exchange *
exchange_of_text(struct span request, struct span response)
{
	struct exchange *x = exchange_new();

	x->connection = 1;
	x->number = 1;
	x->request = message_of_text(request, HEAD_REQUEST, SECOND, &x->arena);
	if (response.p != NULL)
		x->response = message_of_text(response, HEAD_RESPONSE,
		    (int64_t)2 * SECOND, &x->arena);
	else
		x->reason = REASON_NO_RESPONSE;
	return x;
}

struct exchange *
exchange_of_strings(const char *request, const char *response)
{
	struct span none = { 0 };

	return exchange_of_text(span_of_str(request),
	    response ? span_of_str(response) : none);
}

struct span
file_of_tests(const char *path, struct arena *arena)
{
	struct span top = span_of_str(getenv("top_srcdir"));
	struct span full = arena_printf(arena, "%.*s/%s", (int)top.len,
	    (const char *)top.p, path);
	FILE *f = fopen(arena_string(arena, full), "re");
	struct span none = { 0 };
	uint8_t *text;
	size_t n;

	if (f == NULL)
		return none;
	text = arena_alloc(arena, 1 << 20);
	n = fread(text, 1, 1 << 20, f);
	fclose(f);
	return (struct span){ text, n };
}
