/*
 * spool.h - zeroed memory for tables that grow with an archive.
 *
 * A small one is ordinary memory; a large one is a file in $TMPDIR, else
 * /var/tmp, that has no name, so that the kernel can write to disk what it
 * needs no more.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include <stddef.h>

#include "base/base.h"

struct err;

#define SPOOL_FILE ((size_t)16 << 20) /* from this size on it is a file */

struct spool {
	void *p;
	size_t len;
};

/*
 * Errors: ERR_SYSTEM, also if the file system has not that much room: what
 * was reserved can be written to.
 */
int spool_open(struct spool *s, size_t len, struct err *err) MUST_CHECK;

/* May be called twice. */
void spool_close(struct spool *s);

#endif
