#include "formats/timeline.h"

#include <assert.h>
#include <string.h>

#include "base/base.h"

#define MS ((int64_t)1000000)
#define S  (1000 * MS)
#define H  (3600 * S)
#define D  (24 * H)

/* Each divides the next, so that bins can be joined. */
static const int64_t widths[] = { MS, 5 * MS, 10 * MS, 50 * MS, 100 * MS,
	500 * MS, S, 5 * S, 15 * S, 60 * S, 300 * S, 900 * S, 1800 * S, H,
	3 * H, 6 * H, 12 * H, D, 7 * D, 28 * D, 364 * D, 3640 * D };

int64_t
timeline_width(const struct timeline *tl)
{
	return widths[tl->step];
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void
widen(struct timeline *tl)
{
	struct timeline wide = { .step = tl->step + 1 };
	int64_t factor;

	assert(wide.step < ARRAY_LEN(widths));
	factor = widths[wide.step] / widths[tl->step];
	wide.start = floor_div(tl->start, factor);
	for (size_t i = 0; i < tl->count; i++) {
		int64_t at = floor_div(tl->start + (int64_t)i, factor);

		wide.count = (size_t)(at - wide.start) + 1;
		for (int o = 0; o < OUTCOME_COUNT; o++)
			wide.bins[wide.count - 1][o] += tl->bins[i][o];
	}
	*tl = wide;
}

/* Make room in front and behind for the bin at. */
static void
include(struct timeline *tl, int64_t at)
{
	size_t more;

	if (tl->count == 0) {
		tl->start = at;
		tl->count = 1;
	} else if (at < tl->start) {
		more = (size_t)(tl->start - at);
		memmove(tl->bins[more], tl->bins[0],
		    tl->count * sizeof(tl->bins[0]));
		memset(tl->bins[0], 0, more * sizeof(tl->bins[0]));
		tl->start = at;
		tl->count += more;
	} else if (at >= tl->start + (int64_t)tl->count) {
		tl->count = (size_t)(at - tl->start) + 1;
	}
}

static bool
has_room(const struct timeline *tl, int64_t at)
{
	int64_t end = tl->start + (int64_t)tl->count;

	return tl->count == 0 ||
	    (at < tl->start + TIMELINE_BINS && end - at <= TIMELINE_BINS);
}

void
timeline_add(struct timeline *tl, int64_t t, enum outcome outcome)
{
	int64_t at = floor_div(t, timeline_width(tl));

	while (!has_room(tl, at)) {
		widen(tl);
		at = floor_div(t, timeline_width(tl));
	}
	include(tl, at);
	tl->bins[at - tl->start][outcome]++;
}

uint64_t
timeline_total(const struct timeline *tl, size_t i)
{
	uint64_t n = 0;

	for (int o = 0; o < OUTCOME_COUNT; o++)
		n += tl->bins[i][o];
	return n;
}
