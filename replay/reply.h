/*
 * reply.h - the response side of a client: bytes in, an exchange out.
 *
 * Whatever the other side does, the exchange says what was seen and no more:
 * a response without its end is not complete, and without a whole head there
 * is none, only the reason.
 *
 *	struct reply *r = reply_new(max_body);
 *
 *	reply_begin(r, x);		x has its request
 *	while (reply_feed(r, bytes, now) == REPLY_MORE)
 *		...
 *	reply_end(r, REPLY_CLOSED, now);	if it never was done
 */
#ifndef REPLAY_REPLY_H
#define REPLAY_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct exchange;
struct reply;

#define REPLY_MAX_INTERIM ((size_t)1 << 20) /* bytes of 1xx responses */

enum reply_state {
	REPLY_MORE,
	REPLY_DONE, /* there is nothing more to come for this exchange */
};

/* How a connection ended, or we ended it. */
enum reply_end {
	REPLY_CLOSED, /* the other side said that it sends no more */
	REPLY_RESET,
	REPLY_LATE, /* we waited long enough */
};

struct reply *reply_new(size_t max_body);

/* NULL is allowed. */
void reply_free(struct reply *r);

/* What comes next answers the request of x, which must stay until done. */
void reply_begin(struct reply *r, struct exchange *x);

/*
 * Bytes have come, at this time.  May be called after the end, too: what a
 * server sends unasked is counted as a reason not to use it again.
 */
enum reply_state reply_feed(struct reply *r, struct span bytes, int64_t now);

/* No more bytes will come.  The exchange is finished as far as it goes. */
void reply_end(struct reply *r, enum reply_end how, int64_t now);

/* Has a byte of a response been seen? */
bool reply_has_begun(const struct reply *r);

/* May another request follow on this connection? */
bool reply_keeps_alive(const struct reply *r);

#endif
