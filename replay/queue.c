#include "replay/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void
queue_release(struct queue *q)
{
	ids_release(&q->ids);
	ids_release(&q->hard);
	ids_release(&q->soft);
}

void
past_release(struct past *p)
{
	ids_release(&p->log);
	free(p->bits);
	*p = PAST_INIT;
}

/* Make room for the bit of id. */
static void
past_grow(struct past *p, uint64_t id)
{
	uint64_t limit = p->limit == 0 ? 1024 : p->limit;

	while (limit <= id)
		limit *= 2;
	p->bits = xrealloc(p->bits, limit / 8);
	memset((char *)p->bits + p->limit / 8, 0, (limit - p->limit) / 8);
	p->limit = limit;
}

static void
past_add(struct past *p, uint64_t id)
{
	if (id >= p->limit)
		past_grow(p, id);
	if (p->bits[id / 64] >> (id % 64) & 1)
		return;
	p->bits[id / 64] |= UINT64_C(1) << (id % 64);
	ids_add(&p->log, id);
}

/* Account for what was deleted since the last look. */
static void
catch_up(const struct queue *q, struct progress *place, const struct past *past)
{
	for (; place->seen < past->log.count; place->seen++) {
		uint64_t id = past->log.id[place->seen];

		if (id > place->hard && ids_has(&q->hard, id))
			place->hard = id;
		if (id > place->soft && ids_has(&q->soft, id))
			place->soft = id;
	}
}

/* Positions [low, high) of a queue. */
struct window {
	size_t low, high;
};

/* What was recorded between the latest edge served and the next one. */
static struct window
epoch(const struct queue *q, const struct ids *edges, uint64_t latest)
{
	size_t next = ids_above(edges, latest);
	uint64_t end = next < edges->count ? edges->id[next] : UINT64_MAX;

	return (struct window){ ids_above(&q->ids, latest),
		ids_above(&q->ids, end) };
}

/* Narrow hard to soft; where they do not meet, come as close as possible. */
static struct window
narrow(struct window hard, struct window soft)
{
	if (soft.high <= hard.low) /* all of it is after the soft epoch */
		return (struct window){ hard.low, hard.low + 1 };
	if (soft.high < hard.high)
		hard.high = soft.high;
	if (soft.low > hard.low)
		hard.low = soft.low < hard.high ? soft.low : hard.high - 1;
	return hard;
}

static enum turn
out_of_turn(const struct queue *q, struct window hard, uint64_t latest,
    uint64_t *id)
{
	if (hard.high < q->ids.count) {
		*id = q->hard.id[ids_above(&q->hard, latest)];
		return TURN_EARLY;
	}
	*id = latest;
	return TURN_LATE;
}

static enum turn
take_read(const struct queue *q, struct progress *place,
    const struct past *past, uint64_t *id)
{
	struct window w;
	size_t at;

	catch_up(q, place, past);
	w = epoch(q, &q->hard, place->hard);
	if (w.low == w.high)
		return out_of_turn(q, w, place->hard, id);
	w = narrow(w, epoch(q, &q->soft, place->soft));
	at = place->next < w.low ? w.low : place->next;
	if (at >= w.high)
		at = w.high - 1;
	place->next = at + 1;
	*id = q->ids.id[at];
	return TURN_TAKEN;
}

enum turn
queue_take(const struct queue *q, struct progress *place, struct past *past,
    uint64_t *id)
{
	if (q->reads)
		return take_read(q, place, past, id);
	*id = q->ids.id[place->next];
	if (place->next + 1 < q->ids.count)
		place->next++;
	if (q->deletes)
		past_add(past, *id);
	return TURN_TAKEN;
}
