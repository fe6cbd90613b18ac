/*
 * answer.h - a recorded response, ready to be written.
 *
 * Holds the bytes as they were on the wire, in one piece, and what a
 * server has to know about them.  Answers are counted: a slow client may
 * still be reading one that the cache has let go.
 *
 * A recorded fault is an answer too: a connection that was reset, a request
 * that nobody answered, a response that ended too soon.  What the recorder
 * failed to see is not: it would be made up.
 */
#ifndef REPLAY_ANSWER_H
#define REPLAY_ANSWER_H

#include "base/base.h"
#include "base/span.h"

struct answers;
struct arena;
struct entry;
struct err;
struct exchange;
struct store;

/* What becomes of the connection. */
enum ending {
	ENDING_KEEP,    /* the next request may follow */
	ENDING_CLOSE,   /* it is closed */
	ENDING_RESET,   /* it is reset */
	ENDING_SILENCE, /* nothing more comes, and it stays open */
};

struct answer {
	uint64_t id;
	struct span interim; /* 1xx responses; often empty */
	struct span final;   /* the response: head and body; empty if none */
	size_t head_len;     /* of the final response */
	int status;          /* 0: there is none */
	bool chunked;        /* HTTP/1.0 clients need it in another frame */
	bool cut;            /* it ends before its announced end */
	bool purged;         /* its body is gone: it is not to be sent */
	enum ending ending;
	int64_t delay_ns; /* from the request's last byte to its first */
};

/* Where somebody got an answer the last time; zeroed at first. */
struct answer_place {
	const struct answer *answer;
	uint64_t age; /* of the cache, then */
};

/*
 * Can x be served: is all of it there, as it was on the wire, or is what
 * is missing a fault that was recorded?  With incomplete, a response with
 * holes, which are zeros, or without a whole request will do.  One of which
 * the body was purged keeps its place among the others.
 */
bool answer_exists(const struct exchange *x, bool incomplete);

/*
 * Keep this many bytes of answers ready.  The store must outlive the
 * cache.  incomplete as above.
 */
struct answers *answers_new(struct store *store, bool incomplete, size_t bytes);

/* Every answer must have been released.  NULL is allowed. */
void answers_free(struct answers *a);

/*
 * Get the answer of exchange id, which must have one.  Release it with
 * answer_release().  Looks at place first, and notes it there; NULL is
 * allowed.  Errors: those of store_get(), ERR_CORRUPT.
 */
int answers_get(struct answers *a, uint64_t id, struct answer_place *place,
    const struct answer **out, struct err *err) MUST_CHECK;

/* An exchange that was read anyway and will be asked for: keep it ready. */
void answers_offer(struct answers *a, const struct entry *e);

/* answer_exists() as this cache was told. */
bool answers_has(const struct answers *a, const struct exchange *x);

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
 * and trailers.  One that is cut announces a byte more than it has.
 * Errors: ERR_FORMAT.
 */
int answer_unchunk(const struct answer *answer, struct arena *arena,
    struct span *out, struct err *err) MUST_CHECK;

#endif
