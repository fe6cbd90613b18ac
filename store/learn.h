/*
 * learn.h - what a slot looks like, from samples.
 */
#ifndef STORE_LEARN_H
#define STORE_LEARN_H

#include "store/slot.h"

/* One message among those that are of one form. */
struct lesson {
	const struct tokens *tokens;
	struct slot_ctx ctx;
};

/* Is the token the same in all of them? */
bool learn_is_constant(const struct lesson *lessons, size_t count,
    size_t token);

/* The form that takes least, and fits all of them. */
struct slot learn_slot(const struct lesson *lessons, size_t count,
    size_t token);

#endif
