/*
 * rank.h - which requests a response can answer.
 *
 * Requests and responses of a connection correspond one to one and in
 * order (RFC 9112, section 9.3.2), so a response answers exactly one place
 * in the order of requests.  Request number n, as seen, has the rank 2n;
 * 2n - 1 stands for any number of requests, perhaps none, that fell into a
 * gap before it; rank 0 stands for what came before the first.
 *
 * The place of a response is known within two bounds, low and high.  Both
 * follow from what no packet can contradict:
 *
 *  - Order.  It comes after the place of the response before it, by one
 *    where nothing is missing between the two, by one or more otherwise.
 *  - Cause.  A server does not answer what it has not received the first
 *    byte of: the segment with the response's first byte acknowledges it
 *    (RFC 9293, section 3.10.7.4).  And a client has not received, when it
 *    sends a request, any byte of its response.  Where the two contradict
 *    each other, one of the segments is a later copy: the one seen last.
 *
 * Where both bounds are the rank of one request, the pair is proven.
 */
#ifndef CAPTURE_RANK_H
#define CAPTURE_RANK_H

#include "capture/drafts.h"

/* Requests in the order of their numbers, and what is missing of them. */
struct rank_requests {
	struct drafts seen; /* not handed over yet */
	uint64_t count;     /* number of the last one */
	bool lost, begun;   /* of what comes after it, as in struct draft */
	bool counted;       /* some were lost and counted, see ghost.h */
	bool pending;       /* another has begun; its head is not whole */
};

/* Request number n, or NULL: handed over, or not seen. */
struct draft *rank_request(const struct rank_requests *q, uint64_t n);

/* The request of this rank, or NULL: likewise, or it is the rank of a gap. */
struct draft *rank_at(const struct rank_requests *q, uint64_t rank);

/* May a request be missing before number n? */
bool rank_may_hide(const struct rank_requests *q, uint64_t n);

/* The bounds of the next place after those of a response. */
uint64_t rank_after_low(const struct rank_requests *q, uint64_t rank);
uint64_t rank_after_high(const struct rank_requests *q, uint64_t rank);

/* The bounds of the place before. */
uint64_t rank_before_low(const struct rank_requests *q, uint64_t rank);
uint64_t rank_before_high(const struct rank_requests *q, uint64_t rank);

/* The last place that could have caused this response. */
uint64_t rank_caused(const struct rank_requests *q, const struct draft *r);

/* Was another request on its way when this response was sent? */
bool rank_is_overtaken(const struct rank_requests *q, const struct draft *r);

static inline bool
rank_is_request(uint64_t rank)
{
	return rank % 2 == 0;
}

#endif
