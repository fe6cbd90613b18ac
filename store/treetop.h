/*
 * treetop.h - the tree as the archive states it.
 */
#ifndef STORE_TREETOP_H
#define STORE_TREETOP_H

#include "base/base.h"
#include "store/merkle.h"

struct db;
struct err;

struct treetop {
	uint64_t size;
	uint8_t root[DIGEST_SIZE];
	struct merkle range; /* of that size */
};

/* Read it; of size 0 if there is none.  Errors: ERR_CORRUPT, ERR_SYSTEM. */
int treetop_load(struct treetop *out, struct db *db,
    struct err *err) MUST_CHECK;

#endif
