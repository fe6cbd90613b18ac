/*
 * dispatch.h - find the match lines that a method and a path can fit.
 *
 * Lines are found by method and first path segment, so that a request no
 * rule is interested in costs two look-ups.
 */
#ifndef DELETION_DISPATCH_H
#define DELETION_DISPATCH_H

#include "deletion/rule.h"

struct dispatch *dispatch_new(const struct rules *rules);
void dispatch_free(struct dispatch *d); /* NULL is allowed */

struct dispatch_list {
	uint32_t *at; /* positions, ascending */
	size_t count, room;
};

struct dispatch_walk {
	const struct dispatch *dispatch;
	const struct dispatch_list *exact, *any;
	size_t i, j;
};

/* Begin with the lines for a method; first is the decoded first segment,
 * absent if the path is "/". */
struct dispatch_walk dispatch_begin(const struct dispatch *d,
    struct span method, struct span first);

/* The next line in the order of the rules, or NULL. */
const struct match *dispatch_next(struct dispatch_walk *w);

#endif
