/*
 * deflate.h - the door to zlib: small pieces against a shared dictionary.
 *
 * Each piece is a raw deflate stream of its own (RFC 1951).  Two things
 * stand in front of it as if they had just been sent: a dictionary, the
 * same for many pieces, and a context of its own, which the reader knows
 * from elsewhere.
 */
#ifndef STORE_DEFLATE_H
#define STORE_DEFLATE_H

#include "base/base.h"
#include "base/span.h"

struct buf;
struct deflater;
struct err;
struct inflater;

/* Windows, as powers of two.  Dictionary and context reach this far. */
enum {
	DEFLATE_SMALL = 13,
	DEFLATE_LARGE = 15,
};

/*
 * A deflater primed with the dictionary, which may be absent.  Its state
 * is copied for each piece, which is why it is kept small: with a window
 * of 15 bits copying costs more than compressing 600 bytes.
 */
struct deflater *deflater_new(struct span dictionary, int window);
void deflater_free(struct deflater *d);

/* Compress in to the end of out.  Errors: ERR_LIMIT. */
int deflater_run(struct deflater *d, struct span context, struct span in,
    struct buf *out, struct err *err) MUST_CHECK;

struct inflater *inflater_new(int window);
void inflater_free(struct inflater *i);

/*
 * Decompress in to exactly len bytes at out.  Errors: ERR_CORRUPT if it is
 * not a stream of just that many.
 */
int inflater_run(struct inflater *i, struct span dictionary,
    struct span context, struct span in, uint8_t *out, size_t len,
    struct err *err) MUST_CHECK;

#endif
