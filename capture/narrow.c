#include "capture/narrow.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "capture/wait.h"

/* The place of r is not before this one; return whether that can be. */
static bool
raise_low(struct draft *r, uint64_t rank, bool inferred)
{
	if (rank > r->low) {
		r->low = rank;
		r->inferred |= inferred;
	}
	return r->low <= r->high;
}

/* The place of r is not behind this one. */
static bool
lower_high(struct draft *r, uint64_t rank, bool inferred)
{
	if (rank < r->high) {
		r->high = rank;
		r->inferred |= inferred;
	}
	return r->low <= r->high;
}

/* Narrow the bounds of r by those of the response before it. */
static bool
narrow_forwards(const struct pair *p, struct draft *r, const struct draft *last)
{
	const struct rank_requests *q = &p->requests;
	uint64_t low = rank_after_low(q, last->low);

	if (r->gap_before && r->begun_before)
		low = rank_after_low(q, low);
	return raise_low(r, low, last->inferred) &&
	    (r->gap_before ||
		lower_high(r, rank_after_high(q, last->high), last->inferred));
}

/* Narrow them by those of the response after it. */
static bool
narrow_backwards(const struct pair *p, struct draft *r,
    const struct draft *next)
{
	const struct rank_requests *q = &p->requests;
	uint64_t high = rank_before_high(q, next->high);

	if (next->gap_before && next->begun_before)
		high = rank_before_high(q, high);
	return lower_high(r, high, next->inferred) &&
	    (next->gap_before ||
		raise_low(r, rank_before_low(q, next->low), next->inferred));
}

bool
narrow_back(struct pair *p, const struct draft *next)
{
	for (size_t i = drafts_count(&p->held); i > 0; i--) {
		struct draft *r = drafts_at(&p->held, i - 1);

		if (next != NULL && !narrow_backwards(p, r, next))
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

void
narrow_named(const struct pair *p, struct draft *r)
{
	uint64_t rank = 2 * r->named;

	if (!echo_is_proof(&p->ids) || rank < r->low || rank > r->high ||
	    rank == 0)
		return;
	r->low = r->high = rank;
	r->inferred = false;
}

enum knowledge {
	BY_NAME,  /* echo.h */
	BY_TURNS, /* no two requests were ever under way */
	BY_TIME,  /* wait.h */
};

static bool
narrow_by(const struct pair *p, struct draft *r, enum knowledge what)
{
	switch (what) {
	case BY_NAME:
		narrow_named(p, r);
		return true;
	case BY_TURNS:
		return !is_whole(p, r) ||
		    raise_low(r, rank_caused(&p->requests, r), false);
	case BY_TIME:
		return r->place == 0 ||
		    (raise_low(r, 2 * r->place, true) &&
			lower_high(r, 2 * r->place, true));
	}
	return false;
}

static bool
narrow_all(struct pair *p, const struct draft *next, enum knowledge what)
{
	const struct draft *last = NULL;

	for (size_t i = 0; i < drafts_count(&p->held); i++) {
		struct draft *r = drafts_at(&p->held, i);

		if (!narrow_by(p, r, what) ||
		    (last != NULL && !narrow_forwards(p, r, last)))
			return false;
		last = r;
	}
	return narrow_back(p, next);
}

struct bounds {
	uint64_t low, high;
	bool inferred;
};

/* Unless what is held contradicts it: then all bounds stay as they are. */
static bool
use(struct pair *p, const struct draft *next, enum knowledge what)
{
	size_t n = drafts_count(&p->held);
	struct bounds *saved = xcalloc(n + 1, sizeof(*saved));
	bool sound;

	for (size_t i = 0; i < n; i++) {
		const struct draft *r = drafts_at(&p->held, i);

		saved[i] = (struct bounds){ r->low, r->high, r->inferred };
	}
	sound = narrow_all(p, next, what);
	for (size_t i = 0; i < n && !sound; i++) {
		struct draft *r = drafts_at(&p->held, i);

		r->low = saved[i].low;
		r->high = saved[i].high;
		r->inferred = saved[i].inferred;
	}
	free(saved);
	return sound;
}

void
narrow_more(struct pair *p, const struct draft *next)
{
	if (echo_is_proof(&p->ids))
		p->ids.unreliable |= !use(p, next, BY_NAME);
	if (!p->piped && !p->several && !p->joined)
		p->piped = !use(p, next, BY_TURNS);
	if (p->piped)
		return;
	wait_judge(&p->held, &p->requests.seen);
	p->piped = !use(p, next, BY_TIME);
}
