/*
 * proof.h - that one exchange belongs to an archive, as a text that can be
 * checked without the archive (C2SP tlog-proof):
 *
 *	c2sp.org/tlog-proof@v1
 *	extra base64(encoding of the exchange, leaf.h)
 *	index N
 *	base64(hash)		any number of times, the sibling first
 *
 *	checkpoint
 *
 * The checkpoint is a signed note, or its text alone.
 */
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include "base/base.h"
#include "base/buf.h"
#include "store/checkpoint.h"

struct err;
struct inclusion;

/* No proof is longer. */
#define PROOF_MAX ((size_t)192 << 20)

/* Append a proof to out.  Errors: ERR_LIMIT. */
int proof_add(struct buf *out, struct span encoding, const struct inclusion *in,
    struct span checkpoint, struct err *err) MUST_CHECK;

struct proof {
	struct buf encoding;
	uint64_t index;
	struct buf hashes;
	struct span checkpoint; /* a note or its text, in what was read */
};

/* Read a proof.  Errors: ERR_FORMAT, ERR_LIMIT.  Release it even then. */
int proof_read(struct proof *p, struct span text, struct err *err) MUST_CHECK;
void proof_release(struct proof *p);

/* Does it show that the exchange is in the tree of that checkpoint? */
bool proof_is_good(const struct proof *p, const struct checkpoint *c);

/* What it is about. */
struct proof_subject {
	uint64_t id;
	struct span head; /* of the request, within the proof; or absent */
	int64_t time;     /* of its first byte */
};

/* Errors: ERR_FORMAT if the encoding is not that of an exchange. */
int proof_subject(struct proof_subject *out, const struct proof *p,
    struct err *err) MUST_CHECK;

#endif
