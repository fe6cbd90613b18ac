/*
 * pack.h - the part of an exchange that is compressed: its messages.
 *
 * Numbers come first, as LEB128, then the texts; obit-archive(5) has the
 * order.  Bodies of PACK_BODY_ALONE bytes and more are left out and named
 * by their row in the table body.
 */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include "base/base.h"
#include "base/span.h"
#include "http/exchange.h"

struct buf;
struct err;
struct reading;

#define PACK_BODY_ALONE ((size_t)4096)

/* All that is packed of one exchange, its two heads and small bodies. */
#define PACK_MAX ((size_t)64 << 20)

/* Is this body, which may be absent, one that is stored alone? */
static inline bool
pack_is_alone(struct span body)
{
	return body.len >= PACK_BODY_ALONE;
}

/* Write x into out, which is emptied first.  Errors: ERR_LIMIT. */
int pack_exchange(const struct exchange *x, struct buf *out,
    struct err *err) MUST_CHECK;

/*
 * Read the messages into x, whose arena takes them; in must be in it.  The
 * bodies that are stored alone are absent or whole, as given.  Times count
 * from base.  Errors: ERR_CORRUPT.
 */
int pack_read(struct exchange *x, struct span in, int64_t base,
    const struct span alone[2], struct err *err) MUST_CHECK;

/*
 * The texts of a reading that its exchange repeats.  They stand in front
 * of the compressed bytes, which then need not contain them.
 */
void pack_context(const struct reading *reading, struct buf *out);

#define PACK_CONTEXT_MAX ((size_t)1024)

#endif
