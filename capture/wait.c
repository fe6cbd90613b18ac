#include "capture/wait.h"

#include <stdlib.h>

#include "base/xalloc.h"

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
longest_pause_first(const void *a, const void *b)
{
	const struct wait_turn *x = a, *y = b;

	return compare(y->pause, x->pause);
}

static int
by_time(const void *a, const void *b)
{
	return compare(*(const int64_t *)a, *(const int64_t *)b);
}

/* How many of the sorted times are above t. */
static size_t
count_above(const int64_t *times, size_t n, int64_t t)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (times[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return n - low;
}

/*
 * The longest pause can have any of the times above it, the next any of
 * those above it but that one, and so on.
 */
static double
count_chance(const struct wait_turn *turns, const int64_t *times, size_t n)
{
	int64_t least = turns[n - 1].pause;
	double chance = 1;

	for (size_t i = 0; i < n; i++)
		chance *=
		    (double)(count_above(times, n, turns[i].pause - least) -
			i) /
		    (double)(n - i);
	return chance;
}

bool
wait_is_shown(struct wait_turn *turns, size_t n)
{
	int64_t *times = xcalloc(n + 1, sizeof(*times));
	bool sound = n > 0;

	qsort(turns, n, sizeof(*turns), longest_pause_first);
	for (size_t i = 0; i < n; i++) {
		times[i] = turns[i].took;
		/* Otherwise the capture is not in the order of time. */
		sound &= turns[i].pause >= 0 && turns[i].pause < times[i];
	}
	qsort(times, n, sizeof(*times), by_time);
	sound = sound && count_chance(turns, times, n) < 1.0 / WAIT_CHANCE;
	free(times);
	return sound;
}

/*
 * The request that begins a turn with r, from number *at on: the only one
 * sent when just the responses before r had come.  NULL: there is none.
 */
static const struct draft *
find_turn(const struct drafts *requests, size_t *at, const struct draft *r)
{
	size_t n = drafts_count(requests);
	const struct draft *q, *next;

	while (*at < n && drafts_at(requests, *at)->ack < r->first)
		++*at;
	if (*at == n)
		return NULL;
	q = drafts_at(requests, *at);
	next = *at + 1 < n ? drafts_at(requests, *at + 1) : NULL;
	if (q->ack != r->first || q->first >= r->ack ||
	    (next != NULL && (next->ack <= r->first || next->ack < r->end)))
		return NULL;
	return q;
}

/*
 * Were all requests from number a to number b seen, and each sent when more
 * had come than for the one before?  Then no more of them are under way at b
 * than were at a.
 */
static bool
is_continued(const struct drafts *requests, uint64_t a, uint64_t b)
{
	uint64_t first = drafts_at(requests, 0)->number;

	for (uint64_t n = a + 1; n <= b; n++) {
		const struct draft *q = drafts_at(requests, n - first);

		if (q->gap_before || q->ghost || q->closed ||
		    q->ack <= drafts_at(requests, n - first - 1)->ack)
			return false;
	}
	return a < b;
}

/* Is it shown for the responses [from, to)? */
static void
judge(const struct drafts *responses, size_t from, size_t to,
    struct wait_turn *turns, size_t n)
{
	if (wait_is_shown(turns, n))
		return;
	for (; from < to; from++)
		drafts_at(responses, from)->place = 0;
}

/*
 * Responses that were lost end what is judged at once: there the client may
 * have begun to wait.  But who waited before still does, so that the turns
 * before count for what comes after them.
 */
void
wait_judge(const struct drafts *responses, const struct drafts *requests)
{
	size_t count = drafts_count(responses), from = 0, at = 0, n = 0;
	struct wait_turn *turns = xcalloc(count + 1, sizeof(*turns));
	const struct draft *last = NULL;
	uint64_t number = 0; /* of the request that it answers */

	for (size_t i = 0; i < count; i++) {
		struct draft *r = drafts_at(responses, i);
		const struct draft *q = find_turn(requests, &at, r);
		bool on = last != NULL && q != NULL &&
		    is_continued(requests, number, q->number);

		if (on && !r->gap_before && last->end == r->first &&
		    q->number == number + 1) {
			turns[n++] = (struct wait_turn){
				q->message.first - last->message.last,
				r->message.first - last->message.last,
			};
		} else {
			judge(responses, from, i, turns, n);
			from = i;
			n = on ? n : 0;
		}
		last = q != NULL ? r : NULL;
		number = r->place = q != NULL ? q->number : 0;
	}
	judge(responses, from, count, turns, n);
	free(turns);
}
