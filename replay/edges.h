/*
 * edges.h - the deletions that a read can show the effect of.
 *
 * Hard: what the rules recognised as follow-ups of it, and deletions of
 * the resource that is read or of one that contains it, by path and host.
 * Soft: deletions one level below the path that is read, as a list shows.
 */
#ifndef REPLAY_EDGES_H
#define REPLAY_EDGES_H

#include <stdint.h>

#include "base/base.h"

struct err;
struct queue;
struct store;

/*
 * Complete the edges of a queue of reads, which has its ids and the
 * deletions that its own exchanges name.  Only deletions that had an
 * effect and can be served count, up to id last.
 */
int edges_find(struct queue *q, struct store *store, uint64_t last,
    struct err *err) MUST_CHECK;

#endif
