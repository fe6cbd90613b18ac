/*
 * inflate.h - undo gzip and deflate.  The door of http/ to zlib.
 */
#ifndef HTTP_INFLATE_H
#define HTTP_INFLATE_H

#include "base/base.h"
#include "base/span.h"

struct buf;
struct err;

/* RFC 1952, one member or several.  Errors: ERR_FORMAT, ERR_LIMIT. */
int inflate_gzip(struct span in, struct buf *out, struct err *err) MUST_CHECK;

/*
 * "deflate" as RFC 9110, section 8.4.1.2 defines it (RFC 1950), and as
 * some senders understand it (RFC 1951 alone).  Errors: as above.
 */
int inflate_deflate(struct span in, struct buf *out,
    struct err *err) MUST_CHECK;

#endif
