/*
 * base64.h - base64 with padding (RFC 4648, section 4).
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdio.h>

#include "base/base.h"
#include "base/span.h"

struct buf;
struct err;

/* Write data in base64; write errors stay in the stream. */
void base64_write(FILE *out, struct span data);

/* Append data in base64 to b. */
int base64_add(struct buf *b, struct span data, struct err *err) MUST_CHECK;

/*
 * Append what text stands for to b.  Errors: ERR_FORMAT for anything but
 * the one way in which base64_add() writes those bytes, ERR_LIMIT.
 */
int base64_read(struct buf *b, struct span text, struct err *err) MUST_CHECK;

#endif
