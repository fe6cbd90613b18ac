#include "store/train.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"

#define RUN       8  /* bytes that are counted together */
#define PIECE     48 /* bytes that are taken together */
#define HASH_BITS 20 /* four times as many places as samples have runs */

/* A run that is rare helps nobody, and may be two that share a hash. */
#define MIN_COUNT 3

struct trainer {
	struct span samples;
	uint32_t *counts; /* of each run, by its hash */
	struct buf *out;
};

static uint32_t
hash(const uint8_t *p)
{
	uint64_t run;

	memcpy(&run, p, sizeof(run));
	return (uint32_t)((run * 0x9e3779b97f4a7c15u) >> (64 - HASH_BITS));
}

static uint32_t
count_at(const struct trainer *t, size_t at)
{
	uint32_t n = t->counts[hash(t->samples.p + at)];

	return n >= MIN_COUNT ? n : 0;
}

/* The start of the piece within [from, to) that scores most; its score. */
static size_t
best_piece(const struct trainer *t, size_t from, size_t to, uint64_t *score)
{
	const size_t runs = PIECE - RUN + 1;
	uint64_t sum = 0;
	size_t best = from;

	*score = 0;
	for (size_t at = from; at + RUN <= to; at++) {
		sum += count_at(t, at);
		if (at - from >= runs)
			sum -= count_at(t, at - runs);
		if (at - from + 1 >= runs && sum > *score) {
			*score = sum;
			best = at + 1 - runs;
		}
	}
	return best;
}

static void
take(struct trainer *t, size_t at)
{
	for (size_t i = 0; i + RUN <= PIECE; i++)
		t->counts[hash(t->samples.p + at + i)] = 0;
}

static void
count_runs(struct trainer *t)
{
	for (size_t at = 0; at + RUN <= t->samples.len; at++)
		t->counts[hash(t->samples.p + at)]++;
}

/* One piece from each stretch of the samples; how many that were. */
static size_t
choose(struct trainer *t, size_t *pieces, size_t max)
{
	size_t stretch = max > 0 ? t->samples.len / max : 0;
	size_t count = 0;

	if (stretch < PIECE)
		stretch = PIECE;
	for (size_t at = 0; count < max && at + PIECE <= t->samples.len;
	     at += stretch) {
		size_t to = at + stretch + PIECE;
		uint64_t score;
		size_t best = best_piece(t, at,
		    to < t->samples.len ? to : t->samples.len, &score);

		if (score == 0)
			continue;
		take(t, best);
		pieces[count++] = best;
	}
	return count;
}

void
train(struct buf *out, struct span samples)
{
	struct trainer t = { span_sub(samples, 0, TRAIN_SAMPLES), NULL, out };
	size_t max = out->limit / PIECE;
	size_t *pieces = xcalloc(max + 1, sizeof(*pieces));
	size_t count;
	struct err err;

	t.counts = xcalloc((size_t)1 << HASH_BITS, sizeof(*t.counts));
	buf_reset(out);
	count_runs(&t);
	count = choose(&t, pieces, max);
	/* The first stretches had the pick of what all of them share. */
	while (count > 0) {
		int rc = buf_add(out, span_sub(samples, pieces[--count], PIECE),
		    &err);

		assert(rc == 0);
	}
	free(pieces);
	free(t.counts);
}
