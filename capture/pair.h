/*
 * pair.h - which response answers which request, and which cannot be told.
 *
 * While every message since the SYNs was seen, counting tells.  Behind a
 * gap, or where the capture began in the middle, the bounds of rank.h say
 * what a response can answer; what they leave open is held until something
 * closes it:
 *
 *  - a later response with a certain place, from which one counts back;
 *  - a response that names its request, see echo.h;
 *  - times that show that the client waits for its answers, see wait.h;
 *  - one request at a time: where each was seen from the first one on, and
 *    each was sent when more had come than for the one before, no two were
 *    ever under way, but for one sent in the middle of a response.
 *
 * What remains open is `ambiguous`.  An acknowledgement alone would prove
 * nothing: a client that keeps two requests under way looks, from any point
 * after the first, as one that keeps one, but for the shift of every answer.
 * Nor does the end: a client may close and give up what it is owed, and
 * most servers then drop it without a word.
 *
 * Requests that were lost are counted where that can be done, see ghost.h.
 * What looks like a response behind a gap may be text in a body, see inside.h.
 *
 * Taken for granted: a server answers in order and at most once (RFC 9112,
 * section 9.3.2); what begins where a response ended, is longer than any
 * bare interim response and was not asked for by Expect is a final one.  408
 * may be sent to a client that is silent (RFC 9110, section 15.5.9): it
 * answers what is next where all was seen, and proves nothing elsewhere.
 */
#ifndef CAPTURE_PAIR_H
#define CAPTURE_PAIR_H

#include "capture/echo.h"
#include "capture/stream.h"

#define PAIR_FIRST_LOOK     16   /* held responses: then at twice as many */
#define PAIR_MAX_HELD       1024 /* responses */
#define PAIR_MAX_HELD_BYTES ((size_t)4 << 20) /* of them */

/* What every exchange of a connection has in common. */
struct pair_facts {
	uint64_t connection;
	struct endpoint client, server;
	bool midstream; /* not seen from both SYNs on */
	bool reset;     /* RST was seen */
};

struct pair {
	struct outlet *outlet;
	const struct pair_facts *facts;
	struct rank_requests requests; /* owned */
	struct drafts held;            /* responses in doubt; owned */
	struct draft *stray;           /* one that answers none; owned */
	struct echo_ids ids;           /* of requests */
	struct bounds last;            /* of the last response */
	struct bounds before;          /* of the one before it */
	uint64_t tunnel_from; /* requests after this one are in a tunnel */
	uint64_t last_ack;    /* of the last request */
	uint64_t answered;    /* position behind what has come of responses */
	uint64_t answer_end;  /* behind the last response; 0: unknown */
	uint64_t tail;        /* the last bytes before `answered` */
	uint64_t
	    request_end;   /* behind what is known of the last request, or 0 */
	uint64_t shortest; /* head of a request */
	uint64_t sure;     /* place of the last response that was certain */
	uint32_t measured; /* heads of requests */
	uint32_t strays;   /* responses certain to answer what was lost last */
	uint64_t early;    /* what one acknowledged before any request came */
	uint64_t doubted_name; /* see inside.h: the last that one named, or 0 */
	uint64_t headless;    /* requests that count, and may be answered yet */
	uint64_t headless_at; /* number of the request before the last one */
	bool lost, begun;     /* of responses: as in struct draft */
	bool unsure;          /* where the last response ended */
	bool open_end;        /* it was cut, or is text: its body may go on */
	bool open_chunks;     /* it is chunked, and was cut */
	bool endless; /* nothing but the end of the connection ends one */
	bool doubted; /* it is suspect, see inside.h */
	bool expects; /* interim responses are likely */
	bool heads;   /* a request was HEAD */
	bool joined;  /* in the middle; nothing was certain since */
	bool several; /* it had more than one request under way */
	bool piped;   /* nor does it wait before it sends more */
};

#define PAIR_INIT(o, f)                                                        \
	((struct pair){ .outlet = (o),                                         \
	    .facts = (f),                                                      \
	    .answer_end = STREAM_START,                                        \
	    .tunnel_from = UINT64_MAX })

/* The connection began before the capture: what came before is not known. */
void pair_join(struct pair *p);

/* A request has begun.  Its head will come, or pair_lost() be told. */
static inline void
pair_begin(struct pair *p)
{
	p->requests.pending = true;
}

/* Take a request whose head has come; asks whether it is wanted. */
void pair_request(struct pair *p, struct draft *d, const struct head *h);

/*
 * Take a response whose head has come and decide whether it is kept.
 * Return the request that it is most likely to answer, or NULL: good
 * enough to frame it, and checked again before it becomes a pair.
 */
const struct draft *pair_response(struct pair *p, struct draft *d,
    const struct head *h);

/* Where the response in progress ends is not certain. */
static inline void
pair_doubt(struct pair *p)
{
	p->unsure = true;
}

/*
 * The body of the last response was cut, and nothing tells where it ends;
 * endless: but for the end of the connection.
 */
static inline void
pair_open_end(struct pair *p, bool endless)
{
	p->open_end = true;
	p->open_chunks |= !endless;
	p->endless |= endless && !p->doubted && !p->unsure;
}

/* Was this client never seen to have more than one request under way? */
static inline bool
pair_takes_turns(const struct pair *p)
{
	return !p->piped && !p->several && !p->joined;
}

/* A message that was taken has ended: hand over what is finished. */
void pair_ended(struct pair *p);

/* The server has sent an interim response. */
void pair_interim(struct pair *p);

/*
 * len bytes of this side, between two messages, are not known; 0: bytes
 * that were passed over.  begun: a message began with the first of them.
 */
void pair_lost(struct pair *p, enum head_side side, uint64_t len, bool begun);

/*
 * A request was seen, and counts, but its head will never be whole.  begun: as
 * in pair_lost().
 */
void pair_lost_head(struct pair *p, bool begun);

/* Bytes of this side came again: let every message that is kept compare. */
void pair_again(struct pair *p, enum head_side side, uint64_t position,
    struct span bytes);

/*
 * A response began, but its head will never be whole, because of a flaw; it is
 * known to go on for len bytes.  class: the first digit of its status; 0: not
 * known.
 */
void pair_cut(struct pair *p, uint64_t len, enum flaw why, int class);

/*
 * No more messages will come.  why: REASON_NONE, or what to say of requests
 * that are still waiting.
 */
void pair_flush(struct pair *p, enum reason why);

#endif
