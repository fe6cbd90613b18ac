#include "capture/packet.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "capture/bytes.h"
#include "capture/fragment.h"
#include "capture/layers.h"

enum { IP_TCP = 6, TCP_LEN = 20 };

struct decoder {
	struct fragments *fragments; /* owned */
};

struct decoder *
decoder_new(struct budget *budget)
{
	struct decoder *d = xcalloc(1, sizeof(*d));

	d->fragments = fragments_new(budget);
	return d;
}

void
decoder_free(struct decoder *d)
{
	if (d == NULL)
		return;
	fragments_free(d->fragments);
	free(d);
}

/* Add 16-bit words, the last filled up with zero (RFC 1071). */
static uint32_t
add_words(uint32_t sum, const uint8_t *p, size_t n)
{
	for (; n > 1; n -= 2, p += 2)
		sum += be16(p);
	return n > 0 ? sum + ((uint32_t)p[0] << 8) : sum;
}

/*
 * Fragments of two datagrams fit together if a sender uses an id again too
 * soon (RFC 4963); only the checksum of TCP then tells.  It is there: no
 * network card computes it for what was fragmented before.
 */
static bool
is_misjoined(const struct layers *l)
{
	size_t len = l->out->src.v6 ? 16 : 4;
	uint32_t sum = IP_TCP + (uint32_t)l->rest.len;

	if (!l->joined || l->rest.len < l->wire || be16(l->rest.p + 16) == 0)
		return false;
	sum = add_words(sum, l->out->src.addr, len);
	sum = add_words(sum, l->out->dst.addr, len);
	sum = add_words(sum, l->rest.p, l->rest.len);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16) != 0xffff;
}

/* RFC 9293, section 3.1. */
static enum proto
read_tcp(struct layers *l)
{
	const uint8_t *p = l->rest.p;
	struct segment *out = l->out;
	size_t len;

	if (!layers_has(l, TCP_LEN))
		return layers_end(l, LAYER_CUT);
	len = (p[12] >> 4) * 4u;
	if (len < TCP_LEN || len > l->wire || is_misjoined(l))
		return layers_end(l, LAYER_BAD);
	if (!layers_has(l, len))
		return layers_end(l, LAYER_CUT);
	out->src.port = be16(p);
	out->dst.port = be16(p + 2);
	out->seq = be32(p + 4);
	out->ack = be32(p + 8);
	out->flags = p[13];
	layers_skip(l, len);
	out->payload = l->rest;
	out->wire_len = (uint32_t)l->wire;
	return layers_end(l, LAYER_TCP);
}

static enum proto (*const steps[PROTO_COUNT])(struct layers *l) = {
	[PROTO_80211] = link_80211,
	[PROTO_CISCO_HDLC] = link_cisco_hdlc,
	[PROTO_ETHERNET] = link_ethernet,
	[PROTO_GENEVE] = tunnel_geneve,
	[PROTO_GRE] = tunnel_gre,
	[PROTO_IP] = ip_any,
	[PROTO_IPV4] = ip_v4,
	[PROTO_IPV6] = ip_v6,
	[PROTO_IPV6_EXTENSION] = ip_v6_extension,
	[PROTO_LLC] = link_llc,
	[PROTO_LOOPBACK] = link_loopback,
	[PROTO_MPLS] = link_mpls,
	[PROTO_PPP] = link_ppp,
	[PROTO_PPPOE] = link_pppoe,
	[PROTO_SLL] = link_sll,
	[PROTO_SLL2] = link_sll2,
	[PROTO_TCP] = read_tcp,
	[PROTO_UDP] = tunnel_udp,
	[PROTO_VLAN] = link_vlan,
	[PROTO_VXLAN] = tunnel_vxlan,
};

enum layer
decoder_next(struct decoder *d, const struct frame *f, struct segment *out)
{
	struct layers l = {
		.rest = f->bytes,
		.wire = f->wire_len > f->bytes.len ? f->wire_len : f->bytes.len,
		.verdict = LAYER_UNKNOWN_LINK,
		.fragments = d->fragments,
		.out = out,
	};
	enum proto next = link_first(f->link);

	out->time = f->time;
	out->domain = 0;
	fragments_release_done(d->fragments);
	while (next != PROTO_END)
		next = steps[next](&l);
	return l.verdict;
}
