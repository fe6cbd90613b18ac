/*
 * prove.h - what a proof of one exchange is made of.
 */
#ifndef STORE_PROVE_H
#define STORE_PROVE_H

#include "store/checkpoint.h"
#include "store/inclusion.h"

struct buf;
struct err;
struct store;

/*
 * Put the encoding of exchange id and its path into the given two.  head
 * is the tree that is meant; with a size of UINT64_MAX it is set to the
 * archive's own.  1; 0 if it cannot be proven, where why says the reason
 * in static words; -1.  Errors: ERR_NOT_FOUND if there is no such
 * exchange, ERR_CORRUPT, ERR_SYSTEM.
 */
int store_prove(struct store *st, uint64_t id, struct checkpoint *head,
    struct buf *encoding, struct inclusion *in, const char **why,
    struct err *err) MUST_CHECK;

#endif
