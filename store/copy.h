/*
 * copy.h - an archive written anew, with something changed on the way.
 *
 * Exchanges and recordings keep their numbers and their order, and with
 * them go the coverage, the origins of what was merged and the journal of
 * what was sent.  If the leaves stay what they were, so does the root.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "base/base.h"

struct arena;
struct entry;
struct err;
struct recording;
struct store;

struct copy {
	struct store *from;
	struct store *to; /* empty */
	/* Change the exchange, whose own memory is at hand; or NULL. */
	void (*exchange)(void *ctx, struct entry *e);
	/* Change the texts of a recording; or NULL. */
	void (
	    *recording)(void *ctx, struct recording *rec, struct arena *arena);
	void *ctx;
};

/* Errors: those of reading and of writing. */
int copy_archive(const struct copy *c, struct err *err) MUST_CHECK;

#endif
