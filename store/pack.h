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
#include "deletion/deletion.h"
#include "http/exchange.h"

struct buf;
struct err;

#define PACK_BODY_ALONE ((size_t)4096)

/* All that is packed of one exchange, its two heads and small bodies. */
#define PACK_MAX ((size_t)64 << 20)

/* Is this body, which may be absent, one that is stored alone? */
static inline bool
pack_is_alone(struct span body)
{
	return body.len >= PACK_BODY_ALONE;
}

/*
 * Write x into out, which is emptied, with the key unless that is NULL;
 * numbers is where the texts begin.  Errors: ERR_LIMIT.
 */
int pack_exchange(const struct exchange *x, const uint8_t *key, struct buf *out,
    size_t *numbers, struct err *err) MUST_CHECK;

struct packed {
	int version;          /* of the archive that it is from */
	struct span bytes;    /* in the exchange's arena */
	int64_t time;         /* from which times count */
	struct span alone[2]; /* bodies that are stored alone, or absent */
};

/*
 * Read the messages and the number of the exchange, and the key if it has
 * one.  Errors: ERR_CORRUPT.
 */
int pack_read(struct exchange *x, const struct packed *in, uint8_t *key,
    bool *has_key, struct err *err) MUST_CHECK;

/* The key of a deletion that has no other; see obit-archive(5), section 6. */
void pack_key(const struct reading *reading, struct arena *arena, uint8_t *key);

/*
 * The texts of a reading that its exchange repeats, since version 2 each
 * with a line feed behind it.  They stand in front
 * of the compressed bytes, which then need not contain them.
 */
void pack_context(const struct reading *reading, int version, struct buf *out);

#define PACK_CONTEXT_MAX ((size_t)1024)

#endif
