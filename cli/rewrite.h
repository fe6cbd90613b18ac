/*
 * rewrite.h - a verified archive written anew under another name.
 *
 *	rewrite_check()   0: it is verified, and r->origin says how
 *	rewrite_write()   0: the new one is in place
 */
#ifndef CLI_REWRITE_H
#define CLI_REWRITE_H

#include <stdint.h>

#include "base/base.h"
#include "store/verify.h"

struct arena;
struct cmd_ctx;
struct entry;
struct err;
struct progress;
struct recording;
struct store;

struct rewrite {
	struct store *from;
	const char *output;
	/* As of struct copy. */
	void (*exchange)(void *ctx, struct entry *e);
	void (
	    *recording)(void *ctx, struct recording *rec, struct arena *arena);
	/* Is the new one, not yet in place, as it should be?  Or NULL. */
	int (*check)(void *ctx, struct store *to, struct err *err);
	void *ctx;
	struct verification origin;
	uint64_t exchanges; /* so far */
	struct progress *progress;
};

/* Verify the source: 0, EXIT_DIFFERENT once the fault was told, or -1. */
int rewrite_check(struct rewrite *r, struct cmd_ctx *ctx,
    struct err *err) MUST_CHECK;

/* Write the new archive; there is none if that fails. */
int rewrite_write(struct rewrite *r, struct cmd_ctx *ctx,
    struct err *err) MUST_CHECK;

#endif
