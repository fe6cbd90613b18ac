/*
 * merkle.h - the root of a growing Merkle tree (RFC 9162, section 2.1).
 *
 * Only the roots of the perfect subtrees at the right edge are kept, so a
 * tree of any size takes 2 KiB:
 *
 *	leaf = SHA-256(0x00 || data)
 *	node = SHA-256(0x01 || left || right)
 */
#ifndef STORE_MERKLE_H
#define STORE_MERKLE_H

#include "base/base.h"
#include "http/digest.h"

#define MERKLE_LEAF 0x00
#define MERKLE_NODE 0x01

/* Leaves of a subtree whose root can stand for them. */
#define MERKLE_TILE 256

struct merkle {
	uint64_t size; /* leaves */
	/* One perfect subtree for each bit set in size, the largest first. */
	uint8_t range[64][DIGEST_SIZE];
};

#define MERKLE_INIT ((struct merkle){ 0 })

/* The node above two others; out may be one of them. */
void merkle_join(uint8_t out[DIGEST_SIZE], const uint8_t left[DIGEST_SIZE],
    const uint8_t right[DIGEST_SIZE]);

/* Append a leaf. */
void merkle_add(struct merkle *m, const uint8_t leaf[DIGEST_SIZE]);

/* Append the root of MERKLE_TILE leaves; size must be a multiple of that. */
void merkle_add_tile(struct merkle *m, const uint8_t tile[DIGEST_SIZE]);

/* The tree of the complete tiles, and that of what stands behind them. */
void merkle_cut(const struct merkle *m, struct merkle *tiles,
    struct merkle *rest);

/* The tree of both again. */
void merkle_paste(struct merkle *m, const struct merkle *tiles,
    const struct merkle *rest);

/* The root; of no leaves, the SHA-256 of nothing. */
void merkle_root(const struct merkle *m, uint8_t root[DIGEST_SIZE]);

/* The range as it is stored, and how many hashes that is. */
struct span merkle_range(const struct merkle *m);

/* Go on from a stored range; false if it is not one of that size. */
bool merkle_load(struct merkle *m, uint64_t size, struct span range);

#endif
