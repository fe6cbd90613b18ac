/*
 * sent.h - the journal of what was sent again, in the archive of results.
 *
 * Before the first byte of a destructive request its intent is committed;
 * afterwards what came of it, as an exchange of its own.  An intent without
 * an exchange means: it may have been sent, and nobody knows what came of
 * it.  There is at most one row for each source, so no two runs can intend
 * the same.
 *
 * Needs a store opened with STORE_APPEND, with an open recording; the rows
 * belong to the open batch as those of store_add() do.
 */
#ifndef STORE_SENT_H
#define STORE_SENT_H

#include "base/base.h"
#include "http/digest.h"

struct arena;
struct err;
struct store;

/* What a recording is the replay of. */
struct replay {
	uint64_t recording;
	uint8_t plan[DIGEST_SIZE];
	uint8_t root[DIGEST_SIZE]; /* of the archive that was sent */
	uint64_t size;             /* of its tree */
	struct span target;        /* "http://host:port" */
};

/* Say what the open recording is. */
int store_replay_add(struct store *st, const struct replay *r,
    struct err *err) MUST_CHECK;

/* The first one of the archive; 1, or 0 if there is none, or -1. */
int store_replay_get(struct store *st, struct arena *arena, struct replay *out,
    struct err *err) MUST_CHECK;

/* Source is about to be sent.  Errors: ERR_EXISTS if it was before. */
int store_intend(struct store *st, uint64_t source, int64_t time,
    struct err *err) MUST_CHECK;

/* Not a byte of it was sent after all. */
int store_forget(struct store *st, uint64_t source, struct err *err) MUST_CHECK;

/* What came of source, which was intended or only reads, is exchange. */
int store_settle(struct store *st, uint64_t source, int64_t time,
    uint64_t exchange, struct err *err) MUST_CHECK;

/* One row; exchange is 0 if nobody knows. */
struct sent {
	uint64_t source, exchange;
	int64_t time; /* of the intent */
};

/* The first row of a source above this one; 1, 0 or -1. */
int store_sent_next(struct store *st, uint64_t above, struct sent *out,
    struct err *err) MUST_CHECK;

/*
 * Say of the open recording of another archive what this one says of
 * recording id, where what came of it has the same numbers.
 */
int store_sent_copy(struct store *st, uint64_t id, struct store *to,
    struct err *err) MUST_CHECK;

#endif
