#include "capture/packet.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "capture/bytes.h"
#include "capture/fragment.h"
#include "capture/layers.h"

enum { TCP_LEN = 20 };

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
	if (len < TCP_LEN || len > l->wire)
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
	[PROTO_ETHERTYPE] = link_ethertype,
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
	[PROTO_TRANSPORT] = ip_transport,
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
