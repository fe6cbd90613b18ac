/*
 * stream.h - one direction of a TCP connection, put in order.
 *
 * Segments go in as they were captured; bytes come out in order, once, and
 * straight from the packet where they arrive in order.  Where bytes are
 * missing for good a gap comes out instead.  Positions are 64-bit and count
 * on where sequence numbers wrap.
 *
 * A gap is declared only when the peer has acknowledged past the hole and
 * STREAM_GRACE further packets of the connection have passed, because taps
 * show acknowledgements before the data; or at the end of the input; or
 * when more than STREAM_MAX_HELD bytes wait behind the hole, as they do
 * where only one direction was captured and nothing is ever acknowledged.
 *
 * A receiver may let bytes wait for the other direction, whose bytes wait for
 * these if one of them is a later copy: after as many packets, or at the end,
 * one of them goes on.
 */
#ifndef CAPTURE_STREAM_H
#define CAPTURE_STREAM_H

#include "capture/packet.h"

struct budget;
struct queued;

#define STREAM_GRACE    24 /* packets of the connection */
#define STREAM_MAX_HELD ((size_t)1 << 20)
#define STREAM_START    ((uint64_t)1 << 32) /* position seen first */

/* Bytes that are next in their direction. */
struct piece {
	int64_t time;
	uint64_t position;
	uint64_t ack; /* position in the other direction; 0: unknown */
	struct span bytes;
	uint64_t cut;  /* bytes after these that the snap length removed */
	bool conflict; /* a later copy had different bytes */
};

struct stream_events {
	/*
	 * May bytes that acknowledge the other direction up to here be
	 * delivered?  What is refused is asked again after the next packet.
	 */
	bool (*ready)(void *ctx, uint64_t ack);
	void (*data)(void *ctx, const struct piece *p);
	/* len bytes from position on were never captured. */
	void (*gap)(void *ctx, uint64_t position, uint64_t len, bool snapped);
	/* Bytes that were delivered before came again. */
	void (*again)(void *ctx, uint64_t position, struct span bytes);
};

struct stream {
	const struct stream_events *events;
	void *ctx;
	struct queued *queue; /* sorted, without overlaps; owned */
	uint64_t first;       /* position of the first byte */
	uint64_t next;        /* of the next byte to deliver */
	uint64_t acked;       /* by the peer; 0: nothing */
	uint64_t end;         /* where FIN stands; 0: not seen */
	uint32_t next_seq;    /* sequence number of next */
	uint32_t first_seq;   /* of the first byte */
	uint32_t waited;      /* packets since the hole was acknowledged */
	bool started;         /* next is known */
	bool syn;             /* from its SYN */
	bool sent;            /* a segment with bytes was taken */
	bool begun;           /* something was delivered */
	bool unfinished;      /* FIN cannot come next: set by the receiver */
	struct budget *budget;
	size_t held;     /* bytes in the queue, as the budget has them */
	uint64_t unseen; /* bytes in gaps */
};

#define STREAM_INIT(e, c, b)                                                   \
	((struct stream){ .events = (e), .ctx = (c), .budget = (b) })

/* Set the first sequence number, unless it is known. */
void stream_start(struct stream *s, uint32_t seq);

/* The position of a sequence number near the current one; 0 if unknown. */
static inline uint64_t
stream_position(const struct stream *s, uint32_t seq)
{
	int64_t delta = (int32_t)(seq - s->next_seq);

	return s->started ? (uint64_t)((int64_t)s->next + delta) : 0;
}

/* Take a segment of this direction; ack is a position in the other. */
void stream_add(struct stream *s, const struct segment *seg, uint64_t ack);

/*
 * The peer acknowledges everything before this sequence number.  latest: no
 * later byte of the peer was seen.  Then this is believed also where far more
 * was acknowledged before: by a packet of another connection.
 */
void stream_acked(struct stream *s, uint32_t seq, bool latest);

/* Deliver what has become ready.  Return whether anything was. */
bool stream_drain(struct stream *s);

/*
 * The first of what is queued, if nothing is missing before it: it waits for
 * the other direction.  Else NULL.
 */
const struct piece *stream_waiting(const struct stream *s);

/* Deliver it, whether it is ready or not. */
void stream_force(struct stream *s);

/*
 * A packet of the connection, of either direction, has passed: declare a
 * gap if it is time to.
 */
void stream_tick(struct stream *s);

/* Declare a gap at the hole before the queue or before what was acked. */
bool stream_skip_hole(struct stream *s);

/* Has everything up to FIN been delivered? */
bool stream_is_over(const struct stream *s);

/* Forget what is queued. */
void stream_release(struct stream *s);

#endif
