/*
 * lookup.h - which exchanges have a match key, a path or a target.
 *
 * A B-tree index would take some 13 bytes for each, in a place of its own
 * for each, which is slow once the tree is large.  Here it is 4 bytes:
 * exchanges are taken together in segments, and their hashes, sorted, are
 * cut into buckets.  A bucket is one row, and those of all segments stand
 * side by side, so that a question reads one short range of rows.
 *
 * What is not in a segment yet is in the table recent, a row for each
 * batch.  Hashes are short: what is found is then looked at.
 */
#ifndef STORE_LOOKUP_H
#define STORE_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct buf;
struct db;
struct err;
struct exchange;
struct reading;

#define LOOKUP_SEGMENT  32768 /* exchanges, at most */
#define LOOKUP_POSTINGS (4 * LOOKUP_SEGMENT)
#define LOOKUP_BUCKETS  512
#define LOOKUP_MIN      4096 /* fewer stay in the table recent */

/* What is hashed in front of the value. */
enum lookup_kind {
	LOOKUP_MATCH = 'M',
	LOOKUP_PATH = 'P',
	LOOKUP_TARGET = 'T',
};

/*
 * The 32 bits of FNV-1a over the kind and the value, of which the highest
 * 25 are kept: nine for the bucket, sixteen for the row.
 */
uint32_t lookup_hash(enum lookup_kind kind, struct span value);

/* Hashes of the exchanges from first on, with their places. */
struct postings {
	uint64_t first;
	uint32_t exchanges;
	size_t count, room, kept; /* kept: those in the table recent */
	uint64_t *at;             /* hash << 16 | exchange - first */
};

#define POSTINGS_INIT ((struct postings){ 0 })
void postings_release(struct postings *p);
void postings_reset(struct postings *p, uint64_t first);

/* Add the next exchange: what it can be looked for by. */
void postings_add(struct postings *p, const struct exchange *x,
    const struct reading *reading);

/* Is the segment complete? */
bool postings_are_full(const struct postings *p);

void postings_sort(struct postings *p);

/* The row of a bucket of sorted postings; *at is where it begins, then where
   it ends. */
void postings_row(const struct postings *p, unsigned bucket, size_t *at,
    struct buf *out);

/* Read the table recent.  Errors: ERR_CORRUPT, ERR_SYSTEM. */
int postings_load(struct postings *p, struct db *db, uint64_t first,
    struct err *err) MUST_CHECK;

/* Add to the table recent what is new since the last time. */
int postings_keep(struct postings *p, struct db *db,
    struct err *err) MUST_CHECK;

/* Make a segment of all of them and begin the next one. */
int postings_seal(struct postings *p, struct db *db,
    struct err *err) MUST_CHECK;

/* Make one row of the table recent of all of them. */
int postings_join(struct postings *p, struct db *db,
    struct err *err) MUST_CHECK;

/*
 * Find at most room exchanges that may have the hash, with ids above after,
 * in their order.  Returns how many, or -1.
 */
int lookup_find(struct db *db, uint32_t hash, uint64_t after, uint64_t *ids,
    int room, struct err *err) MUST_CHECK;

#endif
