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

/* Conditions shared by many lines that are asked once for a request. */
#define DISPATCH_GUARDS 64

struct dispatch_line {
	const struct match *match;
	size_t least, most; /* segments */
	struct span last;   /* the last segment; absent: any */
	unsigned guard;     /* DISPATCH_GUARDS: none */
	bool verb;
};

struct dispatch_walk {
	const struct dispatch *dispatch;
	const struct dispatch_list *exact, *any;
	size_t i, j;
	size_t count;
	struct span last;
	bool colon, plain;
};

/*
 * Begin with the lines for a method and a path of count segments; first is
 * the decoded first one, absent if the path is "/", and last the last one
 * as it was sent.
 */
struct dispatch_walk dispatch_begin(const struct dispatch *d,
    struct span method, struct span first, size_t count, struct span last);

/* The next line in the order of the rules that the path can fit, or NULL. */
const struct dispatch_line *dispatch_next(struct dispatch_walk *w);

const struct cond *dispatch_guard(const struct dispatch *d, unsigned guard);

#endif
