#include "capture/side.h"

#include "capture/detect.h"
#include "capture/inside.h"
#include "capture/messages.h"

#define MAX_EARLY   64
#define MAX_INTERIM (64 * 1024)

static enum head_side
opposite(enum head_side which)
{
	return which == HEAD_REQUEST ? HEAD_RESPONSE : HEAD_REQUEST;
}

/* What does this side send?  Return whether that is known. */
static bool
is_decided(const struct side *s, enum head_side *which)
{
	if (s->parser != NULL)
		*which = s->which;
	else if (s->peer->parser != NULL)
		*which = opposite(s->peer->which);
	else
		return false;
	return true;
}

bool
side_is_client(const struct side *s)
{
	enum head_side which;

	return is_decided(s, &which) && which == HEAD_REQUEST;
}

/* Tell the pairing, unless it is not yet known what this side sends. */
static void
tell_lost(struct side *s, uint64_t len, bool begun)
{
	enum head_side which;

	if (s->opaque)
		return;
	if (is_decided(s, &which))
		pair_lost(s->pair, which, len, begun);
	else
		s->untold = true;
}

static void
search(struct side *s)
{
	s->mode = SIDE_SEARCH;
	s->stream.unfinished = false;
	tell_lost(s, 0, false);
}

/*
 * What this side began with is not HTTP, and neither is what follows, unless
 * the other side sends HTTP.
 */
static void
leave_start(struct side *s)
{
	s->other = !s->peer->heads;
	s->mode = SIDE_IGNORE;
	if (!s->other)
		search(s);
}

/* A request line began with the last bytes, and is not read on. */
static void
pass_begun(struct side *s)
{
	if (s->begun)
		pair_lost_head(s->pair, false);
	s->begun = false;
}

/* Count the requests in bytes that are not read. */
static void
pass_over(struct side *s, struct span bytes)
{
	enum head_side which;
	size_t n;

	if (s->opaque || (is_decided(s, &which) && which == HEAD_RESPONSE)) {
		s->begun = false;
		return;
	}
	pass_begun(s);
	for (n = detect_count_requests(bytes); n > 0; n--)
		pair_lost_head(s->pair, false);
	s->begun = detect_is_common(bytes);
}

static size_t
buf_cost(const struct buf *b)
{
	return b->cap > 0 ? b->cap + BUDGET_MALLOC : 0;
}

/* Tell the budget what this side holds, but for its stream and its draft. */
static void
charge(struct side *s)
{
	size_t held = buf_cost(&s->early) + buf_cost(&s->interim);

	if (s->parser != NULL)
		held += PARSER_SIZE + BUDGET_MALLOC + parser_held(s->parser);
	if (held == s->charged)
		return;
	budget_take(&s->outlet->budget, held);
	budget_give(&s->outlet->budget, s->charged);
	s->charged = held;
}

/* Parse the bytes at s->piece. */
static void
feed(struct side *s, struct span bytes)
{
	size_t used;

	if (s->draft != NULL && s->piece->conflict)
		s->draft->flaws |= FLAW_BIT(FLAW_CONFLICT);
	if (s->draft != NULL)
		s->draft->message.last = s->piece->time;
	used = parser_feed(s->parser, bytes);
	charge(s);
	if (s->heads && s->peer->other) {
		s->peer->other = false;
		search(s->peer);
	}
	switch (parser_state(s->parser)) {
	case PARSER_FAILED:
		if (!s->heads && s->stream.syn && s->peer->parser == NULL) {
			leave_start(s);
			break;
		}
		search(s);
		if (s->upgrade || s->peer->upgrade)
			s->mode = SIDE_IGNORE;
		else
			pass_over(s, span_sub(bytes, used, bytes.len));
		/* What the peer lost was the 101. */
		if (s->upgrade && s->peer->mode == SIDE_SEARCH)
			s->peer->mode = SIDE_IGNORE;
		break;
	case PARSER_PAUSED:
		if (s->mode == SIDE_HTTP)
			s->mode = SIDE_START;
		break;
	case PARSER_IDLE:
	case PARSER_HEAD:
	case PARSER_BODY:
		break;
	}
}

/* Does the role fit what the peer has turned out to be? */
static bool
start_parser(struct side *s, enum detected what, uint64_t position)
{
	enum head_side which =
	    what == DETECT_REQUEST ? HEAD_REQUEST : HEAD_RESPONSE;

	if (s->peer->parser != NULL && s->peer->which == which)
		return false;
	if (s->parser == NULL) {
		s->parser = parser_new(which, &messages_events, s);
		s->which = which;
		s->facts->client =
		    which == HEAD_REQUEST ? *s->end : *s->peer->end;
		s->facts->server =
		    which == HEAD_REQUEST ? *s->peer->end : *s->end;
		if (s->untold)
			tell_lost(s, 0, false);
		if (s->peer->untold)
			tell_lost(s->peer, 0, false);
	} else if (s->which != which) {
		return false;
	}
	/* A tunnel with requests in it is a connection like any other. */
	if (which == HEAD_REQUEST)
		s->opaque = s->peer->opaque = false;
	parser_restart(s->parser, position);
	s->mode = SIDE_HTTP;
	return true;
}

/*
 * The first bytes of a connection that was seen from its SYN on, or of what
 * follows CONNECT or 101 on it.
 */
static void
take_first_bytes(struct side *s, const struct piece *p)
{
	struct err err;
	struct span all = p->bytes;
	enum detected what;

	if (s->early.len > 0) {
		if (buf_add(&s->early,
			span_sub(p->bytes, 0, MAX_EARLY - s->early.len),
			&err) < 0)
			return;
		all = buf_span(&s->early);
	}
	what = detect_start(all);
	if (what == DETECT_MORE && all.len < MAX_EARLY) {
		if (s->early.len == 0 && buf_add(&s->early, all, &err) < 0)
			return;
		return;
	}
	if (what != DETECT_MORE && what != DETECT_NOTHING &&
	    start_parser(s, what, p->position))
		return;
	if (s->opaque)
		s->mode = SIDE_SEARCH;
	else
		leave_start(s);
}

/*
 * Before the first bytes that are in no SYN: was the connection seen from both
 * SYNs on?  They may come late, as long as nothing was delivered.
 */
static void
check_start(struct side *s)
{
	struct side *sides[] = { s, s->peer };

	s->checked = s->peer->checked = true;
	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		if (sides[i]->stream.syn)
			continue;
		sides[i]->mode = SIDE_SEARCH;
		s->facts->midstream = true;
	}
	if (s->facts->midstream)
		pair_join(s->pair);
}

/* Is a message in progress that does not end with the connection? */
static bool
is_unfinished(const struct side *s)
{
	const struct draft *d = s->draft;

	return s->mode == SIDE_HTTP && d != NULL &&
	    (!s->queued || d->message.framing != FRAMING_CLOSE);
}

/*
 * Of a request in progress, note when this part was sent.  In place of a
 * response that does not look like one, read one that begins here.
 */
static void
look_again(struct side *s, const struct piece *p)
{
	if (s->draft == NULL)
		return;
	if (s->which == HEAD_REQUEST && s->queued) {
		s->pair->last_ack = p->ack;
	} else if (s->which == HEAD_RESPONSE && !s->queued && !s->plausible &&
	    detect_resume(p->bytes) == DETECT_RESPONSE) {
		parser_cut(s->parser);
		parser_restart(s->parser, p->position);
	}
}

/* Before the first bytes of a client a proxy may say who that is. */
static struct piece
without_preamble(const struct side *s, const struct piece *p)
{
	struct piece rest = *p;
	size_t n = 0;

	if (s->mode == SIDE_START && s->early.len == 0)
		n = detect_preamble(p->bytes);
	rest.position += n;
	rest.bytes = span_sub(p->bytes, n, p->bytes.len);
	return rest;
}

/* Between messages, or in what is none: does one begin with these bytes? */
static void
look_for_message(struct side *s, const struct piece *p)
{
	enum detected what = detect_resume(p->bytes);

	s->bytes += p->bytes.len;
	/* Not before it is known that WebSocket was refused. */
	if (s->upgrade) {
		s->skipped = true;
	} else if (what == DETECT_NOTHING ||
	    !start_parser(s, what, p->position)) {
		pass_over(s, p->bytes);
		s->skipped = true;
		search(s);
	} else if (s->skipped) {
		pass_begun(s);
		s->skipped = false;
		tell_lost(s, 0, false);
	}
}

static void
on_data(void *ctx, const struct piece *all)
{
	struct side *s = ctx;
	struct piece rest = without_preamble(s, all);
	const struct piece *p = &rest;
	size_t early = s->early.len;

	/* What comes with a SYN acknowledges nothing. */
	if (!s->checked && (p->ack != 0 || !s->stream.syn))
		check_start(s);
	if (rest.bytes.len == 0)
		return;
	s->piece = p;
	if (s->mode == SIDE_HTTP)
		look_again(s, p);
	if (s->mode == SIDE_START) {
		take_first_bytes(s, p);
		if (s->mode == SIDE_HTTP && early > 0) {
			parser_restart(s->parser, p->position - early);
			feed(s, span_sub(buf_span(&s->early), 0, early));
		}
		if (s->mode != SIDE_START)
			buf_release(&s->early);
		charge(s);
	} else if (s->mode == SIDE_SEARCH) {
		look_for_message(s, p);
	}
	if (s->mode == SIDE_HTTP)
		feed(s, p->bytes);
	if (s->parser != NULL && s->which == HEAD_RESPONSE)
		inside_pass(s->pair, p->bytes, p->position + p->bytes.len);
	s->stream.unfinished = is_unfinished(s);
	s->piece = NULL;
}

/*
 * Fill what is missing of a body as far as its length is known; return how
 * many bytes are left, which are beyond it.
 */
static uint64_t
fill(struct side *s, uint64_t len)
{
	struct draft *d = s->draft;
	uint64_t known = s->queued ? parser_known(s->parser) : 0;

	/* Behind a chunk nobody knows whether there is another. */
	if (known < len && d->message.framing != FRAMING_LENGTH)
		known = 0;
	if (known > len)
		known = len;
	if (known > 0) {
		messages_doubt_body(s);
		draft_hole(d, known);
		parser_fill(s->parser, known);
		s->stream.unfinished = is_unfinished(s);
	}
	return len - known;
}

static void
on_gap(void *ctx, uint64_t position, uint64_t len, bool snapped)
{
	struct side *s = ctx;
	bool between;

	(void)position;
	if (!s->checked && s->peer->stream.started)
		check_start(s);
	s->outlet->coverage.unseen_bytes += len;
	if (s->mode == SIDE_START) {
		s->mode = SIDE_SEARCH;
		tell_lost(s, len, s->early.len == 0);
	}
	if (s->mode == SIDE_SEARCH)
		pass_begun(s);
	if (s->mode != SIDE_HTTP) {
		s->skipped = true;
		return;
	}
	if (s->draft != NULL) {
		s->draft->flaws |= FLAW_BIT(snapped ? FLAW_SNAPLEN : FLAW_GAP);
		len = fill(s, len);
		if (len == 0)
			return;
	}
	/* The next message began with the first of these bytes. */
	between = s->draft == NULL && s->mode == SIDE_HTTP;
	if (s->draft != NULL)
		s->draft->missing += len;
	parser_cut(s->parser);
	if (between)
		tell_lost(s, len, true);
	search(s);
}

/*
 * A tap may show all that the peer sends late, and check_start() asks for its
 * SYN.
 */
static bool
awaits_syn(struct side *s, uint64_t ack)
{
	const struct stream *other = &s->peer->stream;

	return !s->checked && s->stream.syn && ack != 0 && !other->syn &&
	    !other->sent && s->asked++ < STREAM_GRACE;
}

static bool
on_ready(void *ctx, uint64_t ack)
{
	struct side *s = ctx;
	const struct stream *other = &s->peer->stream;

	if (awaits_syn(s, ack))
		return false;
	if (!other->started || ack <= other->next)
		return true;
	/* What is acknowledged beyond the last byte can be FIN. */
	return (ack == other->next + 1 && !other->unfinished) ||
	    stream_is_over(other) || s->mode == SIDE_IGNORE;
}

static void
on_again(void *ctx, uint64_t position, struct span bytes)
{
	struct side *s = ctx;

	if (s->parser != NULL && bytes.len > 0)
		pair_again(s->pair, s->which, position, bytes);
}

static const struct stream_events stream_events = {
	.ready = on_ready,
	.data = on_data,
	.gap = on_gap,
	.again = on_again,
};

void
side_init(struct side *s, struct side *peer, struct pair *pair,
    struct pair_facts *facts, const struct endpoint *end, struct outlet *outlet)
{
	*s = (struct side){
		.peer = peer,
		.pair = pair,
		.facts = facts,
		.end = end,
		.outlet = outlet,
		.early = BUF_INIT(MAX_EARLY),
		.interim = BUF_INIT(MAX_INTERIM),
	};
	s->stream = STREAM_INIT(&stream_events, s, &outlet->budget);
}

/*
 * No message was found, but the peer sends requests: were there responses
 * nonetheless?
 */
static void
finish_unknown(struct side *s)
{
	struct span early = buf_span(&s->early);

	if (s->peer->parser == NULL || s->peer->which != HEAD_REQUEST)
		return;
	if (early.len > 0 && detect_is_response(early))
		pair_cut(s->pair, early.len, FLAW_TRUNCATED,
		    detect_status_class(early));
	else if (s->skipped && !s->opaque)
		pair_lost(s->pair, HEAD_RESPONSE, 0, false);
}

void
side_finish(struct side *s, bool closed)
{
	if (s->finished)
		return;
	s->finished = true;
	if (s->mode == SIDE_SEARCH)
		pass_begun(s);
	if (s->parser == NULL) {
		finish_unknown(s);
		return;
	}
	if (closed)
		parser_finish(s->parser);
	else
		parser_cut(s->parser);
}

void
side_release(struct side *s)
{
	stream_release(&s->stream);
	if (s->charged > 0)
		budget_give(&s->outlet->budget, s->charged);
	s->charged = 0;
	parser_free(s->parser);
	s->parser = NULL;
	draft_free(s->queued ? NULL : s->draft);
	s->draft = NULL;
	buf_release(&s->early);
	buf_release(&s->interim);
	s->mode = SIDE_IGNORE;
}
