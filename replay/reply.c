#include "replay/reply.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/parser.h"

struct reply {
	struct parser *parser;
	struct exchange *exchange; /* NULL: between two */
	struct message *message;   /* with a whole head; else NULL */
	struct buf body, interim;
	int64_t now, first; /* first: of the first byte; 0: none came */
	bool head_request;
	bool passing; /* inside a 1xx response */
	bool done, keep_alive, surplus;
};

static void
on_begin(void *ctx)
{
	struct reply *r = ctx;

	r->passing = false;
}

/* 101 ends HTTP, so it is an answer; other 1xx only go before one. */
static bool
is_interim(int status)
{
	return status >= 100 && status < 200 && status != 101;
}

static void
flag(struct reply *r, enum flaw flaw)
{
	r->exchange->flaws |= FLAW_BIT(flaw);
}

static void
take_interim(struct reply *r, struct span bytes)
{
	struct err err;

	r->passing = true;
	if (buf_add(&r->interim, bytes, &err) < 0)
		flag(r, FLAW_LIMIT);
}

static bool
on_head(void *ctx, const struct parser_head *h)
{
	struct reply *r = ctx;
	struct arena *arena = &r->exchange->arena;
	struct message *m;

	if (is_interim(h->head.status)) {
		take_interim(r, h->bytes);
		return false;
	}
	m = arena_alloc(arena, sizeof(*m));
	m->head = arena_copy(arena, h->bytes);
	m->parsed = head_copy(&h->head, h->bytes, m->head, arena);
	m->body = span_sub(m->head, 0, 0);
	m->framing = r->head_request ? FRAMING_NONE : h->framing;
	m->first = r->first;
	if (h->cl_and_te)
		flag(r, FLAW_CL_AND_TE);
	r->keep_alive = h->keep_alive && h->head.status != 101;
	r->message = m;
	return !r->head_request;
}

static void
on_raw(void *ctx, struct span bytes)
{
	struct reply *r = ctx;
	struct err err;

	if (r->message == NULL)
		return;
	r->message->wire_len += bytes.len;
	if (r->message->body.p == NULL || buf_add(&r->body, bytes, &err) == 0)
		return;
	r->message->body = (struct span){ 0 };
	flag(r, FLAW_LIMIT);
}

static void
on_entity(void *ctx, struct span bytes)
{
	struct reply *r = ctx;

	if (r->message != NULL)
		r->message->body_len += bytes.len;
}

static void
finish(struct reply *r, bool complete)
{
	struct exchange *x = r->exchange;
	struct message *m = r->message;

	r->done = true;
	if (m == NULL)
		return;
	m->interim = arena_copy(&x->arena, buf_span(&r->interim));
	if (m->interim.p == NULL)
		m->interim = span_sub(m->head, 0, 0);
	if (m->body.p != NULL && r->body.len > 0)
		m->body = arena_copy(&x->arena, buf_span(&r->body));
	m->last = r->now;
	m->complete = complete;
	m->has_digest = complete && m->body.p != NULL;
	if (m->has_digest)
		digest_of(m->body_sha256, body_entity(m, &x->arena));
	x->response = m;
	x->reason = REASON_NONE;
}

static void
on_end(void *ctx, enum parser_end how, const char *detail)
{
	static const enum flaw flaws[] = {
		[PARSER_TRUNCATED] = FLAW_TRUNCATED,
		[PARSER_MALFORMED] = FLAW_MALFORMED,
		[PARSER_LIMIT] = FLAW_LIMIT,
	};
	struct reply *r = ctx;

	(void)detail;
	if (how == PARSER_COMPLETE && r->passing)
		return;
	if (how != PARSER_COMPLETE) {
		flag(r, flaws[how]);
		r->exchange->reason = REASON_CUT;
		r->keep_alive = false;
	}
	finish(r, how == PARSER_COMPLETE);
	if (how == PARSER_COMPLETE)
		parser_pause(r->parser);
}

static const struct parser_events events = {
	.begin = on_begin,
	.head = on_head,
	.raw = on_raw,
	.entity = on_entity,
	.end = on_end,
};

struct reply *
reply_new(size_t max_body)
{
	struct reply *r = xcalloc(1, sizeof(*r));

	r->parser = parser_new(HEAD_RESPONSE, &events, r);
	r->body = BUF_INIT(max_body);
	r->interim = BUF_INIT(REPLY_MAX_INTERIM);
	r->done = true;
	return r;
}

void
reply_free(struct reply *r)
{
	if (r == NULL)
		return;
	parser_free(r->parser);
	buf_release(&r->body);
	buf_release(&r->interim);
	free(r);
}

void
reply_begin(struct reply *r, struct exchange *x)
{
	r->exchange = x;
	r->message = NULL;
	r->head_request = span_eq_str(x->request->parsed.method, "HEAD");
	r->first = 0;
	r->passing = r->done = r->keep_alive = r->surplus = false;
	buf_reset(&r->body);
	buf_reset(&r->interim);
	parser_restart(r->parser, 0);
}

enum reply_state
reply_feed(struct reply *r, struct span bytes, int64_t now)
{
	size_t used;

	r->now = now;
	if (r->done) {
		r->surplus = r->surplus || bytes.len > 0;
		return REPLY_DONE;
	}
	if (r->first == 0 && bytes.len > 0)
		r->first = now;
	used = parser_feed(r->parser, bytes);
	r->surplus = used < bytes.len;
	return r->done ? REPLY_DONE : REPLY_MORE;
}

/* Why there is no response, and what to say of one that is not whole. */
static const struct {
	enum reason reason;
	enum flaw nothing, half;
} ends[] = {
	[REPLY_CLOSED] = { REASON_NO_RESPONSE, FLAW_NO_RESPONSE,
	    FLAW_TRUNCATED },
	[REPLY_RESET] = { REASON_RESET, FLAW_RESET, FLAW_RESET },
	[REPLY_LATE] = { REASON_LIMIT, FLAW_LIMIT, FLAW_LIMIT },
};

void
reply_end(struct reply *r, enum reply_end how, int64_t now)
{
	r->keep_alive = false;
	if (r->done)
		return;
	r->now = now;
	if (how == REPLY_CLOSED)
		parser_finish(r->parser);
	else
		parser_cut(r->parser);
	if (!r->done) {
		/* It was between two messages, and the one never came. */
		r->exchange->reason = ends[how].reason;
		flag(r, ends[how].nothing);
		finish(r, false);
	} else if (r->message == NULL || !r->message->complete) {
		flag(r, ends[how].half);
	}
}

bool
reply_has_begun(const struct reply *r)
{
	return r->first != 0;
}

bool
reply_keeps_alive(const struct reply *r)
{
	return r->done && r->keep_alive && !r->surplus;
}
