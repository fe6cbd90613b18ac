#include "capture/stream.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/xalloc.h"

#define MAX_JUMP  ((int64_t)1 << 30)
#define MAX_EARLY (1 << 20) /* bytes; what one window may hold */

/* A segment that waits for the bytes before it. */
struct queued {
	struct queued *next;
	struct piece piece; /* its bytes are here */
	bool alone;         /* a single byte, captured as such */
	uint8_t bytes[];
};

static uint64_t
piece_end(const struct piece *p)
{
	return p->position + p->bytes.len + p->cut;
}

/* The part of p from position on, at most len bytes long. */
static struct piece
piece_part(const struct piece *p, uint64_t position, uint64_t len)
{
	uint64_t skip = position - p->position, all = piece_end(p) - position;
	struct piece part = *p;

	if (len > all)
		len = all;
	part.position = position;
	part.bytes = span_sub(p->bytes,
	    skip < p->bytes.len ? (size_t)skip : p->bytes.len, (size_t)len);
	part.cut = len - part.bytes.len;
	return part;
}

void
stream_start(struct stream *s, uint32_t seq)
{
	if (s->started)
		return;
	s->started = true;
	s->next_seq = s->first_seq = seq;
	s->first = s->next = STREAM_START;
}

static void
advance(struct stream *s, uint64_t n)
{
	s->begun = true;
	s->next += n;
	s->next_seq += (uint32_t)n;
	s->waited = 0;
}

static void
declare_gap(struct stream *s, uint64_t len, bool snapped)
{
	uint64_t position = s->next;

	advance(s, len);
	s->unseen += snapped ? 0 : len;
	s->events->gap(s->ctx, position, len, snapped);
}

static void
deliver(struct stream *s, const struct piece *p)
{
	advance(s, p->bytes.len);
	if (p->bytes.len > 0)
		s->events->data(s->ctx, p);
	if (p->cut > 0)
		declare_gap(s, p->cut, true);
}

static size_t
queued_size(const struct piece *p)
{
	return sizeof(struct queued) + p->bytes.len + BUDGET_MALLOC;
}

static struct queued *
queued_new(struct stream *s, const struct piece *p)
{
	size_t size = queued_size(p);
	struct queued *q = xmalloc(sizeof(*q) + p->bytes.len);

	q->piece = *p;
	q->alone = false;
	q->piece.bytes.p = q->bytes;
	if (p->bytes.len > 0)
		memcpy(q->bytes, p->bytes.p, p->bytes.len);
	s->held += size;
	budget_take(s->budget, size);
	return q;
}

static void
pop(struct stream *s)
{
	struct queued *q = s->queue;
	size_t size = queued_size(&q->piece);

	s->queue = q->next;
	s->held -= size;
	budget_give(s->budget, size);
	free(q);
}

/* Both copies of the same bytes, as far as they were captured. */
static bool
differs(const struct piece *a, const struct piece *b, uint64_t from,
    uint64_t len)
{
	struct span x = piece_part(a, from, len).bytes;
	struct span y = piece_part(b, from, len).bytes;
	size_t n = x.len < y.len ? x.len : y.len;

	return n > 0 && memcmp(x.p, y.p, n) != 0;
}

/*
 * A byte alone can be a keep-alive probe that holds anything (RFC 9293, section
 * 3.8.4), captured before the segment whose last byte it stands for: then the
 * next copy, with other bytes before it, wins.
 */
static void
correct(struct queued *q, const struct piece *p)
{
	struct span byte = piece_part(p, q->piece.position, 1).bytes;

	if (!q->alone || byte.len == 0 || p->position == q->piece.position)
		return;
	q->alone = false;
	q->bytes[0] = *byte.p;
}

/*
 * Queue what is new in p; of what is there already, the first copy wins, but
 * see correct().
 */
static void
enqueue(struct stream *s, const struct piece *p)
{
	struct queued **at = &s->queue;
	uint64_t from = p->position, end = piece_end(p);

	while (*at != NULL && piece_end(&(*at)->piece) <= from)
		at = &(*at)->next;
	while (from < end) {
		struct queued *q = *at;
		uint64_t stop = q != NULL && q->piece.position < end
		    ? q->piece.position
		    : end;

		if (stop > from) {
			struct piece part = piece_part(p, from, stop - from);
			struct queued *fresh = queued_new(s, &part);

			fresh->alone = end == p->position + 1;
			fresh->next = q;
			*at = fresh;
			at = &fresh->next;
			from = stop;
			continue;
		}
		stop = piece_end(&q->piece) < end ? piece_end(&q->piece) : end;
		if (differs(&q->piece, p, from, stop - from))
			q->piece.conflict = true;
		correct(q, p);
		from = stop;
		at = &q->next;
	}
}

const struct piece *
stream_waiting(const struct stream *s)
{
	return s->queue != NULL && s->queue->piece.position == s->next
	    ? &s->queue->piece
	    : NULL;
}

void
stream_force(struct stream *s)
{
	struct queued *q = s->queue;

	s->queue = q->next;
	deliver(s, &q->piece);
	q->next = s->queue;
	s->queue = q;
	pop(s);
}

bool
stream_drain(struct stream *s)
{
	const struct piece *p;
	bool moved = false;

	while ((p = stream_waiting(s)) != NULL &&
	    s->events->ready(s->ctx, p->ack)) {
		stream_force(s);
		moved = true;
	}
	return moved;
}

/* Take off what was delivered already; return whether anything is left. */
static bool
trim_old(struct stream *s, struct piece *p)
{
	uint64_t end = piece_end(p), old = s->next - p->position;

	if (p->position >= s->next)
		return p->position < end;
	s->events->again(s->ctx, p->position,
	    span_sub(p->bytes, 0,
		old < p->bytes.len ? (size_t)old : p->bytes.len));
	if (end <= s->next)
		return false;
	*p = piece_part(p, s->next, end - s->next);
	return true;
}

/*
 * The first packet may acknowledge bytes that the tap shows only after it, also
 * those that come with a SYN: they are the first, then.
 */
static void
begin_earlier(struct stream *s, const struct segment *seg, bool syn)
{
	uint32_t seq = seg->seq + syn;
	int32_t early = (int32_t)(s->next_seq - seq);
	bool first = seg->wire_len > 0 && !s->sent && !s->syn;

	s->sent |= seg->wire_len > 0;
	if (!s->begun && (first || syn) && early > 0 && early <= MAX_EARLY) {
		s->next_seq = s->first_seq = seq;
		s->first = s->next -= (uint32_t)early;
	}
	s->syn |= syn && s->first_seq == seq;
}

void
stream_add(struct stream *s, const struct segment *seg, uint64_t ack)
{
	struct piece p = { .time = seg->time, .ack = ack };
	bool syn = (seg->flags & TCP_SYN) != 0;

	stream_start(s, seg->seq + syn);
	begin_earlier(s, seg, syn);
	p.position = stream_position(s, seg->seq + syn);
	p.bytes = seg->payload;
	p.cut = seg->wire_len > seg->payload.len
	    ? seg->wire_len - seg->payload.len
	    : 0;
	if ((seg->flags & TCP_FIN) && s->end == 0 && piece_end(&p) >= s->next)
		s->end = piece_end(&p);
	if (!trim_old(s, &p))
		return;
	if (p.position == s->next && s->queue == NULL &&
	    s->events->ready(s->ctx, ack)) {
		deliver(s, &p);
		return;
	}
	enqueue(s, &p);
	stream_drain(s);
}

void
stream_acked(struct stream *s, uint32_t seq, bool latest)
{
	uint64_t position = stream_position(s, seq);

	if (s->started &&
	    (position > s->acked ||
		(latest && position + MAX_EARLY < s->acked)) &&
	    (int64_t)(position - s->next) < MAX_JUMP)
		s->acked = position;
}

/* Where the hole at next ends, going by what was seen; next: no hole. */
static uint64_t
hole_end(const struct stream *s)
{
	uint64_t end = s->queue != NULL ? s->queue->piece.position : s->acked;

	/* What is acknowledged may be FIN, which is no byte. */
	if (s->queue == NULL && s->end != 0 && end > s->end)
		end = s->end;
	if (s->queue == NULL && s->end == 0 && end == s->next + 1 &&
	    !s->unfinished)
		end = s->next;
	return end > s->next ? end : s->next;
}

bool
stream_skip_hole(struct stream *s)
{
	uint64_t end = s->started ? hole_end(s) : s->next;

	if (end == s->next)
		return false;
	declare_gap(s, end - s->next, false);
	stream_drain(s);
	return true;
}

void
stream_tick(struct stream *s)
{
	if (s->queue == NULL && s->acked <= s->next)
		return;
	if (stream_drain(s) || hole_end(s) == s->next)
		return;
	if (s->held > STREAM_MAX_HELD) {
		stream_skip_hole(s);
		return;
	}
	if (s->acked <= s->next)
		return;
	if (++s->waited <= STREAM_GRACE)
		return;
	if (s->queue != NULL && s->queue->piece.position > s->acked) {
		declare_gap(s, s->acked - s->next, false);
		return;
	}
	stream_skip_hole(s);
}

bool
stream_is_over(const struct stream *s)
{
	return s->end != 0 && s->next >= s->end;
}

void
stream_release(struct stream *s)
{
	while (s->queue != NULL)
		pop(s);
}
