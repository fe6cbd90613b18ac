#include "capture/ghost.h"

void
ghost_measure(struct pair *p, const struct draft *d)
{
	if (p->measured++ == 0 || d->head_len < p->shortest)
		p->shortest = d->head_len;
}

uint64_t
ghost_count(const struct pair *p, const struct draft *d)
{
	uint64_t least = p->strays > 1 ? p->strays : 1;
	uint64_t size = p->shortest - p->shortest / 4;

	if (!p->requests.lost || !p->requests.begun || p->request_end == 0 ||
	    p->measured < GHOST_MEASURES || d->first <= p->request_end)
		return 0;
	return (d->first - p->request_end) / size <= least ? least : 0;
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

void
ghost_add(struct pair *p, const struct draft *d, uint64_t n)
{
	struct rank_requests *q = &p->requests;
	uint64_t hidden = 2 * q->count + 1, last = hidden + 2 * n - 1;

	for (uint64_t i = 0; i < n; i++) {
		struct draft *ghost = ghost_new(p, d);

		ghost->number = ++q->count;
		drafts_add(&q->seen, ghost);
	}
	for (size_t i = 0; i < drafts_count(&p->held); i++) {
		struct draft *r = drafts_at(&p->held, i);

		r->high = r->high == hidden ? last : r->high;
	}
	p->inferred = true;
	p->low = p->low == hidden ? last : p->low;
	p->high = p->high == hidden ? last : p->high;
	p->sure = p->sure == hidden ? last : p->sure;
	q->lost = q->begun = false;
}
