/*
 * wire_frame.h - TCP segments as the frames of many kinds of network.
 */
#ifndef TESTS_LIB_WIRE_FRAME_H
#define TESTS_LIB_WIRE_FRAME_H

#include "tests/lib/wire_segment.h"

/* What stands before TCP, from the inside out. */
enum wire_layer {
	WIRE_END,
	WIRE_IP4,
	WIRE_IP4_FRAGMENTS, /* always in two or more */
	WIRE_IP6,
	WIRE_IP6_FRAGMENTS,
	WIRE_VLAN,
	WIRE_QINQ, /* the outer tag of two */
	WIRE_MPLS,
	WIRE_PPPOE,
	WIRE_GRE,
	WIRE_VXLAN,
	WIRE_GENEVE,
	WIRE_ETHERNET,
	WIRE_SLL,
	WIRE_SLL2,
	WIRE_NULL, /* BSD loopback, in the byte order of a small machine */
	WIRE_LOOP, /* OpenBSD loopback, in network order */
	WIRE_PPP,
};

#define WIRE_MAX_LAYERS 8

struct wire_link {
	uint16_t number; /* LINKTYPE_ of tcpdump.org */
	enum wire_layer layers[WIRE_MAX_LAYERS];
};

#define WIRE_FRAME_MAX 65536

struct wire_frame {
	int64_t time;
	struct span bytes; /* valid until the next wire_frame_next() */
	uint32_t wire_len;
};

/* Makes the frames of one segment, one after another. */
struct wire_framer {
	const struct wire_link *link;
	uint16_t id;   /* of the IP datagram; counts up */
	size_t offset; /* of the next fragment */
	uint8_t bytes[WIRE_FRAME_MAX];
};

/*
 * Make the next frame of the segment.  ports numbers the connection whose
 * addresses it uses.  Return true when it was the last one.
 */
bool wire_frame_next(struct wire_framer *w, const struct wire_segment *s,
    size_t ports, struct wire_frame *out);

#endif
