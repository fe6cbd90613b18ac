/*
 * vector.h - a file of tests/signatures: what to sign, with what, and the
 * signature that others made of it.  Mistakes end the process.
 */
#ifndef TESTS_LIB_VECTOR_H
#define TESTS_LIB_VECTOR_H

#include "http/exchange.h"
#include "replay/signer.h"
#include "store/store.h"

struct vector {
	struct exchange *x;
	struct entry entry;
	struct request request;
	struct signer signer;
	int64_t time;
	struct span signature;
};

/* Read the text of such a file. */
void vector_read(struct vector *v, struct span all);
void vector_load(struct vector *v, const char *path);
void vector_release(struct vector *v);

#endif
