/*
 * pair.h - which response answers which request, and which cannot be told.
 *
 * Never guesses.  While a connection is clean, seen from both SYNs on and
 * without a gap, responses answer requests first in, first out.  Otherwise
 * the acknowledgement number of the segment that carries a response's
 * first byte says which requests the server had seen: a response with
 * ACK = A answers one of those that end in (previous A, A].  Within such a
 * window pairs are made only where counting from one of its ends reaches
 * them without crossing a gap.
 */
#ifndef CAPTURE_PAIR_H
#define CAPTURE_PAIR_H

#include "capture/draft.h"

/* What every exchange of a connection has in common. */
struct pair_facts {
	uint64_t connection;
	struct endpoint client, server;
	bool midstream; /* not seen from both SYNs on */
	bool reset;     /* RST was seen */
};

struct pair_queue {
	struct draft *first;
	struct draft *last;
};

struct pair {
	struct outlet *outlet;
	const struct pair_facts *facts;
	struct pair_queue requests;  /* not handed over yet; owned */
	struct pair_queue responses; /* of the open window; owned */
	uint64_t request_count;
	uint64_t tunnel_from; /* requests after this one are in a tunnel */
	bool clean;
	bool synced;  /* at the start of the window all was accounted for */
	bool lost[2]; /* by enum head_side: a gap since the last message */
};

#define PAIR_INIT(o, f)                                                        \
	((struct pair){ .outlet = (o),                                         \
	    .facts = (f),                                                      \
	    .clean = true,                                                     \
	    .synced = true,                                                    \
	    .tunnel_from = UINT64_MAX })

/* The connection began before the capture: what came before is not known. */
void pair_join(struct pair *p);

/* Take a request whose head has come; asks whether it is wanted. */
void pair_request(struct pair *p, struct draft *d, const struct head *h);

/*
 * Take a response whose head has come and decide whether it is kept.
 * Return the request that it is most likely to answer, or NULL: good
 * enough to frame it, and checked again before it becomes a pair.
 */
const struct draft *pair_response(struct pair *p, struct draft *d);

/* A message that was taken has ended: hand over what is finished. */
void pair_ended(struct pair *p);

/* Bytes between two messages of this side are not known. */
void pair_lost(struct pair *p, enum head_side side);

/* Bytes of this side came again: let every message that is kept compare. */
void pair_again(struct pair *p, enum head_side side, uint64_t position,
    struct span bytes);

/* A response began, but its head will never be whole, because of a flaw. */
void pair_cut(struct pair *p, enum flaw why);

/*
 * No more messages will come.  whole: the end of the responses was seen,
 * so that none is missing after the last.  why: REASON_NONE, or what to
 * say of requests that are still waiting.
 */
void pair_flush(struct pair *p, bool whole, enum reason why);

#endif
