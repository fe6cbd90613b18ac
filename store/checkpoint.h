/*
 * checkpoint.h - the head of a tree as a text that can be signed (C2SP
 * tlog-checkpoint):
 *
 *	origin
 *	size
 *	base64(root)
 *
 * Further lines are allowed and ignored.
 */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "base/base.h"
#include "http/digest.h"

struct buf;
struct err;

struct checkpoint {
	struct span origin;
	uint64_t size;
	uint8_t root[DIGEST_SIZE];
};

/* Append the text.  Errors: ERR_USAGE for the origin, ERR_LIMIT. */
int checkpoint_add(const struct checkpoint *c, struct buf *out,
    struct err *err) MUST_CHECK;

/* Read the text of a note; the origin is within it.  Errors: ERR_FORMAT. */
int checkpoint_read(struct checkpoint *c, struct span text,
    struct err *err) MUST_CHECK;

/*
 * Read a decimal number without leading zeros that is no larger than the
 * largest int64_t.
 */
bool checkpoint_number(struct span text, uint64_t *out);

#endif
