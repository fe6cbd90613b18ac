#include "capture/messages.h"

#include "capture/detect.h"

static void
on_begin(void *ctx)
{
	struct side *s = ctx;
	const struct piece *p = s->piece;
	uint64_t at = parser_position(s->parser);
	struct span begin = { NULL, 0 };

	if (at >= p->position)
		begin =
		    span_sub(p->bytes, (size_t)(at - p->position), SIZE_MAX);
	if (s->which == HEAD_REQUEST) {
		s->plausible = detect_is_common(begin);
		pair_begin(s->pair);
	} else {
		s->plausible = detect_is_response(begin);
		s->class = detect_status_class(begin);
	}
	s->draft = draft_new(s->outlet, at, p->ack, p->time);
	s->draft->flaws |= p->conflict ? FLAW_BIT(FLAW_CONFLICT) : 0;
	s->queued = s->interim_draft = false;
}

static bool
take_request(struct side *s, const struct parser_head *h)
{
	static const struct span websocket = SPAN_LITERAL("websocket");
	struct draft *d = s->draft;

	d->head_len = h->bytes.len;
	pair_request(s->pair, d, &h->head);
	draft_head(d, h);
	/* Behind a head that is not whole nothing is expected but HTTP. */
	s->upgrade = !d->fragment &&
	    span_eq_nocase(head_field(&h->head, "Upgrade"), websocket);
	if (d->connect_method && !d->fragment) {
		s->opaque = true;
		parser_pause(s->parser);
	}
	return true;
}

/* From here on the connection carries something else (RFC 9110, 15.2.2). */
static void
end_http(struct side *s)
{
	parser_pause(s->parser);
	s->mode = s->peer->mode = SIDE_IGNORE;
	s->peer->stream.unfinished = false;
}

/* From here on the connection may carry something else. */
static void
leave_http(struct side *s, const struct draft *q)
{
	s->pair->tunnel_from = q->number;
	s->opaque = s->peer->opaque = true;
	parser_pause(s->parser);
	if (s->peer->parser != NULL &&
	    parser_state(s->peer->parser) == PARSER_IDLE)
		s->peer->mode = SIDE_START;
}

static void
keep_interim(struct side *s, struct span bytes)
{
	struct err err;

	if (s->interim.len == 0)
		s->interim_first = s->draft->message.first;
	if (s->interim_end != s->draft->first)
		s->interim_begin = s->draft->first;
	s->interim_end = s->draft->first + bytes.len;
	if (buf_add(&s->interim, bytes, &err) < 0)
		buf_reset(&s->interim);
	s->interim_draft = true;
	pair_interim(s->pair);
}

/* Does 101 end what is HTTP here, or may it be text in a body? */
static bool
is_switch(const struct side *s, const struct draft *d, const struct draft *q)
{
	if (!d->suspect)
		return true;
	return q != NULL &&
	    (s->peer->upgrade || (q->answer == NULL && !d->refuted));
}

static bool
take_response(struct side *s, const struct parser_head *h)
{
	int status = h->head.status;
	struct draft *d = s->draft;
	const struct draft *q;

	if (status / 100 == 1 && status != 101) {
		keep_interim(s, h->bytes);
		return false;
	}
	if (s->interim_end == d->first)
		d->begin = s->interim_begin;
	q = pair_response(s->pair, d, &h->head);
	d->bodiless = q != NULL &&
	    (q->head_method || (q->connect_method && status / 100 == 2));
	if (q != NULL && q->answer == d && q->number == s->pair->requests.count)
		s->peer->upgrade = false;
	draft_head(d, h);
	draft_interim(d, buf_span(&s->interim), s->interim_first);
	buf_release(&s->interim);
	if (d->bodiless)
		d->message.framing = FRAMING_NONE;
	if (status == 101 && is_switch(s, d, q))
		end_http(s);
	else if (d->bodiless && q->connect_method)
		leave_http(s, q);
	return !d->bodiless;
}

static bool
on_head(void *ctx, const struct parser_head *h)
{
	struct side *s = ctx;
	bool body;

	s->heads = true;
	body =
	    s->which == HEAD_REQUEST ? take_request(s, h) : take_response(s, h);
	s->queued = !s->interim_draft;
	return body;
}

/*
 * What can be read of a request is recorded; of a response it is not enough to
 * trust.
 */
static void
on_fragment(void *ctx, const struct parser_head *h)
{
	struct side *s = ctx;

	if (s->which == HEAD_RESPONSE || s->opaque)
		return;
	s->heads = true;
	s->draft->fragment = true;
	take_request(s, h);
	s->queued = true;
}

void
messages_doubt_body(struct side *s)
{
	const struct draft *d = s->draft;

	if (s->which == HEAD_RESPONSE && d->message.wire_len == 0 &&
	    (d->bounds.inferred || d->bounds.low < d->bounds.high ||
		!rank_is_request(d->bounds.low)))
		pair_doubt(s->pair);
}

static void
on_raw(void *ctx, struct span bytes)
{
	struct side *s = ctx;

	if (!s->queued)
		return;
	if (detect_is_response(bytes))
		messages_doubt_body(s);
	draft_raw(s->draft, bytes);
}

static void
on_entity(void *ctx, struct span bytes)
{
	struct side *s = ctx;

	if (s->queued)
		draft_entity(s->draft, bytes);
}

/* A message of at least len bytes whose head is not whole, or is none. */
static void
end_headless(struct side *s, uint64_t len, enum parser_end how)
{
	static const enum flaw flaws[] = {
		[PARSER_COMPLETE] = FLAW_TRUNCATED,
		[PARSER_TRUNCATED] = FLAW_TRUNCATED,
		[PARSER_MALFORMED] = FLAW_MALFORMED,
		[PARSER_LIMIT] = FLAW_LIMIT,
	};

	if (s->opaque)
		return;
	s->heads |= how == PARSER_LIMIT; /* nobody else sends so long a head */
	if (s->which == HEAD_RESPONSE && !s->plausible) {
		pair_cut(s->pair, len, FLAW_MALFORMED, 0);
	} else if (s->which == HEAD_RESPONSE) {
		pair_cut(s->pair, len, flaws[how], s->class);
	} else if (s->heads || (s->plausible && how == PARSER_TRUNCATED)) {
		s->heads = true;
		pair_lost_head(s->pair, how != PARSER_MALFORMED);
	}
}

static void
on_end(void *ctx, enum parser_end how, const char *detail)
{
	struct side *s = ctx;
	struct draft *d = s->draft;

	(void)detail;
	s->draft = NULL;
	if (s->interim_draft) {
		draft_free(d);
	} else if (!s->queued) {
		end_headless(s, s->stream.next - d->first, how);
		draft_free(d);
	} else {
		if (s->which == HEAD_RESPONSE && how != PARSER_COMPLETE &&
		    d->message.framing >= FRAMING_CHUNKED)
			pair_open_end(s->pair,
			    d->message.framing == FRAMING_CLOSE);
		draft_end(d, how, parser_position(s->parser),
		    s->piece != NULL ? s->piece->time : d->message.last);
		if (s->which == HEAD_REQUEST)
			s->pair->request_end = d->end;
		else
			s->pair->answer_end = d->exact ? d->end : 0;
		pair_ended(s->pair);
	}
	s->queued = s->interim_draft = false;
}

const struct parser_events messages_events = {
	.begin = on_begin,
	.head = on_head,
	.raw = on_raw,
	.entity = on_entity,
	.end = on_end,
	.fragment = on_fragment,
};
