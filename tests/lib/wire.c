#include "tests/lib/wire.h"

#include "tests/lib/wire_file.h"
#include "tests/lib/wire_frame.h"
#include "tests/lib/wire_segment.h"

/* LINKTYPE_ numbers of tcpdump.org. */
#define ETHERNET                                                               \
	{                                                                      \
		1,                                                             \
		{                                                              \
			WIRE_IP4, WIRE_ETHERNET                                \
		}                                                              \
	}
#define ETHERNET6                                                              \
	{                                                                      \
		1,                                                             \
		{                                                              \
			WIRE_IP6, WIRE_ETHERNET                                \
		}                                                              \
	}
#define RAW_IP                                                                 \
	{                                                                      \
		101,                                                           \
		{                                                              \
			WIRE_IP4                                               \
		}                                                              \
	}
#define TUNNEL(...)                                                            \
	{                                                                      \
		1,                                                             \
		{                                                              \
			WIRE_IP4, __VA_ARGS__, WIRE_ETHERNET                   \
		}                                                              \
	}

#define NANO                                                                   \
	{                                                                      \
		.nano = true                                                   \
	}

struct wire_disguise {
	const char *name;
	enum wire_cut cut;
	enum wire_order order;
	bool wrap;
	struct wire_format format;
	struct wire_link link;
	struct wire_link other; /* every second packet's; number 0: the same */
};

/* One oddity each; the last ones put several together. */
static const struct wire_disguise disguises[] = {
	{ "whole", CUT_WHOLE, .link = ETHERNET },
	{ "mss", CUT_MSS, .link = ETHERNET },
	{ "bytes", CUT_BYTES, .link = ETHERNET },
	{ "random", CUT_RANDOM, .link = ETHERNET },
	{ "shuffled", CUT_RANDOM, ORDER_SHUFFLED, .link = ETHERNET },
	{ "shuffled-bytes", CUT_BYTES, ORDER_SHUFFLED, .link = ETHERNET },
	{ "duplicated", CUT_RANDOM, ORDER_DUPLICATED, .link = ETHERNET },
	{ "overlapping", CUT_RANDOM, ORDER_OVERLAPPING, .link = ETHERNET },
	{ "ack-first", CUT_RANDOM, ORDER_ACK_FIRST, .link = ETHERNET },
	{ "wrap", CUT_RANDOM, .wrap = true, .link = ETHERNET },
	{ "pcap-big", CUT_MSS, .format = { .big = true }, .link = ETHERNET },
	{ "pcap-nano", CUT_MSS, .format = NANO, .link = ETHERNET },
	{ "pcap-nano-big", CUT_MSS, .format = { .nano = true, .big = true },
	    .link = ETHERNET },
	{ "pcapng", CUT_MSS, .format = { .blocks = true }, .link = ETHERNET },
	{ "pcapng-big", CUT_MSS, .format = { .blocks = true, .big = true },
	    .link = ETHERNET },
	{ "pcapng-nano", CUT_MSS, .format = { .blocks = true, .nano = true },
	    .link = ETHERNET },
	{ "pcapng-mixed", CUT_MSS, .format = { .blocks = true },
	    .link = ETHERNET, .other = RAW_IP },
	{ "ipv6", CUT_MSS, .link = ETHERNET6 },
	{ "raw", CUT_MSS, .link = RAW_IP },
	{ "raw-ipv6", CUT_MSS, .link = { 101, { WIRE_IP6 } } },
	{ "link-ipv4", CUT_MSS, .link = { 228, { WIRE_IP4 } } },
	{ "link-ipv6", CUT_MSS, .link = { 229, { WIRE_IP6 } } },
	{ "null", CUT_MSS, .link = { 0, { WIRE_IP4, WIRE_NULL } } },
	{ "null-ipv6", CUT_MSS, .link = { 0, { WIRE_IP6, WIRE_NULL } } },
	{ "loop", CUT_MSS, .link = { 108, { WIRE_IP4, WIRE_LOOP } } },
	{ "ppp", CUT_MSS, .link = { 9, { WIRE_IP4, WIRE_PPP } } },
	{ "sll", CUT_MSS, .link = { 113, { WIRE_IP4, WIRE_SLL } } },
	{ "sll2", CUT_MSS, .link = { 276, { WIRE_IP6, WIRE_SLL2 } } },
	{ "vlan", CUT_MSS, .link = TUNNEL(WIRE_VLAN) },
	{ "qinq", CUT_MSS, .link = TUNNEL(WIRE_VLAN, WIRE_QINQ) },
	{ "mpls", CUT_MSS, .link = TUNNEL(WIRE_MPLS) },
	{ "pppoe", CUT_MSS, .link = TUNNEL(WIRE_PPPOE) },
	{ "gre", CUT_MSS, .link = TUNNEL(WIRE_GRE, WIRE_IP4) },
	{ "gre-bridged", CUT_MSS,
	    .link = TUNNEL(WIRE_ETHERNET, WIRE_GRE, WIRE_IP4) },
	{ "vxlan", CUT_MSS,
	    .link = TUNNEL(WIRE_ETHERNET, WIRE_VXLAN, WIRE_IP4) },
	{ "geneve", CUT_MSS,
	    .link = TUNNEL(WIRE_ETHERNET, WIRE_GENEVE, WIRE_IP4) },
	{ "ip-in-ip", CUT_MSS, .link = TUNNEL(WIRE_IP4) },
	{ "ip-in-ipv6", CUT_MSS, .link = TUNNEL(WIRE_IP6) },
	{ "6in4", CUT_MSS,
	    .link = { 1, { WIRE_IP6, WIRE_IP4, WIRE_ETHERNET } } },
	{ "fragments", CUT_RANDOM,
	    .link = { 1, { WIRE_IP4_FRAGMENTS, WIRE_ETHERNET } } },
	{ "fragments-ipv6", CUT_RANDOM,
	    .link = { 1, { WIRE_IP6_FRAGMENTS, WIRE_ETHERNET } } },
	{ "all-ipv6", CUT_RANDOM, ORDER_SHUFFLED, .wrap = true,
	    .format = { .blocks = true, .nano = true, .big = true },
	    .link = { 1,
		{ WIRE_IP6, WIRE_VLAN, WIRE_ETHERNET, WIRE_VXLAN, WIRE_IP4,
		    WIRE_VLAN, WIRE_ETHERNET } } },
	{ "all-fragments", CUT_RANDOM, ORDER_DUPLICATED, .wrap = true,
	    .format = NANO,
	    .link = { 276, { WIRE_IP4_FRAGMENTS, WIRE_SLL2 } } },
};

const struct wire_disguise *
wire_disguise(size_t number)
{
	return number < ARRAY_LEN(disguises) ? &disguises[number] : NULL;
}

const struct wire_disguise *
wire_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(disguises); i++) {
		if (strcmp(disguises[i].name, name) == 0)
			return &disguises[i];
	}
	return NULL;
}

const char *
wire_name(const struct wire_disguise *d)
{
	return d->name;
}

static int
add_segment(struct buf *out, const struct wire_format *format,
    struct wire_framer *framer, uint32_t interface,
    const struct wire_segment *s, size_t ports, struct err *err)
{
	struct wire_frame frame;
	bool last = false;

	while (!last) {
		last = wire_frame_next(framer, s, ports, &frame);
		if (wire_file_add(out, format, interface, &frame, err) < 0)
			return -1;
	}
	return 0;
}

int
wire_capture(struct buf *out, const struct flow *f,
    const struct wire_disguise *d, uint64_t seed, struct err *err)
{
	const struct wire_plan plan = { d->cut, d->order, d->wrap, seed };
	const struct wire_link *links[] = { &d->link,
		d->other.number != 0 ? &d->other : &d->link };
	const uint16_t numbers[] = { links[0]->number, links[1]->number };
	static const size_t two = ARRAY_LEN(numbers);
	struct wire_segments segments;
	struct wire_framer framer = { .id = 1 };
	int rc;

	wire_segments_make(&segments, f, &plan);
	rc = wire_file_begin(out, &d->format, numbers, two, err);
	for (size_t i = 0; rc == 0 && i < segments.count; i++) {
		const struct wire_segment *s = &segments.all[i];
		size_t ports = f->connections[s->connection].ports;

		framer.link = links[i % two];
		rc = add_segment(out, &d->format, &framer,
		    d->format.blocks ? i % two : 0, s, ports, err);
	}
	wire_segments_release(&segments);
	return rc;
}
