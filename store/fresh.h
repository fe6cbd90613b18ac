/*
 * fresh.h - a new archive that is there whole or not at all.
 *
 * It is written in a folder of its own beside the place where it goes,
 * and gets its name when it is complete.  Nothing is ever replaced.
 */
#ifndef STORE_FRESH_H
#define STORE_FRESH_H

#include "base/base.h"

struct err;
struct store;

struct fresh {
	struct store *st; /* to write to */
	char *path;       /* where it goes; all owned */
	char *folder, *temporary;
};

/* Errors: ERR_EXISTS, ERR_SYSTEM, with the path in front. */
int fresh_open(struct fresh *f, const char *path, struct err *err) MUST_CHECK;

/* All is written: close it and give it its name.  Released in any case. */
int fresh_commit(struct fresh *f, struct err *err) MUST_CHECK;

/* Leave nothing, and release.  May be called twice, and after commit. */
void fresh_abandon(struct fresh *f);

#endif
