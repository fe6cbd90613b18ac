/*
 * index_check.h - is everything found by what it can be looked for?
 *
 * The tables segment, lookup, recent and operation follow from the
 * exchanges.  They are made again while those pass by, and compared.
 */
#ifndef STORE_INDEX_CHECK_H
#define STORE_INDEX_CHECK_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/lookup.h"
#include "store/verify.h"

struct db;
struct entry;

struct index_check {
	struct db *db;
	struct postings postings; /* of the segment that is passing by */
	uint32_t expected;        /* exchanges in it; 0: it is no segment */
	struct buf row;
	uint64_t segments, rows; /* that were found to be good */
	/* Operations of the stretch of exchanges that is passing by. */
	uint64_t stretch;
	struct span operations[256];
	size_t operation_count;
	struct arena arena;
	uint64_t operation_rows;
};

void index_check_init(struct index_check *c, struct db *db);
void index_check_release(struct index_check *c);

/* Take the next exchange.  Errors: ERR_SYSTEM, ERR_CORRUPT. */
int index_check_add(struct index_check *c, const struct entry *e,
    struct verification *out, struct err *err) MUST_CHECK;

/* All were taken. */
int index_check_end(struct index_check *c, struct verification *out,
    struct err *err) MUST_CHECK;

#endif
