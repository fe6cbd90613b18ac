#include "capture/rank.h"

static uint64_t
first_number(const struct rank_requests *q)
{
	return q->count + 1 - drafts_count(&q->seen);
}

struct draft *
rank_request(const struct rank_requests *q, uint64_t n)
{
	uint64_t first = first_number(q);

	if (n < first || n > q->count)
		return NULL;
	return drafts_at(&q->seen, (size_t)(n - first));
}

struct draft *
rank_at(const struct rank_requests *q, uint64_t rank)
{
	return rank_is_request(rank) ? rank_request(q, rank / 2) : NULL;
}

bool
rank_may_hide(const struct rank_requests *q, uint64_t n)
{
	const struct draft *d = rank_request(q, n);

	if (n > q->count)
		return q->lost;
	return d == NULL || d->gap_before;
}

/* Is at least one missing there? */
static bool
must_hide(const struct rank_requests *q, uint64_t n)
{
	const struct draft *d = rank_request(q, n);

	if (n > q->count)
		return q->lost && q->begun;
	return d != NULL && d->gap_before && d->begun_before;
}

uint64_t
rank_after_low(const struct rank_requests *q, uint64_t rank)
{
	if (!rank_is_request(rank))
		return rank;
	return rank_may_hide(q, rank / 2 + 1) ? rank + 1 : rank + 2;
}

uint64_t
rank_after_high(const struct rank_requests *q, uint64_t rank)
{
	if (!rank_is_request(rank))
		return rank + 1;
	return must_hide(q, rank / 2 + 1) ? rank + 1 : rank + 2;
}

uint64_t
rank_before_low(const struct rank_requests *q, uint64_t rank)
{
	if (!rank_is_request(rank))
		return rank - 1;
	if (rank == 0)
		return 0;
	return must_hide(q, rank / 2) ? rank - 1 : rank - 2;
}

uint64_t
rank_before_high(const struct rank_requests *q, uint64_t rank)
{
	if (!rank_is_request(rank) || rank == 0)
		return rank;
	return rank_may_hide(q, rank / 2) ? rank - 1 : rank - 2;
}

/* How many of the requests not handed over begin before this position. */
static size_t
count_before(const struct rank_requests *q, uint64_t position)
{
	size_t low = 0, high = drafts_count(&q->seen);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (drafts_at(&q->seen, middle)->first < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t
ack_of(const struct draft *r)
{
	return r->ack != 0 ? r->ack : UINT64_MAX;
}

/*
 * Had the client received r when it sent d, which r acknowledges?  One of the
 * two is a later copy, whose first was not captured, and acknowledges more than
 * that did.  It is d if r was seen before it.
 */
static bool
came_after(const struct draft *d, const struct draft *r)
{
	return d->ack > r->first && d->message.first <= r->message.first;
}

uint64_t
rank_caused(const struct rank_requests *q, const struct draft *r)
{
	size_t i = count_before(q, ack_of(r));
	uint64_t n = first_number(q) - 1 + i;

	while (i > 0 && came_after(drafts_at(&q->seen, i - 1), r))
		i--;
	if (n != first_number(q) - 1 + i) {
		n = first_number(q) - 1 + i;
		return rank_may_hide(q, n + 1) ? 2 * n + 1 : 2 * n;
	}
	/* What it acknowledges beyond the last of them may be another. */
	if (rank_may_hide(q, n + 1) &&
	    (i == 0 || drafts_at(&q->seen, i - 1)->end < ack_of(r)))
		return 2 * n + 1;
	return 2 * n;
}

bool
rank_is_overtaken(const struct rank_requests *q, const struct draft *r)
{
	const struct draft *last = rank_request(q, q->count);

	return last != NULL && last->first >= ack_of(r) &&
	    last->ack <= r->first;
}
