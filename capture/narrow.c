#include "capture/narrow.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "capture/wait.h"

/* Is this the place of a request that was only counted? */
static bool
is_counted(const struct rank_requests *q, uint64_t rank)
{
	const struct draft *d = q->counted ? rank_at(q, rank) : NULL;

	return d != NULL && d->ghost;
}

/* The place of r is not before this one; return whether that can be. */
static bool
raise_low(const struct rank_requests *q, struct bounds *b, uint64_t rank,
    bool inferred)
{
	if (rank > b->low) {
		b->low = rank;
		b->inferred |= inferred || is_counted(q, rank);
	}
	return b->low <= b->high;
}

/* The place of r is not behind this one. */
static bool
lower_high(const struct rank_requests *q, struct bounds *b, uint64_t rank,
    bool inferred)
{
	if (rank < b->high) {
		b->high = rank;
		b->inferred |= inferred || is_counted(q, rank);
	}
	return b->low <= b->high;
}

/* Are r and the one before it counted as two, and perhaps text in one body? */
static bool
may_share_body(const struct draft *r)
{
	return r->suspect && !r->gap_before && !r->in_last;
}

bool
narrow_forwards(const struct rank_requests *q, struct draft *r,
    const struct bounds *last)
{
	uint64_t low = r->in_last ? last->low : rank_after_low(q, last->low);
	bool inferred = last->inferred || is_counted(q, r->bounds.high) ||
	    may_share_body(r);

	/* What has begun there is perhaps the one that r is in. */
	if (r->gap_before && r->begun_before && !r->inside) {
		inferred |= is_counted(q, low);
		low = rank_after_low(q, low);
	}
	return raise_low(q, &r->bounds, low, inferred) &&
	    (r->gap_before ||
		lower_high(q, &r->bounds, rank_after_high(q, last->high),
		    inferred));
}

/* Narrow the bounds of r by those of the response after it. */
static bool
narrow_backwards(const struct rank_requests *q, struct draft *r,
    const struct draft *next)
{
	uint64_t high = next->in_last ? next->bounds.high
				      : rank_before_high(q, next->bounds.high);
	bool inferred = next->bounds.inferred || may_share_body(next);

	if (next->gap_before && next->begun_before && !next->inside) {
		inferred |= is_counted(q, high);
		high = rank_before_high(q, high);
	}
	return lower_high(q, &r->bounds, high, inferred) &&
	    (next->gap_before ||
		raise_low(q, &r->bounds, rank_before_low(q, next->bounds.low),
		    inferred));
}

bool
narrow_back(struct pair *p, const struct draft *next)
{
	for (size_t i = drafts_count(&p->held); i > 0; i--) {
		struct draft *r = drafts_at(&p->held, i - 1);

		if (next != NULL && !narrow_backwards(&p->requests, r, next))
			return false;
		next = r;
	}
	return true;
}

/* Was no request lost, since a place was certain, before what r answers? */
static bool
is_whole(const struct pair *p, const struct draft *r)
{
	uint64_t last = rank_caused(&p->requests, r);

	if (!rank_is_request(last))
		return false;
	for (uint64_t n = p->sure / 2 + 1; 2 * n <= last; n++) {
		const struct draft *q = rank_request(&p->requests, n);

		if (q == NULL || q->gap_before || q->ghost)
			return false;
	}
	return true;
}

/*
 * May a request that was lost have repeated this one, with its id?  Clients do
 * so when they try again.
 */
static bool
may_be_repeated(const struct rank_requests *q, uint64_t rank, uint64_t high)
{
	for (uint64_t n = rank / 2 + 1; 2 * n - 1 <= high; n++) {
		const struct draft *d = rank_request(q, n);

		if (rank_may_hide(q, n) || (d != NULL && d->ghost))
			return true;
	}
	return false;
}

void
narrow_named(const struct pair *p, struct draft *r)
{
	uint64_t rank = 2 * r->named, low = r->bounds.low,
		 high = r->bounds.high;

	if (r->bounds.inferred) {
		low = 0;
		high = rank_caused(&p->requests, r);
	}
	if (!echo_is_proof(&p->ids) || rank < low || rank > high || rank == 0 ||
	    may_be_repeated(&p->requests, rank, high))
		return;
	r->bounds = (struct bounds){ rank, rank, false };
}

enum knowledge {
	BY_NAME,  /* echo.h */
	BY_TURNS, /* no two requests were ever under way */
	BY_TIME,  /* wait.h */
};

static bool
narrow_by(const struct pair *p, struct draft *r, enum knowledge what)
{
	const struct rank_requests *q = &p->requests;

	switch (what) {
	case BY_NAME:
		if (!r->refuted)
			narrow_named(p, r);
		return true;
	case BY_TURNS:
		return !is_whole(p, r) ||
		    raise_low(q, &r->bounds, rank_caused(q, r), false);
	case BY_TIME:
		return r->place == 0 ||
		    (raise_low(q, &r->bounds, 2 * r->place, true) &&
			lower_high(q, &r->bounds, 2 * r->place, true));
	}
	return false;
}

static bool
narrow_all(struct pair *p, const struct draft *next, enum knowledge what)
{
	const struct bounds *last = NULL;

	for (size_t i = 0; i < drafts_count(&p->held); i++) {
		struct draft *r = drafts_at(&p->held, i);

		if (!narrow_by(p, r, what) ||
		    (last != NULL && !narrow_forwards(&p->requests, r, last)))
			return false;
		last = &r->bounds;
	}
	return narrow_back(p, next);
}

/* Unless what is held contradicts it: then all bounds stay as they are. */
static bool
use(struct pair *p, const struct draft *next, enum knowledge what)
{
	size_t n = drafts_count(&p->held);
	struct bounds *saved = xcalloc(n + 1, sizeof(*saved));
	bool sound;

	for (size_t i = 0; i < n; i++)
		saved[i] = drafts_at(&p->held, i)->bounds;
	sound = narrow_all(p, next, what);
	for (size_t i = 0; i < n && !sound; i++)
		drafts_at(&p->held, i)->bounds = saved[i];
	free(saved);
	return sound;
}

void
narrow_more(struct pair *p, const struct draft *next)
{
	if (echo_is_proof(&p->ids))
		p->ids.unreliable |= !use(p, next, BY_NAME);
	if (pair_takes_turns(p))
		p->piped = !use(p, next, BY_TURNS);
	if (p->piped)
		return;
	wait_judge(&p->held, &p->requests.seen);
	p->piped = !use(p, next, BY_TIME);
}
