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

/* Is it from ghost.h that the place just before this one is that of another? */
static bool
is_closed(const struct rank_requests *q, uint64_t rank)
{
	const struct draft *d = q->counted ? rank_at(q, rank) : NULL;

	return d != NULL && d->closed;
}

/* The place of r is not before this one; return whether that can be. */
static bool
raise_low(struct bounds *b, uint64_t rank, bool inferred)
{
	if (rank > b->low) {
		b->low = rank;
		b->inferred |= inferred;
	}
	return b->low <= b->high;
}

/* The place of r is not behind this one. */
static bool
lower_high(struct bounds *b, uint64_t rank, bool inferred)
{
	if (rank < b->high) {
		b->high = rank;
		b->inferred |= inferred;
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
	uint64_t high = rank_after_high(q, last->high);
	/* That one is lost there is sure, but not that no other is. */
	bool inferred = last->inferred || is_counted(q, last->low) ||
	    is_counted(q, last->high) || is_closed(q, low) ||
	    is_closed(q, high) || may_share_body(r);

	/* What has begun there is perhaps the one that r is in. */
	if (r->gap_before && r->begun_before && !r->inside) {
		inferred |= is_counted(q, low);
		low = rank_after_low(q, low);
		inferred |= is_closed(q, low);
	}
	return raise_low(&r->bounds, low, inferred) &&
	    (r->gap_before || lower_high(&r->bounds, high, inferred));
}

/* Narrow the bounds of r by those of the response after it. */
static bool
narrow_backwards(const struct rank_requests *q, struct draft *r,
    const struct draft *next)
{
	uint64_t high = next->in_last ? next->bounds.high
				      : rank_before_high(q, next->bounds.high);
	uint64_t low = rank_before_low(q, next->bounds.low);
	bool inferred = next->bounds.inferred || may_share_body(next) ||
	    is_closed(q, next->bounds.high) || is_closed(q, next->bounds.low);

	if (next->gap_before && next->begun_before && !next->inside) {
		inferred |= is_counted(q, high) || is_closed(q, high);
		high = rank_before_high(q, high);
	}
	return lower_high(&r->bounds, high, inferred || is_counted(q, high)) &&
	    (next->gap_before ||
		raise_low(&r->bounds, low, inferred || is_counted(q, low)));
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

		if (q == NULL || q->gap_before || q->ghost || q->closed)
			return false;
	}
	return true;
}

/* May its id, or that of one that was lost just before it, be any? */
static bool
is_unclear(const struct draft *d)
{
	return d != NULL &&
	    (d->ghost || d->closed || (d->fragment && d->mark == 0));
}

/*
 * May a request that was lost behind this one have its id?  Clients give it
 * when they try again.
 */
static bool
may_be_repeated(const struct rank_requests *q, uint64_t rank, uint64_t high)
{
	for (uint64_t n = rank / 2 + 1; 2 * n - 1 <= high; n++) {
		const struct draft *d = rank_request(q, n);

		if (rank_may_hide(q, n) || is_unclear(d))
			return true;
	}
	return false;
}

/* May this one repeat a request that was lost before it, with its id? */
static bool
may_repeat(const struct rank_requests *q, uint64_t rank, uint64_t low)
{
	const struct draft *d = rank_at(q, rank);

	return d == NULL ||
	    (d->row < ECHO_ENOUGH && low <= 2 * (d->number - d->row) + 1);
}

/* Use the name of r, if its place is between these; return whether it helps. */
static bool
use_name(const struct rank_requests *q, struct draft *r, uint64_t low,
    uint64_t high, bool inferred)
{
	uint64_t rank = 2 * r->named;

	if (rank < low || rank > high || may_be_repeated(q, rank, high))
		return false;
	r->bounds =
	    (struct bounds){ rank, rank, inferred || may_repeat(q, rank, low) };
	r->by_name = true;
	return true;
}

void
narrow_named(const struct pair *p, struct draft *r)
{
	const struct rank_requests *q = &p->requests;
	struct bounds b = r->bounds;

	if (r->named == 0 || !echo_is_proof(&p->ids))
		return;
	if (!b.inferred || !use_name(q, r, 0, rank_caused(q, r), false))
		use_name(q, r, b.low, b.high, b.inferred);
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
		    raise_low(&r->bounds, rank_caused(q, r), false);
	case BY_TIME:
		return r->place == 0 ||
		    (raise_low(&r->bounds, 2 * r->place, true) &&
			lower_high(&r->bounds, 2 * r->place, true));
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
