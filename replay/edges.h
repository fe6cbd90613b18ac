/*
 * edges.h - the deletions that a read can show the effect of.
 *
 * Hard: what the rules recognised as follow-ups of it, and deletions of
 * the resource that is read or of one that contains it, by path and host.
 * Soft: deletions one level below the path that is read, as a list shows,
 * among the first EDGES_SCAN deletions of the archive.
 */
#ifndef REPLAY_EDGES_H
#define REPLAY_EDGES_H

#include <stdint.h>

#include "base/base.h"

struct answers;
struct edges;
struct err;
struct queue;
struct store;

#define EDGES_SCAN 4096 /* read once, for the first list that is asked for */

/* Look at exchanges up to id last.  Store and answers must outlive it. */
struct edges *edges_new(struct store *store, const struct answers *answers,
    uint64_t last);

/* NULL is allowed. */
void edges_free(struct edges *e);

/*
 * Complete the edges of a queue of reads, which has its ids and the
 * deletions that its own exchanges name.  Only deletions that had an
 * effect and can be served count.  Errors: those of the store.
 */
int edges_find(struct edges *e, struct queue *q, struct err *err) MUST_CHECK;

#endif
