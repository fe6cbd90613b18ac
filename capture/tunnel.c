/* What carries other packets inside IP: GRE, VXLAN, GENEVE. */
#include "capture/bytes.h"
#include "capture/layers.h"

enum {
	PORT_VXLAN = 4789,
	PORT_VXLAN_OLD = 8472, /* the default of Linux */
	PORT_GENEVE = 6081,
};

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080, /* version 1 only */
	GRE_VERSION = 0x0007,
};

enum { UDP_LEN = 8, VXLAN_LEN = 8, GENEVE_LEN = 8 };

/*
 * RFC 2784 and 2890, and version 1 of RFC 2637 (PPTP).  Source routes
 * were never deployed and are not read.
 */
enum proto
tunnel_gre(struct layers *l)
{
	size_t len = 4;
	uint16_t flags;

	if (!layers_has(l, 4))
		return layers_end(l, LAYER_CUT);
	flags = be16(l->rest.p);
	l->type = be16(l->rest.p + 2);
	if ((flags & GRE_VERSION) > 1 || flags & GRE_ROUTING)
		return layers_end(l, LAYER_OTHER_IP);
	len += flags & GRE_CHECKSUM ? 4 : 0;
	len += flags & GRE_KEY ? 4 : 0;
	len += flags & GRE_SEQUENCE ? 4 : 0;
	if ((flags & GRE_VERSION) == 1)
		len += flags & GRE_ACK ? 4 : 0;
	if (!layers_has(l, len))
		return layers_end(l, LAYER_CUT);
	layers_skip(l, len);
	return layers_enter(l, layers_of_ethertype(l));
}

/* Only tunnels are looked into, known by the port they are sent to. */
enum proto
tunnel_udp(struct layers *l)
{
	uint16_t port, len;

	if (!layers_has(l, UDP_LEN))
		return layers_end(l, LAYER_CUT);
	port = be16(l->rest.p + 2);
	len = be16(l->rest.p + 4);
	if (len != 0 && len < UDP_LEN)
		return layers_end(l, LAYER_BAD);
	layers_skip(l, UDP_LEN);
	if (len != 0)
		layers_trim(l, len - UDP_LEN);
	switch (port) {
	case PORT_VXLAN:
	case PORT_VXLAN_OLD:
		return PROTO_VXLAN;
	case PORT_GENEVE:
		return PROTO_GENEVE;
	default:
		return layers_end(l, LAYER_OTHER_IP);
	}
}

/* RFC 7348, section 5; without the I flag it is something else. */
enum proto
tunnel_vxlan(struct layers *l)
{
	if (!layers_has(l, VXLAN_LEN))
		return layers_end(l, LAYER_CUT);
	if ((l->rest.p[0] & 0x08) == 0)
		return layers_end(l, LAYER_OTHER_IP);
	l->out->domain = be24(l->rest.p + 4) + 1;
	layers_skip(l, VXLAN_LEN);
	return layers_enter(l, PROTO_ETHERNET);
}

/* RFC 8926, section 3.4. */
enum proto
tunnel_geneve(struct layers *l)
{
	size_t len;

	if (!layers_has(l, GENEVE_LEN))
		return layers_end(l, LAYER_CUT);
	if (l->rest.p[0] >> 6 != 0)
		return layers_end(l, LAYER_OTHER_IP);
	len = GENEVE_LEN + (l->rest.p[0] & 0x3f) * 4u;
	if (!layers_has(l, len))
		return layers_end(l, LAYER_CUT);
	l->type = be16(l->rest.p + 2);
	l->out->domain = be24(l->rest.p + 4) + 1;
	layers_skip(l, len);
	return layers_enter(l, layers_of_ethertype(l));
}
