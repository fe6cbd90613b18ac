#include "tests/lib/wire_frame.h"

#include <assert.h>

#define TCP_HEADER    20
#define FRAGMENT_SIZE 24 /* bytes of a datagram in one; a multiple of 8 */

enum {
	PROTO_IP4 = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IP6 = 41,
	PROTO_FRAGMENT = 44,
	PROTO_GRE = 47,
};

enum {
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	TYPE_BRIDGED = 0x6558,
	TYPE_VLAN = 0x8100,
	TYPE_QINQ = 0x88a8,
	TYPE_MPLS = 0x8847,
	TYPE_PPPOE = 0x8864,
};

/* A frame that grows to the front. */
struct draft {
	uint8_t *bytes;
	size_t start, end; /* captured bytes: [start, end) */
	size_t unseen;     /* bytes on the wire behind them */
	uint16_t type;     /* of what the frame holds so far, as EtherType */
	uint8_t proto;     /* the same as IP protocol; 0: it has none */
	enum flow_side side;
	size_t ports;
	uint16_t id;
	uint16_t fragment; /* offset in bytes */
	bool more;         /* fragments follow */
};

static void
put16(uint8_t *p, size_t n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

static void
put32(uint8_t *p, size_t n)
{
	put16(p, n >> 16);
	put16(p + 2, n & 0xffff);
}

static size_t
wire_len(const struct draft *d)
{
	return d->end - d->start + d->unseen;
}

/* len zeroed bytes in front. */
static uint8_t *
prepend(struct draft *d, size_t len)
{
	assert(len <= d->start);
	d->start -= len;
	return memset(d->bytes + d->start, 0, len);
}

static uint32_t
sum_bytes(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (len % 2 != 0)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Client 192.0.2.n talks to server 198.51.100.7 (RFC 5737). */
static void
put_address4(uint8_t *p, const struct draft *d, bool client)
{
	static const uint8_t base[2][4] = { { 192, 0, 2, 10 },
		{ 198, 51, 100, 7 } };

	memcpy(p, base[client ? 0 : 1], 4);
	if (client)
		p[3] = (uint8_t)(p[3] + d->ports);
}

/* 2001:db8::1:n talks to 2001:db8::7 (RFC 3849). */
static void
put_address6(uint8_t *p, const struct draft *d, bool client)
{
	memset(p, 0, 16);
	put32(p, 0x20010db8);
	put32(p + 12, client ? 0x10010 + d->ports : 7);
}

/* The checksum of TCP or UDP over the pseudo header (RFC 9293, 3.1). */
static uint16_t
transport_sum(const struct draft *d, bool v6, uint8_t proto)
{
	uint8_t pseudo[40] = { 0 };
	size_t size = v6 ? 16 : 4;
	bool client = d->side == FLOW_CLIENT;
	uint32_t sum;

	if (v6) {
		put_address6(pseudo, d, client);
		put_address6(pseudo + 16, d, !client);
	} else {
		put_address4(pseudo, d, client);
		put_address4(pseudo + 4, d, !client);
	}
	put32(pseudo + 2 * size, wire_len(d));
	pseudo[2 * size + 7] = proto;
	sum = sum_bytes(0, pseudo, 2 * size + 8);
	sum = sum_bytes(sum, d->bytes + d->start, d->end - d->start);
	return (uint16_t)~sum;
}

static void
add_tcp(struct draft *d, const struct wire_segment *s)
{
	uint8_t *p = prepend(d, TCP_HEADER);
	bool client = d->side == FLOW_CLIENT;
	size_t port = 40000 + d->ports;

	put16(p, client ? port : 80);
	put16(p + 2, client ? 80 : port);
	put32(p + 4, s->seq);
	put32(p + 8, s->ack);
	p[12] = TCP_HEADER / 4 << 4;
	p[13] = s->flags;
	put16(p + 14, 65535);
	d->proto = PROTO_TCP;
}

static void
add_udp(struct draft *d, size_t port)
{
	uint8_t *p = prepend(d, 8);

	put16(p, 49152);
	put16(p + 2, port);
	put16(p + 4, wire_len(d));
	d->proto = PROTO_UDP;
}

static void
add_ip4(struct draft *d)
{
	uint8_t *p = prepend(d, 20);

	p[0] = 0x45;
	put16(p + 2, wire_len(d));
	put16(p + 4, d->id);
	put16(p + 6, d->fragment / 8 | (d->more ? 0x2000 : 0));
	p[8] = 64;
	p[9] = d->proto;
	put_address4(p + 12, d, d->side == FLOW_CLIENT);
	put_address4(p + 16, d, d->side != FLOW_CLIENT);
	put16(p + 10, ~sum_bytes(0, p, 20) & 0xffff);
	d->type = TYPE_IP4;
	d->proto = PROTO_IP4;
}

static void
add_ip6(struct draft *d)
{
	size_t len = wire_len(d);
	uint8_t *p = prepend(d, 40);

	p[0] = 0x60;
	put16(p + 4, len);
	p[6] = d->proto;
	p[7] = 64;
	put_address6(p + 8, d, d->side == FLOW_CLIENT);
	put_address6(p + 24, d, d->side != FLOW_CLIENT);
	d->type = TYPE_IP6;
	d->proto = PROTO_IP6;
}

static void
add_fragment6(struct draft *d)
{
	uint8_t *p = prepend(d, 8);

	p[0] = d->proto;
	put16(p + 2, d->fragment | (d->more ? 1 : 0));
	put32(p + 4, d->id);
	d->proto = PROTO_FRAGMENT;
}

static void
add_ethernet(struct draft *d)
{
	uint8_t *p = prepend(d, 14);

	p[0] = p[6] = 0x02;
	p[5] = d->side == FLOW_CLIENT ? 2 : 1;
	p[11] = d->side == FLOW_CLIENT ? 1 : 2;
	put16(p + 12, d->type);
	d->type = TYPE_BRIDGED;
	d->proto = 0;
}

static void
add_tag(struct draft *d, uint16_t type, uint16_t id)
{
	uint8_t *p = prepend(d, 4);

	put16(p, id);
	put16(p + 2, d->type);
	d->type = type;
}

static void
add_mpls(struct draft *d)
{
	/* Label 1000, bottom of the stack, TTL 64. */
	put32(prepend(d, 4), (size_t)1000 << 12 | 0x100 | 64);
	d->type = TYPE_MPLS;
}

static size_t
ppp_protocol(const struct draft *d)
{
	return d->type == TYPE_IP6 ? 0x57 : 0x21;
}

static void
add_pppoe(struct draft *d)
{
	size_t len = wire_len(d) + 2;
	uint8_t *p = prepend(d, 8);

	p[0] = 0x11;
	put16(p + 2, 1);
	put16(p + 4, len);
	put16(p + 6, ppp_protocol(d));
	d->type = TYPE_PPPOE;
}

static void
add_gre(struct draft *d)
{
	put16(prepend(d, 4) + 2, d->type);
	d->proto = PROTO_GRE;
}

static void
add_vxlan(struct draft *d)
{
	uint8_t *p = prepend(d, 8);

	p[0] = 0x08;
	put32(p + 4, (size_t)42 << 8);
	add_udp(d, 4789);
}

static void
add_geneve(struct draft *d)
{
	uint8_t *p = prepend(d, 8);

	put16(p + 2, d->type);
	put32(p + 4, (size_t)42 << 8);
	add_udp(d, 6081);
}

static void
add_sll(struct draft *d)
{
	uint8_t *p = prepend(d, 16);

	put16(p, d->side == FLOW_CLIENT ? 0 : 4);
	put16(p + 2, 1);
	put16(p + 4, 6);
	p[6] = 0x02;
	put16(p + 14, d->type);
}

static void
add_sll2(struct draft *d)
{
	uint8_t *p = prepend(d, 20);

	put16(p, d->type);
	put32(p + 4, 3);
	put16(p + 8, 1);
	p[10] = d->side == FLOW_CLIENT ? 0 : 4;
	p[11] = 6;
	p[12] = 0x02;
}

static void
add_null(struct draft *d)
{
	prepend(d, 4)[0] = d->type == TYPE_IP6 ? 30 : 2;
}

static void
add_loop(struct draft *d)
{
	prepend(d, 4)[3] = d->type == TYPE_IP6 ? 24 : 2;
}

static void
add_ppp(struct draft *d)
{
	uint8_t *p = prepend(d, 4);

	p[0] = 0xff;
	p[1] = 0x03;
	put16(p + 2, ppp_protocol(d));
}

static void
add_layer(struct draft *d, enum wire_layer layer)
{
	switch (layer) {
	case WIRE_IP6_FRAGMENTS:
		add_fragment6(d);
		add_ip6(d);
		break;
	case WIRE_IP4:
	case WIRE_IP4_FRAGMENTS:
		add_ip4(d);
		break;
	case WIRE_IP6:
		add_ip6(d);
		break;
	case WIRE_VLAN:
		add_tag(d, TYPE_VLAN, 100);
		break;
	case WIRE_QINQ:
		add_tag(d, TYPE_QINQ, 200);
		break;
	case WIRE_MPLS:
		add_mpls(d);
		break;
	case WIRE_PPPOE:
		add_pppoe(d);
		break;
	case WIRE_GRE:
		add_gre(d);
		break;
	case WIRE_VXLAN:
		add_vxlan(d);
		break;
	case WIRE_GENEVE:
		add_geneve(d);
		break;
	case WIRE_ETHERNET:
		add_ethernet(d);
		break;
	case WIRE_SLL:
		add_sll(d);
		break;
	case WIRE_SLL2:
		add_sll2(d);
		break;
	case WIRE_NULL:
		add_null(d);
		break;
	case WIRE_LOOP:
		add_loop(d);
		break;
	case WIRE_PPP:
		add_ppp(d);
		break;
	case WIRE_END:
		break;
	}
}

static void
put_payload(struct draft *d, struct span payload)
{
	if (payload.p == NULL) {
		d->unseen = payload.len;
		return;
	}
	assert(payload.len <= d->start);
	d->start -= payload.len;
	memcpy(d->bytes + d->start, payload.p, payload.len);
}

/* Keep of the datagram what belongs into the fragment at offset. */
static void
cut_fragment(struct draft *d, size_t offset)
{
	size_t len = d->end - d->start;

	d->fragment = (uint16_t)offset;
	d->start += offset;
	if (len - offset > FRAGMENT_SIZE) {
		d->end = d->start + FRAGMENT_SIZE;
		d->more = true;
	}
}

static bool
is_fragmented(const struct wire_link *link)
{
	return link->layers[0] == WIRE_IP4_FRAGMENTS ||
	    link->layers[0] == WIRE_IP6_FRAGMENTS;
}

bool
wire_frame_next(struct wire_framer *w, const struct wire_segment *s,
    size_t ports, struct wire_frame *out)
{
	const enum wire_layer *layer = w->link->layers;
	struct draft d = { .bytes = w->bytes,
		.start = sizeof(w->bytes),
		.end = sizeof(w->bytes),
		.side = s->side,
		.ports = ports,
		.id = w->id };
	bool v6 = *layer == WIRE_IP6 || *layer == WIRE_IP6_FRAGMENTS;

	put_payload(&d, s->payload);
	add_tcp(&d, s);
	put16(d.bytes + d.start + 16, transport_sum(&d, v6, PROTO_TCP));
	if (is_fragmented(w->link) && d.unseen == 0)
		cut_fragment(&d, w->offset);
	for (int i = 0; i < WIRE_MAX_LAYERS && layer[i] != WIRE_END; i++)
		add_layer(&d, layer[i]);
	w->offset = d.more ? w->offset + FRAGMENT_SIZE : 0;
	out->time = s->time;
	out->bytes = span_sub((struct span){ d.bytes, d.end }, d.start, d.end);
	out->wire_len = (uint32_t)wire_len(&d);
	if (!d.more)
		w->id++;
	return !d.more;
}
