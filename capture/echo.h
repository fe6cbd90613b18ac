/*
 * echo.h - a response that names the request which it answers.
 *
 * Many clients give each request an id of its own, in X-Request-Id or in a
 * field whose name ends likewise, and many servers send it back in such a one.
 * Such a response answers that request, whatever was lost around it.
 *
 * This takes for granted that a client which was seen to give every request
 * another id did so with those that were lost.  Only requests in a row, of
 * which none was lost, show that: one that gives the same id to two looks,
 * where one of each two was lost, as if it never did.  Nothing is concluded
 * from ids where one was seen twice, where too few in a row were seen, from a
 * response that a cache may have kept (RFC 9111: one to GET or HEAD, or with
 * Age), or on a connection whose server was seen to name a request that its
 * response cannot answer.
 *
 * Clients that try again keep the id.  So nothing is concluded where a request
 * was lost behind the one that is named and may be what the response answers.
 * Where it was lost before, the client would have tried again while it was owed
 * the answer: what is named then is `inferred`, see narrow.h, unless it is the
 * last of ECHO_ENOUGH ids in a row, since nobody sends so many other requests
 * between.  A response that can only answer what was lost shows the id of that.
 */
#ifndef CAPTURE_ECHO_H
#define CAPTURE_ECHO_H

#include "capture/rank.h"

#define ECHO_RECENT  4 /* ids that a new one is compared with */
#define ECHO_ENOUGH  4 /* in a row that show that they are its habit */
#define ECHO_LEN_MIN 8 /* of an id; shorter ones may be anything */

/* The ids that the client of a connection has used. */
struct echo_ids {
	uint64_t recent[ECHO_RECENT];
	uint32_t count;
	uint8_t row;     /* of different ids, no request lost between; this
			    and draft.row end at ECHO_ENOUGH */
	uint8_t checked; /* responses whose place was certain */
	bool habit;      /* a row was long enough */
	bool unreliable; /* they do not tell requests apart */
};

/*
 * Note the id of a request, before it is added to the others.  after_loss: some
 * may have been lost before it.
 */
void echo_note(struct echo_ids *ids, struct draft *d, const struct head *h,
    bool after_loss);

/*
 * Set the number of the request that this response names.  Learn from it if
 * by its bounds it cannot be the answer.
 */
void echo_find(struct echo_ids *ids, const struct rank_requests *q,
    struct draft *r, const struct head *h);

/*
 * The place of this response is certain: learn whether it names what it
 * answers, or what the id of a request was that was lost.
 */
void echo_check(struct echo_ids *ids, const struct rank_requests *q,
    const struct draft *r, const struct head *h);

static inline bool
echo_wants_check(const struct echo_ids *ids)
{
	return ids->checked < ECHO_ENOUGH && ids->count > 0;
}

/* Is what a response names what it answers? */
static inline bool
echo_is_proof(const struct echo_ids *ids)
{
	return ids->habit && !ids->unreliable;
}

#endif
