/*
 * progress.h - how far long work is, for somebody who waits.
 *
 * One line on a terminal that is written over a few times a second, and
 * nothing at all where standard error is no terminal.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE *out;
	int64_t begun, shown; /* monotonic ns; 0: not yet */
};

#define PROGRESS_INIT(f) ((struct progress){ .out = (f) })

/* Is there a terminal to show it on? */
bool progress_is_wanted(const struct progress *p);

/* Show the numbers unless that was done a moment ago. */
void progress_show(struct progress *p, uint64_t done, uint64_t total,
    uint64_t exchanges, uint64_t deletions);

/* The same of a count of exchanges. */
void progress_show_count(struct progress *p, uint64_t done, uint64_t total);

/* Clear the line. */
void progress_end(struct progress *p);

#endif
