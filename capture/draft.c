#include "capture/draft.h"

#include <stdlib.h>

#include "base/xalloc.h"

#define MAX_HOLES 4096
#define MAX_SPARE 64

/* SHA-256 of nothing (FIPS 180-4). */
static const uint8_t empty_sha256[DIGEST_SIZE] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98,
	0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
	0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78,
	0x52, 0xb8, 0x55 };

struct draft *
draft_new(struct outlet *o, uint64_t position, uint64_t ack, int64_t time)
{
	struct draft *d = o->spare;
	struct digest *digest = NULL;

	if (d != NULL) {
		o->spare = d->next;
		o->spare_count--;
		digest = d->digest;
	} else {
		d = xmalloc(sizeof(*d));
	}
	memset(d, 0, sizeof(*d));
	d->digest = digest;
	d->outlet = o;
	d->arena = ARENA_INIT;
	d->body = BUF_INIT(o->max_body);
	d->holes = BUF_INIT(MAX_HOLES * sizeof(struct hole));
	d->first = d->begin = d->end = position;
	d->ack = ack;
	d->message.first = d->message.last = time;
	d->charged = sizeof(*d) + BUDGET_MALLOC;
	budget_take(&o->budget, d->charged);
	return d;
}

/* Bring the budget up to date with what is held. */
static void
charge(struct draft *d)
{
	size_t held = sizeof(*d) + d->arena.held + d->body.cap + d->holes.cap +
	    3 * BUDGET_MALLOC;

	budget_take(&d->outlet->budget, held);
	budget_give(&d->outlet->budget, d->charged);
	d->charged = held;
	bulk_note(&d->outlet->bulk, d, &d->outlet->budget);
}

void
draft_free(struct draft *d)
{
	struct outlet *o;

	if (d == NULL)
		return;
	o = d->outlet;
	budget_give(&o->budget, d->charged);
	buf_release(&d->body);
	bulk_note(&o->bulk, d, &o->budget);
	buf_release(&d->holes);
	arena_release(&d->arena);
	/* Only a digest that was finished can be used again. */
	if (d->digesting || o->spare_count == MAX_SPARE) {
		digest_free(d->digest);
		d->digest = NULL;
	}
	if (o->spare_count == MAX_SPARE) {
		free(d);
		return;
	}
	d->next = o->spare;
	o->spare = d;
	o->spare_count++;
}

void
draft_drop_spare(struct outlet *o)
{
	while (o->spare != NULL) {
		struct draft *d = o->spare;

		o->spare = d->next;
		digest_free(d->digest);
		free(d);
	}
	o->spare_count = 0;
}

void
draft_head(struct draft *d, const struct parser_head *h)
{
	struct message *m = &d->message;

	m->framing = h->framing;
	d->fits = h->framing == FRAMING_LENGTH && h->length <= d->body.limit;
	/* Of what will be given up not a byte is kept. */
	if (h->framing == FRAMING_LENGTH)
		d->body.limit = d->fits ? h->length : 0;
	m->parsed.side = h->head.side;
	m->parsed.status = h->head.status;
	d->head_method = span_eq_str(h->head.method, "HEAD");
	d->connect_method = span_eq_str(h->head.method, "CONNECT");
	if (h->cl_and_te)
		d->flaws |= FLAW_BIT(FLAW_CL_AND_TE);
	if (!d->kept)
		return;
	m->head = arena_copy(&d->arena, h->bytes);
	m->parsed = head_copy(&h->head, h->bytes, m->head, &d->arena);
	m->body = (struct span){ m->head.p, 0 };
	charge(d);
}

void
draft_interim(struct draft *d, struct span bytes, int64_t first)
{
	if (bytes.len == 0)
		return;
	d->message.first = first;
	if (d->kept)
		d->message.interim = arena_copy(&d->arena, bytes);
}

static void
give_up_body(struct draft *d)
{
	buf_release(&d->body);
	d->message.body = (struct span){ 0 };
	d->flaws |= FLAW_BIT(FLAW_LIMIT);
	charge(d);
}

static void
add_to_digest(struct draft *d, struct span bytes)
{
	if (d->digest == NULL)
		d->digest = digest_new();
	d->digesting = true;
	digest_add(d->digest, bytes);
}

/* The body will not be there when its digest is due. */
static void
take_digest(struct draft *d)
{
	struct message *m = &d->message;

	if (m->digest_due)
		digest_of(m->body_sha256, buf_span(&d->body));
	else if (d->fits && !d->ended)
		add_to_digest(d, buf_span(&d->body));
	m->digest_due = d->fits = false;
}

bool
draft_give_up_largest(struct outlet *o)
{
	struct draft *d = bulk_largest(&o->bulk);

	if (d == NULL)
		return false;
	take_digest(d);
	give_up_body(d);
	return true;
}

void
draft_raw(struct draft *d, struct span bytes)
{
	struct err err;
	size_t cap = d->body.cap;

	d->message.wire_len += bytes.len;
	if (!d->kept || d->message.body.p == NULL)
		return;
	if (buf_add(&d->body, bytes, &err) < 0)
		give_up_body(d);
	if (d->body.cap != cap)
		charge(d);
}

void
draft_entity(struct draft *d, struct span bytes)
{
	d->message.body_len += bytes.len;
	if (d->kept && !d->fits)
		add_to_digest(d, bytes);
}

void
draft_hole(struct draft *d, uint64_t len)
{
	struct hole hole = { d->message.wire_len, len };
	struct err err;

	d->missing += len;
	d->message.hole_count++;
	if (d->kept &&
	    buf_add(&d->holes,
		(struct span){ (const uint8_t *)&hole, sizeof(hole) },
		&err) < 0)
		give_up_body(d);
}

/* Do two runs of bytes at these positions differ where they overlap? */
static bool
differs(uint64_t at, struct span a, uint64_t other_at, struct span b)
{
	uint64_t from = at > other_at ? at : other_at;
	uint64_t end = at + a.len, other_end = other_at + b.len;
	uint64_t to = end < other_end ? end : other_end;

	return from < to &&
	    memcmp(a.p + (from - at), b.p + (from - other_at), to - from) != 0;
}

void
draft_again(struct draft *d, uint64_t position, struct span bytes)
{
	struct span head = d->message.head;

	if (!d->kept || d->missing > 0 || d->fragment)
		return;
	if (differs(d->first, head, position, bytes) ||
	    differs(d->first + head.len, buf_span(&d->body), position, bytes))
		d->flaws |= FLAW_BIT(FLAW_CONFLICT);
}

static void
finish_digest(struct draft *d)
{
	struct message *m = &d->message;

	if (d->digesting)
		digest_finish(d->digest, m->body_sha256);
	else if (m->body_len == 0)
		memcpy(m->body_sha256, empty_sha256, sizeof(empty_sha256));
	else
		m->digest_due = true;
	d->digesting = false;
	m->has_digest = true;
}

void
draft_end(struct draft *d, enum parser_end how, uint64_t position, int64_t time)
{
	static const enum flaw flaw_of[] = {
		[PARSER_TRUNCATED] = FLAW_TRUNCATED,
		[PARSER_MALFORMED] = FLAW_MALFORMED,
		[PARSER_LIMIT] = FLAW_LIMIT,
	};
	struct message *m = &d->message;

	d->ended = true;
	d->end = position;
	d->exact = how == PARSER_COMPLETE;
	m->last = time;
	m->complete = d->exact && m->hole_count == 0;
	if (how != PARSER_COMPLETE)
		d->flaws |= FLAW_BIT(flaw_of[how]);
	if (d->kept && m->complete)
		finish_digest(d);
}

/* A large body goes as it is: a copy would take as much again. */
static struct span
settle_body(struct draft *d)
{
	size_t len = d->body.len;
	uint8_t *p;

	if (d->body.cap < BULK_MIN)
		return arena_copy(&d->arena, buf_span(&d->body));
	p = xrealloc(d->body.p, len);
	arena_adopt(&d->arena, p, len);
	d->body = BUF_INIT(0);
	return (struct span){ p, len };
}

/* Move what was collected into the arena, for good. */
static void
settle(struct draft *d)
{
	struct message *m = &d->message;

	if (m->body.p != NULL && d->body.len > 0)
		m->body = settle_body(d);
	m->hole_count = d->holes.len / sizeof(struct hole);
	if (m->hole_count > 0)
		m->holes =
		    (const struct hole *)(const void *)arena_copy(&d->arena,
			buf_span(&d->holes))
			.p;
}

static struct message *
move_message(struct exchange *x, struct draft *d)
{
	struct message *m;

	settle(d);
	arena_join(&x->arena, &d->arena);
	m = arena_alloc(&x->arena, sizeof(*m));
	*m = d->message;
	x->flaws |= d->flaws;
	x->missing += d->missing;
	draft_free(d);
	return m;
}

struct exchange *
draft_exchange(struct draft *request, struct draft *response)
{
	struct exchange *x = exchange_new();

	x->number = (uint32_t)request->number;
	x->wanted = request->wanted;
	x->reason = request->reason;
	if (request->tunnel)
		x->flaws |= FLAW_BIT(FLAW_TUNNEL);
	if (response != NULL && response->ack < request->end)
		x->flaws |= FLAW_BIT(FLAW_EARLY_RESPONSE);
	x->request = move_message(x, request);
	if (response != NULL)
		x->response = move_message(x, response);
	return x;
}
