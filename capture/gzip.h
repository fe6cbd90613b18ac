/*
 * gzip.h - gunzip a stream piece by piece (RFC 1952).
 *
 * Members may follow each other, as `cat a.gz b.gz` makes them; zeros may
 * pad the end, as tape blocks do.  Memory is zlib's 44 KiB, whatever the
 * input claims.
 */
#ifndef CAPTURE_GZIP_H
#define CAPTURE_GZIP_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct gzip;

#define GZIP_MAGIC_LEN 3

/* Is this the beginning of a gzip member? */
bool gzip_is_magic(struct span head);

struct gzip *gzip_new(void);

/* NULL is allowed. */
void gzip_free(struct gzip *g);

/*
 * Inflate from *in into at most n bytes at out; cut what was used off *in
 * and set *made.  Either *in shrinks or *made is not 0.  Errors: ERR_FORMAT.
 */
int gzip_inflate(struct gzip *g, struct span *in, uint8_t *out, size_t n,
    size_t *made, struct err *err) MUST_CHECK;

/* Is no member under way, so that the input may end here? */
bool gzip_is_between(const struct gzip *g);

#endif
