/*
 * context.h - a request read as if it had been sent elsewhere.
 */
#ifndef REPLAY_CONTEXT_H
#define REPLAY_CONTEXT_H

#include "base/span.h"

struct arena;
struct head;

/* Where an exchange took place, as far as rules look at it. */
struct context {
	struct span host;          /* empty if the request had none */
	struct span authorization; /* absent if it had none */
};

/* Points into the head. */
struct context context_of(const struct head *request);

/* Do rules see the same in both?  Keys, dates and signatures differ. */
bool context_is_same(const struct context *a, const struct context *b);

/*
 * A copy of a request's head in the arena with this host and, if it has no
 * Authorization of its own, this one.
 */
struct head context_apply(const struct head *request,
    const struct context *context, struct arena *arena);

#endif
