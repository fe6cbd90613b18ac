/*
 * inclusion.h - that a leaf is in a tree (RFC 9162, section 2.1.3).
 *
 * The path of a leaf is made while all leaves of the tree pass by once, in
 * order, whatever the size of the tree.
 */
#ifndef STORE_INCLUSION_H
#define STORE_INCLUSION_H

#include "base/base.h"
#include "store/merkle.h"

#define INCLUSION_MAX 63 /* sizes fit in an int64_t */

struct inclusion {
	uint64_t index, size;
	size_t count;
	/* Subtrees beside the path, the leaf's sibling first. */
	struct inclusion_step {
		uint64_t from, to;
		uint8_t hash[DIGEST_SIZE];
	} steps[INCLUSION_MAX];
	struct merkle run; /* of the subtree that is passing by */
};

/* index is below size, and size at most INT64_MAX. */
void inclusion_start(struct inclusion *in, uint64_t index, uint64_t size);

/* Take leaf number at; every one from 0 to size - 1, in order. */
void inclusion_pass(struct inclusion *in, uint64_t at,
    const uint8_t leaf[DIGEST_SIZE]);

/* Take a tile of them, which must not hold the leaf at index. */
void inclusion_pass_tile(struct inclusion *in, uint64_t at,
    const uint8_t tile[DIGEST_SIZE]);

/*
 * The root of the tree of that size if the path of hashes belongs to this
 * leaf at index; false if no such path has that length.
 */
bool inclusion_root(uint8_t root[DIGEST_SIZE], const uint8_t leaf[DIGEST_SIZE],
    uint64_t index, uint64_t size, struct span hashes);

#endif
