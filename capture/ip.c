/* IPv4 (RFC 791), IPv6 (RFC 8200), and what they carry. */
#include "capture/bytes.h"
#include "capture/fragment.h"
#include "capture/layers.h"

/* https://www.iana.org/assignments/protocol-numbers */
enum {
	IP_HOP_BY_HOP = 0,
	IP_IPV4 = 4,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_IPV6 = 41,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_GRE = 47,
	IP_AUTHENTICATION = 51,
	IP_DESTINATION = 60,
	IP_MOBILITY = 135,
	IP_MPLS = 137,
};

enum { V4_LEN = 20, V6_LEN = 40 };
enum { MORE_FRAGMENTS_V4 = 0x2000, MORE_FRAGMENTS_V6 = 1 };

enum proto
ip_any(struct layers *l)
{
	if (!layers_has(l, 1))
		return layers_end(l, LAYER_CUT);
	switch (l->rest.p[0] >> 4) {
	case 4:
		return PROTO_IPV4;
	case 6:
		return PROTO_IPV6;
	default:
		return layers_end(l, LAYER_BAD);
	}
}

static void
set_addresses(struct layers *l, const uint8_t *src, size_t len)
{
	memset(&l->out->src, 0, sizeof(l->out->src));
	memset(&l->out->dst, 0, sizeof(l->out->dst));
	memcpy(l->out->src.addr, src, len);
	memcpy(l->out->dst.addr, src + len, len);
	l->out->src.v6 = l->out->dst.v6 = len == 16;
	l->joined = false;
}

/* Hold a piece; go on if it completes its datagram. */
static enum proto
add_fragment(struct layers *l, struct fragment *f)
{
	f->time = l->out->time;
	f->src = &l->out->src;
	f->dst = &l->out->dst;
	f->domain = l->out->domain;
	f->protocol = l->type;
	f->bytes = l->rest;
	f->wire_len = l->wire;
	switch (fragments_add(l->fragments, f)) {
	case FRAGMENT_BAD:
		return layers_end(l, LAYER_BAD);
	case FRAGMENT_HELD:
		return layers_end(l, LAYER_FRAGMENT);
	default:
		l->rest = f->bytes;
		l->wire = f->wire_len;
		l->type = f->protocol;
		l->joined = true;
		return layers_of_ip(l);
	}
}

/*
 * The length says where the datagram ends, which cuts off the padding of
 * short Ethernet frames.  A frame shorter than that was cut by the
 * recorder, whatever it says.  Zero is what a sender whose network card
 * does the segmentation (TSO) writes: then the frame says it.
 */
static void
set_length(struct layers *l, size_t len)
{
	if (len == 0)
		return;
	layers_trim(l, len);
	l->wire = len;
}

enum proto
ip_v4(struct layers *l)
{
	const uint8_t *p = l->rest.p;
	size_t header, total;
	uint16_t place;

	if (!layers_has(l, 1))
		return layers_end(l, LAYER_CUT);
	header = (p[0] & 0x0f) * 4u;
	if (p[0] >> 4 != 4 || header < V4_LEN)
		return layers_end(l, LAYER_BAD);
	if (!layers_has(l, V4_LEN))
		return layers_end(l, LAYER_CUT);
	total = be16(p + 2);
	if (total != 0 && total < header)
		return layers_end(l, LAYER_BAD);
	set_length(l, total);
	if (!layers_has(l, header))
		return layers_end(l, LAYER_CUT);
	set_addresses(l, p + 12, 4);
	l->type = p[9];
	place = be16(p + 6);
	layers_skip(l, header);
	if ((place & (MORE_FRAGMENTS_V4 | 0x1fff)) == 0)
		return layers_of_ip(l);
	return add_fragment(l,
	    &(struct fragment){
		.id = be16(p + 4),
		.offset = (place & 0x1fff) * 8u,
		.more = place & MORE_FRAGMENTS_V4,
	    });
}

enum proto
ip_v6(struct layers *l)
{
	const uint8_t *p = l->rest.p;
	size_t len;

	if (!layers_has(l, 1))
		return layers_end(l, LAYER_CUT);
	if (p[0] >> 4 != 6)
		return layers_end(l, LAYER_BAD);
	if (!layers_has(l, V6_LEN))
		return layers_end(l, LAYER_CUT);
	len = be16(p + 4);
	l->type = p[6];
	set_addresses(l, p + 8, 16);
	layers_skip(l, V6_LEN);
	set_length(l, len);
	return layers_of_ip(l);
}

/* The fragment header of IPv6 (RFC 8200, section 4.5). */
static enum proto
v6_fragment(struct layers *l)
{
	const uint8_t *p = l->rest.p;
	uint16_t place = be16(p + 2);

	l->type = p[0];
	layers_skip(l, 8);
	if ((place & (MORE_FRAGMENTS_V6 | 0xfff8)) == 0)
		return layers_of_ip(l);
	return add_fragment(l,
	    &(struct fragment){
		.id = be32(p + 4),
		.offset = place & 0xfff8,
		.more = place & MORE_FRAGMENTS_V6,
	    });
}

/* RFC 8200, section 4; the authentication header is RFC 4302. */
enum proto
ip_v6_extension(struct layers *l)
{
	const uint8_t *p = l->rest.p;
	size_t len;

	if (!layers_has(l, 8))
		return layers_end(l, LAYER_CUT);
	if (l->type == IP_FRAGMENT)
		return v6_fragment(l);
	if (l->type == IP_AUTHENTICATION)
		len = (p[1] + 2u) * 4;
	else
		len = (p[1] + 1u) * 8;
	if (len > l->wire)
		return layers_end(l, LAYER_BAD);
	if (!layers_has(l, len))
		return layers_end(l, LAYER_CUT);
	l->type = p[0];
	layers_skip(l, len);
	return layers_of_ip(l);
}

enum proto
layers_of_ip(struct layers *l)
{
	switch (l->type) {
	case IP_TCP:
		return PROTO_TCP;
	case IP_UDP:
		return PROTO_UDP;
	case IP_GRE:
		return PROTO_GRE;
	case IP_IPV4:
		return layers_enter(l, PROTO_IPV4);
	case IP_IPV6:
		return layers_enter(l, PROTO_IPV6);
	case IP_MPLS:
		return layers_enter(l, PROTO_MPLS);
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_FRAGMENT:
	case IP_AUTHENTICATION:
	case IP_DESTINATION:
	case IP_MOBILITY:
		return PROTO_IPV6_EXTENSION;
	default:
		return layers_end(l, LAYER_OTHER_IP);
	}
}
