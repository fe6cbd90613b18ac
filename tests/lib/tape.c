#include "tests/lib/tape.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "http/coverage.h"
#include "store/store.h"

static void
must(int status, const struct err *err)
{
	if (status >= 0)
		return;
	fprintf(stderr, "tape: %s\n", err->text);
	abort();
}

void
tape_open(struct tape *t, const char *path)
{
	struct recording rec = { .program = span_of_str("test") };
	struct err err = { 0 };

	t->path = path;
	must(rules_open(&t->rules, NULL, 0, &err), &err);
	t->recogniser = recogniser_new(t->rules, SIZE_MAX);
	must(store_open(&t->store, t->path, STORE_APPEND, &err), &err);
	must(store_begin(t->store, &rec, &err), &err);
}

static size_t
head_length(struct span s)
{
	const uint8_t *end = memmem(s.p, s.len, "\r\n\r\n", 4);

	assert(end != NULL);
	return (size_t)(end - s.p) + 4;
}

static enum framing
framing_of(const struct head *h)
{
	if (head_has_token(h, "Transfer-Encoding", "chunked"))
		return FRAMING_CHUNKED;
	if (head_field(h, "Content-Length").p != NULL)
		return FRAMING_LENGTH;
	if (h->side == HEAD_REQUEST || h->status == 204 || h->status == 304)
		return FRAMING_NONE;
	return FRAMING_CLOSE;
}

static struct message *
make_message(struct exchange *x, enum head_side side, struct span s)
{
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err = { 0 };
	struct span all = arena_copy(&x->arena, s);
	size_t at = 0;

	while (span_has_prefix(span_sub(all, at, all.len),
	    span_of_str("HTTP/1.1 1")))
		at += head_length(span_sub(all, at, all.len));
	m->interim = span_sub(all, 0, at);
	all = span_sub(all, at, all.len);
	m->head = span_sub(all, 0, head_length(all));
	m->body = span_sub(all, m->head.len, all.len);
	m->wire_len = m->body_len = m->body.len;
	must(head_parse(&m->parsed, side, m->head, &x->arena, &err), &err);
	m->framing = framing_of(&m->parsed);
	m->complete = true;
	return m;
}

uint64_t
tape_put(struct tape *t, const struct tape_take *take)
{
	struct exchange *x = exchange_new();
	uint64_t id = store_next_id(t->store);
	struct reading reading = { 0 };
	struct err err = { 0 };

	x->connection = 1;
	x->number = (uint32_t)id;
	x->reason = take->response == NULL ? take->reason : REASON_NONE;
	x->flaws = take->flaws;
	x->request = make_message(x, HEAD_REQUEST, span_of_str(take->request));
	if (take->response != NULL) {
		x->response =
		    make_message(x, HEAD_RESPONSE, span_of_str(take->response));
		x->response->complete = !take->cut;
		x->response->first = x->request->last + take->delay_ns;
		x->response->last = x->response->first;
	}
	recogniser_read(t->recogniser, x, id, &reading);
	must(store_add(t->store, x, &reading, &err), &err);
	exchange_free(x);
	return id;
}

uint64_t
tape_add(struct tape *t, const char *request, const char *response)
{
	struct tape_take take = { .request = request,
		.response = response,
		.reason = REASON_RESPONSE_LOST };

	if (response == NULL)
		take.flaws = FLAW_BIT(FLAW_RESPONSE_LOST);
	return tape_put(t, &take);
}

void
tape_rewind(struct tape *t)
{
	struct coverage coverage = { 0 };
	struct err err = { 0 };

	must(store_end(t->store, &coverage, &err), &err);
	must(store_close(t->store, &err), &err);
	must(store_open(&t->store, t->path, STORE_READ, &err), &err);
}

void
tape_close(struct tape *t)
{
	struct err err = { 0 };

	must(store_close(t->store, &err), &err);
	recogniser_free(t->recogniser);
	rules_close(t->rules);
}
