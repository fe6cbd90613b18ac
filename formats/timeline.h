/*
 * timeline.h - how many deletions of each outcome there were, and when.
 *
 * Counts deletions in at most TIMELINE_BINS bins of equal width, which
 * grows with the range of time, so that neither the order nor the number of
 * deletions matters.
 */
#ifndef FORMATS_TIMELINE_H
#define FORMATS_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "deletion/deletion.h"

#define TIMELINE_BINS 120

struct timeline {
	size_t step;   /* the width, as a position in a table */
	int64_t start; /* of the first bin, in widths since 1970 */
	size_t count;  /* bins in use; 0: nothing was added */
	uint64_t bins[TIMELINE_BINS][OUTCOME_COUNT];
};

#define TIMELINE_INIT ((struct timeline){ 0 })

/* t in nanoseconds since 1970. */
void timeline_add(struct timeline *tl, int64_t t, enum outcome outcome);

/* The width of a bin in nanoseconds: from a millisecond to ten years. */
int64_t timeline_width(const struct timeline *tl);

/* All deletions in bin i. */
uint64_t timeline_total(const struct timeline *tl, size_t i);

#endif
