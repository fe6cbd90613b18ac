/*
 * wire_segment.h - a conversation as TCP segments, in the order in which
 * a capture shows them.
 */
#ifndef TESTS_LIB_WIRE_SEGMENT_H
#define TESTS_LIB_WIRE_SEGMENT_H

#include "tests/lib/flow.h"

/* How a run of bytes is cut. */
enum wire_cut {
	CUT_WHOLE,  /* one segment, as far as IP allows */
	CUT_MSS,    /* 1,460 bytes each */
	CUT_BYTES,  /* one byte each */
	CUT_RANDOM, /* 1 to 40 bytes each */
};

/* What happens to the segments of one run.  Nothing is lost by it. */
enum wire_order {
	ORDER_SENT,
	ORDER_SHUFFLED,    /* each at most eight places away */
	ORDER_DUPLICATED,  /* some come again a little later */
	ORDER_OVERLAPPING, /* some begin with bytes of the one before */
	ORDER_ACK_FIRST,   /* the ACK was captured before the last ones */
};

struct wire_segment {
	int64_t time; /* ns since 1970 */
	size_t connection;
	enum flow_side side;
	uint32_t seq, ack;
	uint8_t flags;       /* as in the TCP header */
	struct span payload; /* p is NULL where it was not captured */
};

struct wire_segments {
	struct wire_segment *all; /* owned */
	size_t count;
};

struct wire_plan {
	enum wire_cut cut;
	enum wire_order order;
	bool wrap; /* sequence numbers pass 2^32 in the first bytes */
	uint64_t seed;
};

/* Payloads point into the flow.  The same plan gives the same segments. */
void wire_segments_make(struct wire_segments *out, const struct flow *flow,
    const struct wire_plan *plan);
void wire_segments_release(struct wire_segments *s);

#endif
