/* Link layers, and the tags that stand between them and IP. */
#include "capture/bytes.h"
#include "capture/layers.h"

/* https://www.tcpdump.org/linktypes.html */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_RAW = 101,
	LINK_80211 = 105,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};

enum {
	TYPE_802_3_MAX = 1500, /* up to here it is a length */
	TYPE_LINUX_802_3 = 1,
	TYPE_LINUX_802_2 = 4,
	TYPE_IPV4 = 0x0800,
	TYPE_ETHERNET = 0x6558,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_PPP = 0x880b,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_PPPOE_SESSION = 0x8864,
	TYPE_QINQ = 0x88a8,
	TYPE_QINQ_OLD = 0x9100,
	TYPE_QINQ_OLD2 = 0x9200,
};

enum {
	ETHERNET_LEN = 14,
	SLL_LEN = 16,
	SLL2_LEN = 20,
};

enum proto
link_first(uint16_t link)
{
	switch (link) {
	case LINK_ETHERNET:
		return PROTO_ETHERNET;
	case LINK_NULL:
	case LINK_LOOP:
		return PROTO_LOOPBACK;
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return PROTO_PPP;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
		return PROTO_IP;
	case LINK_80211:
		return PROTO_80211;
	case LINK_SLL:
		return PROTO_SLL;
	case LINK_SLL2:
		return PROTO_SLL2;
	case LINK_IPV4:
		return PROTO_IPV4;
	case LINK_IPV6:
		return PROTO_IPV6;
	default:
		return PROTO_END;
	}
}

enum proto
layers_of_ethertype(struct layers *l)
{
	switch (l->type) {
	case TYPE_IPV4:
		return PROTO_IPV4;
	case TYPE_IPV6:
		return PROTO_IPV6;
	case TYPE_VLAN:
	case TYPE_QINQ:
	case TYPE_QINQ_OLD:
	case TYPE_QINQ_OLD2:
		return PROTO_VLAN;
	case TYPE_MPLS:
	case TYPE_MPLS_MULTICAST:
		return PROTO_MPLS;
	case TYPE_PPPOE_SESSION:
		return PROTO_PPPOE;
	case TYPE_PPP:
		return PROTO_PPP;
	case TYPE_ETHERNET:
		return PROTO_ETHERNET;
	default:
		return layers_end(l, LAYER_NOT_IP);
	}
}

enum proto
link_ethernet(struct layers *l)
{
	if (!layers_has(l, ETHERNET_LEN))
		return layers_end(l, LAYER_CUT);
	l->type = be16(l->rest.p + 12);
	layers_skip(l, ETHERNET_LEN);
	if (l->type > TYPE_802_3_MAX)
		return layers_of_ethertype(l);
	layers_trim(l, l->type);
	return PROTO_LLC;
}

enum proto
link_vlan(struct layers *l)
{
	if (!layers_has(l, 4))
		return layers_end(l, LAYER_CUT);
	l->type = be16(l->rest.p + 2);
	layers_skip(l, 4);
	if (l->type > TYPE_802_3_MAX)
		return layers_of_ethertype(l);
	layers_trim(l, l->type);
	return PROTO_LLC;
}

/* Only SNAP (RFC 1042), also with the OUI of 802.1H bridges, carries IP. */
enum proto
link_llc(struct layers *l)
{
	static const uint8_t snap[5] = { 0xaa, 0xaa, 0x03, 0, 0 };

	if (!layers_has(l, 3))
		return layers_end(l, LAYER_CUT);
	if (memcmp(l->rest.p, snap, 3) != 0)
		return layers_end(l, LAYER_NOT_IP);
	if (!layers_has(l, 8))
		return layers_end(l, LAYER_CUT);
	if (memcmp(l->rest.p, snap, 5) != 0 ||
	    (l->rest.p[5] != 0 && l->rest.p[5] != 0xf8))
		return layers_end(l, LAYER_NOT_IP);
	l->type = be16(l->rest.p + 6);
	layers_skip(l, 8);
	return layers_of_ethertype(l);
}

/*
 * An address family, in the byte order of the recording machine (type 0)
 * or of the network (type 108).  Families are small numbers, so the
 * order shows.
 */
enum proto
link_loopback(struct layers *l)
{
	uint32_t family;

	if (!layers_has(l, 4))
		return layers_end(l, LAYER_CUT);
	family = be32(l->rest.p);
	if (family > 0xffff)
		family = le32(l->rest.p);
	layers_skip(l, 4);
	switch (family) {
	case 2:
		return PROTO_IPV4;
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		return PROTO_IPV6;
	default:
		return layers_end(l, LAYER_NOT_IP);
	}
}

static enum proto
linux_type(struct layers *l, uint16_t type, size_t header)
{
	l->type = type;
	layers_skip(l, header);
	if (type == TYPE_LINUX_802_2)
		return PROTO_LLC;
	if (type == TYPE_LINUX_802_3)
		return layers_end(l, LAYER_NOT_IP);
	return layers_of_ethertype(l);
}

enum proto
link_sll(struct layers *l)
{
	if (!layers_has(l, SLL_LEN))
		return layers_end(l, LAYER_CUT);
	return linux_type(l, be16(l->rest.p + 14), SLL_LEN);
}

enum proto
link_sll2(struct layers *l)
{
	if (!layers_has(l, SLL2_LEN))
		return layers_end(l, LAYER_CUT);
	return linux_type(l, be16(l->rest.p), SLL2_LEN);
}

/*
 * Labels up to the bottom of the stack (RFC 3032).  What lies below has no
 * type: IP shows by its version, and zero is the control word of an
 * Ethernet pseudowire (RFC 4448).
 */
enum proto
link_mpls(struct layers *l)
{
	bool bottom = false;

	while (!bottom) {
		if (!layers_has(l, 4))
			return layers_end(l, LAYER_CUT);
		bottom = l->rest.p[2] & 1;
		layers_skip(l, 4);
	}
	if (!layers_has(l, 1))
		return layers_end(l, LAYER_CUT);
	switch (l->rest.p[0] >> 4) {
	case 4:
		return PROTO_IPV4;
	case 6:
		return PROTO_IPV6;
	case 0:
		if (!layers_has(l, 4))
			return layers_end(l, LAYER_CUT);
		layers_skip(l, 4);
		return layers_enter(l, PROTO_ETHERNET);
	default:
		return layers_end(l, LAYER_NOT_IP);
	}
}

/* RFC 2516, section 4: version 1, type 1, code 0 is session data. */
enum proto
link_pppoe(struct layers *l)
{
	uint16_t len;

	if (!layers_has(l, 6))
		return layers_end(l, LAYER_CUT);
	if (l->rest.p[0] != 0x11)
		return layers_end(l, LAYER_BAD);
	if (l->rest.p[1] != 0)
		return layers_end(l, LAYER_NOT_IP);
	len = be16(l->rest.p + 4);
	layers_skip(l, 6);
	layers_trim(l, len);
	return PROTO_PPP;
}

enum {
	PPP_ADDRESS_CONTROL = 0xff03,
	CISCO_UNICAST = 0x0f00,
	CISCO_BROADCAST = 0x8f00,
};

/*
 * RFC 1661 and 1662: address and control may be left out, and so may the
 * first byte of the protocol number, which is even where the second is odd.
 */
enum proto
link_ppp(struct layers *l)
{
	uint16_t start;

	if (!layers_has(l, 2))
		return layers_end(l, LAYER_CUT);
	start = be16(l->rest.p);
	if (start == CISCO_UNICAST || start == CISCO_BROADCAST)
		return PROTO_CISCO_HDLC;
	if (start == PPP_ADDRESS_CONTROL)
		layers_skip(l, 2);
	if (!layers_has(l, 2))
		return layers_end(l, LAYER_CUT);
	l->type = be16(l->rest.p);
	if (l->rest.p[0] & 1)
		l->type = l->rest.p[0];
	layers_skip(l, l->rest.p[0] & 1 ? 1 : 2);
	switch (l->type) {
	case 0x0021:
		return PROTO_IPV4;
	case 0x0057:
		return PROTO_IPV6;
	case 0x0281:
	case 0x0283:
		return PROTO_MPLS;
	default:
		return layers_end(l, LAYER_NOT_IP);
	}
}

/* Address, control, ethertype (RFC 1547, section 4.3.1). */
enum proto
link_cisco_hdlc(struct layers *l)
{
	if (!layers_has(l, 4))
		return layers_end(l, LAYER_CUT);
	l->type = be16(l->rest.p + 2);
	layers_skip(l, 4);
	return layers_of_ethertype(l);
}

enum {
	WIFI_FROM_AND_TO_DS = 0x03,
	WIFI_MORE_FRAGMENTS = 0x04,
	WIFI_PROTECTED = 0x40,
	WIFI_ORDER = 0x80,
	WIFI_NO_DATA = 0x40, /* of the first byte */
	WIFI_QOS = 0x80,     /* of the first byte */
};

/*
 * IEEE 802.11-2020, section 9.3.2.  Only data frames in the clear, whole
 * and one by one: what is encrypted, fragmented or aggregated (A-MSDU)
 * counts as not IP.
 */
enum proto
link_80211(struct layers *l)
{
	const uint8_t *p = l->rest.p;
	size_t len = 24;
	bool aggregated = false;

	if (!layers_has(l, 2))
		return layers_end(l, LAYER_CUT);
	if ((p[0] & 0x0f) != 0x08 || p[0] & WIFI_NO_DATA ||
	    p[1] & (WIFI_PROTECTED | WIFI_MORE_FRAGMENTS))
		return layers_end(l, LAYER_NOT_IP);
	if ((p[1] & WIFI_FROM_AND_TO_DS) == WIFI_FROM_AND_TO_DS)
		len += 6;
	if (p[0] & WIFI_QOS)
		len += p[1] & WIFI_ORDER ? 6 : 2;
	if (!layers_has(l, len))
		return layers_end(l, LAYER_CUT);
	if (p[0] & WIFI_QOS)
		aggregated = p[p[1] & WIFI_ORDER ? len - 6 : len - 2] & 0x80;
	if (aggregated || (p[22] & 0x0f) != 0)
		return layers_end(l, LAYER_NOT_IP);
	layers_skip(l, len);
	return PROTO_LLC;
}
