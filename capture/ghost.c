#include "capture/ghost.h"

void
ghost_measure(struct pair *p, const struct draft *d)
{
	if (p->measured++ == 0 || d->head_len < p->shortest)
		p->shortest = d->head_len;
}

static struct draft *
ghost_new(const struct pair *p, const struct draft *d)
{
	struct draft *ghost =
	    draft_new(p->outlet, p->request_end, 0, d->message.first);

	ghost->end = d->first;
	ghost->ended = ghost->ghost = true;
	/* All responses to what was lost here have come, or none. */
	if (p->strays > 0)
		ghost->reason = REASON_RESPONSE_LOST;
	return ghost;
}

/*
 * What can be among those that were lost is before the last of them or that
 * one, what must be there is that one.
 */
static void
move(struct bounds *b, uint64_t hidden, uint64_t last)
{
	if (b->high != hidden)
		return;
	b->high = last;
	if (b->low == hidden)
		b->low = last;
	b->inferred = true;
}

/* Let n requests that were lost just before d take their places. */
static void
add(struct pair *p, struct draft *d, uint64_t n)
{
	struct rank_requests *q = &p->requests;
	uint64_t hidden = 2 * q->count + 1, last = hidden + 2 * n - 1;

	d->closed = n == 0;
	for (uint64_t i = 0; i < n; i++) {
		struct draft *ghost = ghost_new(p, d);

		ghost->number = ++q->count;
		drafts_add(&q->seen, ghost);
	}
	for (size_t i = 0; i < drafts_count(&p->held); i++) {
		move(&drafts_at(&p->held, i)->bounds, hidden, last);
	}
	move(&p->last, hidden, last);
	move(&p->before, hidden, last);
	p->sure = p->sure == hidden ? last : p->sure;
	q->lost = q->begun = false;
	q->counted = true;
}

void
ghost_fill(struct pair *p, struct draft *d)
{
	uint64_t size = p->shortest - p->shortest / 4, least = p->strays;

	if (p->requests.begun && least == 0)
		least = 1;
	if (p->requests.lost && p->request_end != 0 &&
	    p->measured >= GHOST_MEASURES && d->first > p->request_end &&
	    (d->first - p->request_end) / size <= least)
		add(p, d, least);
}
