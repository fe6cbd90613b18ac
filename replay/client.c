#include "replay/client.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/exchange.h"
#include "http/parser.h"
#include "replay/host.h"
#include "replay/loop.h"
#include "replay/missed.h"
#include "replay/own.h"
#include "replay/player.h"
#include "replay/shortcut.h"

#define CHUNK_OVERHEAD ((size_t)1 << 20) /* framing and trailers */
#define KEEP_BYTES     16384             /* of buffers between requests */

#define TOO_LONG_A_HEAD "the head is larger than --max-head"
#define TOO_LONG_A_BODY "the body is larger than --max-body"

struct client {
	struct service *service;
	struct peer *peer;
	struct parser *parser;
	struct arena arena; /* of the request in progress */
	struct buf body;    /* raw */
	struct message request;
	struct span session;         /* in the request's head */
	size_t entity;               /* bytes of the body so far */
	size_t counted;              /* bytes taken from the service's budget */
	int refuse;                  /* the status to give up with; 0: none */
	const char *why;             /* more of it, static; NULL: no more */
	const struct answer *answer; /* to be sent, perhaps later */
	struct span reply;           /* what of it is sent */
	bool last;                   /* and nothing after it */
	bool busy;                   /* a request has begun */
	bool has_head;
	bool keep_alive;
	bool waits;     /* for 100 Continue */
	bool continued; /* it was sent */
	bool finished;  /* nothing more is read */
	bool silent;    /* it will never be answered, and waits */
};

/* Keep the head beyond the event that brought it. */
static void
keep_head(struct client *c, const struct parser_head *h)
{
	struct message *m = &c->request;

	m->head = arena_copy(&c->arena, h->bytes);
	m->parsed = head_copy(&h->head, h->bytes, m->head, &c->arena);
	m->framing = h->framing;
}

/* Give up with this status, unless there was a reason before. */
static void
give_up(struct client *c, int status, const char *why)
{
	if (c->refuse != 0)
		return;
	c->refuse = status;
	c->why = why;
}

static void
on_begin(void *ctx)
{
	struct client *c = ctx;

	arena_reset(&c->arena); /* the last answer has been sent */
	c->busy = true;
	peer_deadline(c->peer, c->service->limits.request);
	if (peer_is_surplus(c->peer))
		give_up(c, 503, "more connections than --max-connections");
}

/* Whose connection is it?  RFC 9112, section 3.2, wants it said once. */
static void
judge_host(struct client *c, const struct head *h)
{
	size_t count = 0;

	for (size_t i = 0; i < h->field_count; i++)
		count += span_eq_nocase(h->fields[i].name, span_of_str("Host"));
	if (count > 1)
		give_up(c, 400, "more than one Host");
	else if (count == 0 && h->minor > 0)
		give_up(c, 400, "no Host");
}

/* What a head alone deserves. */
static void
judge_head(struct client *c, const struct parser_head *h)
{
	const struct server_limits *limits = &c->service->limits;

	if (h->bytes.len > limits->head)
		give_up(c, 431, TOO_LONG_A_HEAD);
	else if (h->head.major != 1)
		give_up(c, 505, "only HTTP/1.0 and 1.1 are spoken here");
	else if (h->cl_and_te)
		give_up(c, 400, "both Content-Length and Transfer-Encoding");
	else if (h->framing == FRAMING_LENGTH && h->length > limits->body)
		give_up(c, 413, TOO_LONG_A_BODY);
	else
		judge_host(c, &h->head);
}

static bool
on_head(void *ctx, const struct parser_head *h)
{
	struct client *c = ctx;

	keep_head(c, h);
	c->has_head = true;
	c->keep_alive = h->keep_alive &&
	    (h->head.major > 1 || (h->head.major == 1 && h->head.minor > 0));
	c->session = head_field(&c->request.parsed, "X-Obit-Session");
	c->waits = h->head.minor > 0 &&
	    head_has_token(&c->request.parsed, "Expect", "100-continue");
	judge_head(c, h);
	return true;
}

static void
on_raw(void *ctx, struct span bytes)
{
	struct client *c = ctx;
	struct err err;

	if (c->refuse != 0)
		return;
	budget_take(&c->service->input, bytes.len);
	c->counted += bytes.len;
	if (budget_is_over(&c->service->input))
		give_up(c, 503, "too much is being received at this time");
	else if (buf_add(&c->body, bytes, &err) < 0)
		give_up(c, 413, TOO_LONG_A_BODY);
}

static void
on_entity(void *ctx, struct span bytes)
{
	struct client *c = ctx;

	c->entity += bytes.len;
	if (c->entity > c->service->limits.body)
		give_up(c, 413, TOO_LONG_A_BODY);
}

/* Be ready for the next request. */
static void
reset(struct client *c)
{
	budget_give(&c->service->input, c->counted);
	c->counted = 0;
	if (c->body.cap > KEEP_BYTES)
		buf_release(&c->body);
	c->body.limit = c->service->limits.body + CHUNK_OVERHEAD;
	buf_reset(&c->body);
	c->request = (struct message){ 0 };
	c->session = (struct span){ 0 };
	c->entity = 0;
	c->refuse = 0;
	c->why = NULL;
	c->busy = c->has_head = c->waits = c->continued = false;
}

static void
finish(struct client *c)
{
	c->finished = true;
	peer_finish(c->peer);
}

/* Send; while it is on its way, or when it was the last, read no more. */
static void
send_bytes(struct client *c, struct span bytes, void (*done)(void *),
    void *owner, bool last)
{
	bool sent;

	peer_deadline(c->peer, c->service->limits.idle);
	sent = peer_send(c->peer, bytes, done, owner);
	if (last || loop_is_stopping(peer_loop(c->peer)))
		finish(c);
	if (!sent || c->finished)
		parser_pause(c->parser);
}

static void
send_own(struct client *c, int status, const char *what, struct span text,
    bool last)
{
	struct own own = { .status = status,
		.what = what,
		.text = text,
		.head_only = span_eq_str(c->request.parsed.method, "HEAD"),
		.last = last };

	send_bytes(c, own_answer(&own, &c->arena), NULL, NULL, last);
}

static void
write_journal(struct client *c, const struct head *request, int status,
    uint64_t id, const char *reason)
{
	struct journal_entry e = { .session = c->session,
		.method = request->method,
		.status = status,
		.id = id,
		.reason = reason };

	if (c->service->journal == NULL)
		return;
	if (c->has_head)
		e.path = path_of(request);
	journal_write(c->service->journal, &e);
}

/* Give up on a request and on the connection. */
static void
refuse(struct client *c, int status, const char *why)
{
	c->service->report.requests++;
	c->service->report.refused++;
	write_journal(c, &c->request.parsed, status, 0, "refused");
	send_own(c, status, "refused", own_refusal(status, why, &c->arena),
	    true);
	reset(c);
}

static void
failed(struct client *c, const struct err *err)
{
	c->service->report.requests++;
	c->service->report.failed++;
	write_journal(c, &c->request.parsed, 500, 0, err->text);
	send_own(c, 500, "failed",
	    span_of_str("{\"error\":\"the archive cannot be read\"}\n"), true);
}

static void
missed(struct client *c, const struct miss *miss)
{
	static const int statuses[] = { [MISS_POLICY_404] = 404,
		[MISS_POLICY_501] = 501,
		[MISS_POLICY_CLOSE] = 0 };
	const struct head *request = miss->request;
	int status = statuses[c->service->on_miss];

	c->service->report.requests++;
	c->service->report.missed++;
	missed_add(c->service->missed, request->method, path_of(request),
	    miss->reason);
	write_journal(c, request, status, 0, miss_reason_name(miss->reason));
	if (status != 0) {
		send_own(c, status, "miss", miss_text(miss, &c->arena),
		    !c->keep_alive);
		return;
	}
	finish(c);
	parser_pause(c->parser);
}

static void
release_answer(void *owner)
{
	answer_release(owner);
}

/* What goes to the wire for this client: mostly just what was recorded. */
static int
wire_bytes(struct client *c, const struct answer *a, bool head_only,
    struct span *out, struct err *err)
{
	struct span interim = { 0 };
	uint8_t *both;

	*out = head_only ? span_sub(a->final, 0, a->head_len) : a->final;
	if (c->request.parsed.minor == 0)
		return a->chunked && !head_only
		    ? answer_unchunk(a, &c->arena, out, err)
		    : 0;
	interim = answer_interim(a, c->waits && !c->continued, &c->arena);
	if (interim.len == 0)
		return 0;
	both = arena_alloc(&c->arena, interim.len + out->len);
	memcpy(both, interim.p, interim.len);
	if (out->len > 0)
		memcpy(both + interim.len, out->p, out->len);
	*out = (struct span){ both, interim.len + out->len };
	return 0;
}

/* The request is as if it had been lost. */
static void
fall_silent(struct client *c)
{
	c->silent = true;
	peer_deadline(c->peer, c->service->limits.idle);
	parser_pause(c->parser);
}

/* Send the answer that is ready. */
static void
deliver(struct client *c)
{
	const struct answer *a = c->answer;
	enum ending ending = a->ending;

	c->answer = NULL;
	if (c->reply.len > 0)
		send_bytes(c, c->reply, release_answer, (void *)(uintptr_t)a,
		    c->last);
	else
		answer_release(a);
	if (ending == ENDING_RESET) {
		c->finished = true;
		peer_reset(c->peer);
		parser_pause(c->parser);
	} else if (ending == ENDING_SILENCE && !c->finished) {
		fall_silent(c);
	}
}

/* Milliseconds, rounded. */
static uint64_t
delay_of(const struct client *c, const struct answer *a)
{
	double ms = (double)a->delay_ns * c->service->latency / 1e6 + 0.5;

	return ms < (double)CLIENT_MAX_DELAY ? (uint64_t)ms : CLIENT_MAX_DELAY;
}

/* From here on the connection is that of the host that was asked for. */
static bool
begins_tunnel(const struct client *c, int status)
{
	return span_eq_str(c->request.parsed.method, "CONNECT") &&
	    status / 100 == 2;
}

static void
open_tunnel(struct client *c)
{
	parser_pause(c->parser);
	peer_sniff(c->peer);
}

static void
answered(struct client *c, const struct play *play)
{
	const struct answer *a = play->answer;
	bool tunnel = begins_tunnel(c, a->status);
	uint64_t delay = delay_of(c, a);
	struct err err;

	if (wire_bytes(c, a, play->head_only, &c->reply, &err) < 0) {
		answer_release(a);
		failed(c, &err);
		return;
	}
	c->service->report.requests++;
	c->service->report.answered++;
	write_journal(c, &c->request.parsed, a->status, a->id, NULL);
	c->answer = a;
	c->last = a->ending == ENDING_CLOSE || (!c->keep_alive && !tunnel);
	if (tunnel)
		open_tunnel(c);
	if (delay > 0) {
		parser_pause(c->parser);
		peer_wait(c->peer, delay);
	} else {
		deliver(c);
	}
}

/* Whoever uses us as a proxy gets the same answers in it. */
static void
tunnelled(struct client *c)
{
	c->service->report.requests++;
	c->service->report.tunnels++;
	write_journal(c, &c->request.parsed, 200, 0, "tunnel");
	open_tunnel(c);
	send_bytes(c, own_tunnel(), NULL, NULL, false);
}

/* What was received, as a recorder would have put it down. */
static void
complete_request(struct client *c)
{
	struct message *m = &c->request;

	m->body =
	    m->framing == FRAMING_NONE ? span_of_str("") : buf_span(&c->body);
	if (m->body.p == NULL)
		m->body = span_of_str("");
	m->wire_len = m->body.len;
	m->body_len = c->entity;
	m->complete = true;
}

static void
give(struct client *c, const struct play *play)
{
	if (play->crowded)
		refuse(c, 503, "too many sessions, or too long a name of one");
	else if (play->tunnel)
		tunnelled(c);
	else if (play->answer != NULL)
		answered(c, play);
	else
		missed(c, &play->miss);
}

static void
respond(struct client *c)
{
	struct play play;
	struct err err;

	complete_request(c);
	if (player_take(c->service->player, &c->request, c->session, &c->arena,
		&play, &err) < 0)
		failed(c, &err);
	else
		give(c, &play);
}

static void
on_end(void *ctx, enum parser_end how, const char *detail)
{
	struct client *c = ctx;

	if (c->refuse != 0 || how == PARSER_TRUNCATED)
		return;
	if (how == PARSER_COMPLETE)
		respond(c);
	else if (how == PARSER_LIMIT)
		refuse(c, 431, TOO_LONG_A_HEAD);
	else
		refuse(c, 400, detail);
	reset(c);
}

static const struct parser_events events = {
	.begin = on_begin,
	.head = on_head,
	.raw = on_raw,
	.entity = on_entity,
	.end = on_end,
};

struct client *
client_new(struct service *service, struct peer *peer)
{
	struct client *c = xcalloc(1, sizeof(*c));

	c->service = service;
	c->peer = peer;
	c->parser = parser_new(HEAD_REQUEST, &events, c);
	reset(c);
	peer_deadline(peer, service->limits.idle);
	return c;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	budget_give(&c->service->input, c->counted);
	if (c->answer != NULL)
		answer_release(c->answer);
	parser_free(c->parser);
	buf_release(&c->body);
	arena_release(&c->arena);
	free(c);
}

bool
client_is_busy(const struct client *c)
{
	return c->busy && !c->finished;
}

void
client_stuck(struct client *c)
{
	peer_deadline(c->peer, c->service->limits.send);
}

void
client_late(struct client *c)
{
	if (c->finished)
		return;
	if (c->busy)
		refuse(c, 408, "the request took longer than --request-time");
	else
		finish(c);
}

void
client_woken(struct client *c)
{
	deliver(c);
}

void
client_broken(struct client *c, const char *why)
{
	c->service->report.requests++;
	c->service->report.refused++;
	write_journal(c, &c->request.parsed, 0, 0, why);
	c->finished = true;
}

/* The client waits for leave to send its body. */
static void
say_continue(struct client *c)
{
	c->continued = true;
	peer_send(c->peer, span_of_str("HTTP/1.1 100 Continue\r\n\r\n"), NULL,
	    NULL);
}

/* What came before in one piece and comes again so is not parsed again. */
static bool
repeat(struct client *c, struct span bytes)
{
	const struct shortcut *seen;
	struct play play;
	struct err err;
	int status;

	if (parser_state(c->parser) != PARSER_IDLE || peer_is_surplus(c->peer))
		return false;
	status = player_repeat(c->service->player, bytes, &seen, &play, &err);
	if (status == 0)
		return false;
	on_begin(c);
	peer_batch(c->peer);
	c->request.parsed = seen->request;
	c->session = seen->session;
	c->has_head = c->keep_alive = true;
	if (status < 0)
		failed(c, &err);
	else
		give(c, &play);
	reset(c);
	return true;
}

size_t
client_data(struct client *c, struct span bytes)
{
	size_t used;

	if (c->finished || c->silent)
		return bytes.len;
	if (parser_state(c->parser) == PARSER_PAUSED)
		parser_restart(c->parser, parser_position(c->parser));
	if (repeat(c, bytes))
		return bytes.len;
	used = parser_feed(c->parser, bytes);
	if (parser_held(c->parser) > c->service->limits.head)
		give_up(c, 431, TOO_LONG_A_HEAD);
	if (c->refuse != 0)
		refuse(c, c->refuse, c->why);
	else if (c->waits && !c->continued && c->busy && !c->finished)
		say_continue(c);
	/* After a silence there is nobody to read the rest. */
	return c->silent ? bytes.len : used;
}
