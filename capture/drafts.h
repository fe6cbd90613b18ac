/*
 * drafts.h - a queue of drafts with access by position.
 */
#ifndef CAPTURE_DRAFTS_H
#define CAPTURE_DRAFTS_H

#include "capture/draft.h"

struct drafts {
	struct draft **all; /* owned, as are the drafts in it */
	size_t head;        /* the first that is still in it */
	size_t len;         /* behind the last; counted from all */
	size_t cap;
};

#define DRAFTS_INIT ((struct drafts){ 0 })

/* Takes d. */
void drafts_add(struct drafts *q, struct draft *d);

/* The first, which is the caller's now; the queue must not be empty. */
struct draft *drafts_take(struct drafts *q);

/* Take the last off again, which is the caller's now. */
static inline void
drafts_drop_last(struct drafts *q)
{
	q->len--;
}

/* Free the memory of the queue, which must be empty. */
void drafts_release(struct drafts *q);

static inline size_t
drafts_count(const struct drafts *q)
{
	return q->len - q->head;
}

/* Number i, from 0; i must be below the count. */
static inline struct draft *
drafts_at(const struct drafts *q, size_t i)
{
	return q->all[q->head + i];
}

#endif
