/*
 * rotation.h - when to begin a new archive, and how to name it.
 *
 * The archives of a rotation are numbered before their extension:
 * live-000001.obit, live-000002.obit and so on.  A recorder goes on after
 * the highest number that is there, so that none is ever written again.
 */
#ifndef CLI_ROTATION_H
#define CLI_ROTATION_H

#include <stdint.h>

#include "base/base.h"

struct err;

/* One of the two is 0; both are if there is no rotation. */
struct rotation {
	uint64_t bytes; /* of an archive */
	int64_t ns;     /* from its begin */
};

/* An empty archive has 100 KiB. */
#define ROTATION_MIN_BYTES ((uint64_t)256 << 10)

/* Read "64M" or "1h".  Errors: ERR_USAGE. */
int rotation_parse(struct rotation *r, const char *text,
    struct err *err) MUST_CHECK;

/* The name of archive number n of base; the caller frees it. */
char *rotation_name(const char *base, uint64_t n);

/*
 * The number after the highest of those that are in the folder, or 1.
 * Errors: ERR_SYSTEM if the folder cannot be read.
 */
int rotation_next(uint64_t *n, const char *base, struct err *err) MUST_CHECK;

#endif
