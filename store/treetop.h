/*
 * treetop.h - the tree as the archive states it, and how it grows.
 *
 * The leaves themselves are not stored: they follow from the contents.
 * The roots of subtrees of TILE leaves are, so that a proof needs only the
 * contents of one of them.
 */
#ifndef STORE_TREETOP_H
#define STORE_TREETOP_H

#include "base/base.h"
#include "store/merkle.h"

struct db;
struct err;

#define TILE MERKLE_TILE

struct treetop {
	uint64_t size;
	uint8_t root[DIGEST_SIZE];
	struct merkle range; /* as read, or as stored last, and so the root */
	struct merkle tiles; /* of what makes complete tiles by now */
	struct merkle tile;  /* of the leaves that make none yet */
	uint64_t bytes;      /* of all messages, as they are packed */
};

/* Read it; of size 0 if there is none.  Errors: ERR_CORRUPT, ERR_SYSTEM. */
int treetop_load(struct treetop *out, struct db *db,
    struct err *err) MUST_CHECK;

/* The same of version 1. */
int treetop_load_old(struct treetop *out, struct db *db,
    struct err *err) MUST_CHECK;

/* Append a leaf, and store the tile that it completes. */
int treetop_add(struct treetop *top, struct db *db,
    const uint8_t leaf[DIGEST_SIZE], struct err *err) MUST_CHECK;

/* State what it is now; root is set. */
int treetop_store(struct treetop *top, struct db *db,
    struct err *err) MUST_CHECK;

/* The root of tile number, from 0: 1, or 0 if there is none. */
int treetop_tile(struct db *db, uint64_t number, uint8_t hash[DIGEST_SIZE],
    struct err *err) MUST_CHECK;

#endif
