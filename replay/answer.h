/*
 * answer.h - a recorded response, ready to be written.
 *
 * Holds the bytes as they were on the wire, in one piece, and what a
 * server has to know about them.  Answers are counted: a slow client may
 * still be reading one that the cache has let go.
 */
#ifndef REPLAY_ANSWER_H
#define REPLAY_ANSWER_H

#include "base/base.h"
#include "base/span.h"

struct answers;
struct arena;
struct err;
struct exchange;
struct store;

#define ANSWERS_BYTES ((size_t)64 << 20) /* of answers kept ready */

struct answer {
	uint64_t id;
	struct span interim; /* 1xx responses; often empty */
	struct span final;   /* the response: head and body */
	size_t head_len;     /* of the final response */
	int status;
	bool chunked; /* HTTP/1.0 clients need it in another frame */
	bool closes;  /* the connection ends with it */
};

/* Can x be served: is all of it there, as it was on the wire? */
bool answer_exists(const struct exchange *x);

/* The store must outlive the cache. */
struct answers *answers_new(struct store *store);

/* Every answer must have been released.  NULL is allowed. */
void answers_free(struct answers *a);

/*
 * Get the answer of exchange id, which must have one.  Release it with
 * answer_release().  Errors: those of store_get(), ERR_CORRUPT.
 */
int answers_get(struct answers *a, uint64_t id, const struct answer **out,
    struct err *err) MUST_CHECK;

void answer_release(const struct answer *answer);

/*
 * The interim responses that this client should see: none if it speaks
 * HTTP/1.0, no 100 unless it waits for one.  Points into the answer, or
 * into the arena.
 */
struct span answer_interim(const struct answer *answer, bool want_continue,
    struct arena *arena);

/*
 * A chunked answer for a client that does not know chunks: the same head
 * with Content-Length for Transfer-Encoding, and the body without framing
 * and trailers.  Errors: ERR_FORMAT.
 */
int answer_unchunk(const struct answer *answer, struct arena *arena,
    struct span *out, struct err *err) MUST_CHECK;

#endif
