#include "tests/lib/fuzz_exchange.h"

#include "base/err.h"
#include "http/body.h"

static size_t
head_length(struct span text)
{
	for (size_t i = 0; i + 4 <= text.len; i++)
		if (memcmp(text.p + i, "\r\n\r\n", 4) == 0)
			return i + 4;
	return text.len;
}

static size_t
number(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len && i < 9; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		n = n * 10 + (text.p[i] - '0');
	}
	return n;
}

static struct message *
message_of_bytes(struct span text, enum head_side side, struct arena *arena)
{
	struct message *m = arena_alloc(arena, sizeof(*m));
	size_t len = head_length(text), announced;
	struct span length;
	struct err err;

	m->head = arena_copy(arena, span_sub(text, 0, len));
	m->body = arena_copy(arena, span_sub(text, len, SIZE_MAX));
	if (head_parse(&m->parsed, side, m->head, arena, &err) < 0)
		return NULL;
	length = head_field(&m->parsed, "Content-Length");
	announced = length.p == NULL ? m->body.len : number(length);
	m->complete = announced <= m->body.len;
	m->body = span_sub(m->body, 0, announced);
	m->framing = FRAMING_LENGTH;
	if (head_has_token(&m->parsed, "Transfer-Encoding", "chunked"))
		m->framing = FRAMING_CHUNKED;
	m->wire_len = m->body.len;
	m->body_len = body_entity(m, arena).len;
	return m;
}

struct exchange *
fuzz_exchange(struct span request, struct span response)
{
	struct exchange *x = exchange_new();

	x->request = message_of_bytes(request, HEAD_REQUEST, &x->arena);
	if (x->request == NULL) {
		exchange_free(x);
		return NULL;
	}
	x->response = message_of_bytes(response, HEAD_RESPONSE, &x->arena);
	x->reason = x->response == NULL ? REASON_CUT : REASON_NONE;
	return x;
}
