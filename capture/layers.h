/*
 * layers.h - the descent from a frame to its segment, one header a step.
 *
 * Each step looks at the header that `rest` begins with, cuts it off and
 * answers what comes next; decoder_next() looks that up in a table and
 * goes on.  A step that cannot go on calls layers_end().  Every step cuts
 * off at least one byte, or changes to one that does, so a frame ends it.
 */
#ifndef CAPTURE_LAYERS_H
#define CAPTURE_LAYERS_H

#include "capture/packet.h"

struct fragments;

/* What the rest begins with. */
enum proto {
	PROTO_END, /* nothing more: see layers.verdict */
	PROTO_80211,
	PROTO_CISCO_HDLC,
	PROTO_ETHERNET,
	PROTO_GENEVE,
	PROTO_GRE,
	PROTO_IP, /* of the version its first byte says */
	PROTO_IPV4,
	PROTO_IPV6,
	PROTO_IPV6_EXTENSION, /* layers.type says which */
	PROTO_LLC,
	PROTO_LOOPBACK,
	PROTO_MPLS,
	PROTO_PPP,
	PROTO_PPPOE,
	PROTO_SLL,
	PROTO_SLL2,
	PROTO_TCP,
	PROTO_UDP,
	PROTO_VLAN,
	PROTO_VXLAN,
	PROTO_COUNT,
};

#define LAYERS_MAX_TUNNELS 4

struct layers {
	struct span rest; /* captured bytes not yet looked at */
	size_t wire;      /* their length on the wire, at least rest.len */
	uint16_t type;    /* for the steps that say so */
	unsigned tunnels; /* entered so far */
	bool joined;      /* rest was put together from fragments */
	enum layer verdict;
	struct fragments *fragments;
	struct segment *out;
};

/* What layers.type, an ethertype or a protocol of IP, announces. */
enum proto layers_of_ethertype(struct layers *l);
enum proto layers_of_ip(struct layers *l);

/* The step for a LINKTYPE_ number, or PROTO_END if obit does not read it. */
enum proto link_first(uint16_t link);

enum proto link_80211(struct layers *l);
enum proto link_cisco_hdlc(struct layers *l);
enum proto link_ethernet(struct layers *l);
enum proto link_llc(struct layers *l);
enum proto link_loopback(struct layers *l);
enum proto link_mpls(struct layers *l);
enum proto link_ppp(struct layers *l);
enum proto link_pppoe(struct layers *l);
enum proto link_sll(struct layers *l);
enum proto link_sll2(struct layers *l);
enum proto link_vlan(struct layers *l);

enum proto ip_any(struct layers *l);
enum proto ip_v4(struct layers *l);
enum proto ip_v6(struct layers *l);
enum proto ip_v6_extension(struct layers *l);

enum proto tunnel_geneve(struct layers *l);
enum proto tunnel_gre(struct layers *l);
enum proto tunnel_udp(struct layers *l);
enum proto tunnel_vxlan(struct layers *l);

static inline enum proto
layers_end(struct layers *l, enum layer verdict)
{
	l->verdict = verdict;
	return PROTO_END;
}

static inline bool
layers_has(const struct layers *l, size_t n)
{
	return l->rest.len >= n;
}

/* Cut off n bytes that are there. */
static inline void
layers_skip(struct layers *l, size_t n)
{
	l->rest.p += n;
	l->rest.len -= n;
	l->wire -= n;
}

/* What follows is only n bytes long, if it is not shorter anyway. */
static inline void
layers_trim(struct layers *l, size_t n)
{
	if (l->wire > n)
		l->wire = n;
	if (l->rest.len > n)
		l->rest.len = n;
}

/* Go on with `next` inside a tunnel, unless they nest too deep. */
static inline enum proto
layers_enter(struct layers *l, enum proto next)
{
	if (l->tunnels == LAYERS_MAX_TUNNELS)
		return layers_end(l, LAYER_OTHER_IP);
	l->tunnels++;
	return next;
}

#endif
