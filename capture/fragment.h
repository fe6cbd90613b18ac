/*
 * fragment.h - put the fragments of IP datagrams together again.
 *
 * Pieces may come in any order and more than once.  Where two overlap,
 * the first copy wins; if they differ, the datagram is given up and stays
 * so, for a receiver could have read either (RFC 5722).  A piece cut by the
 * recorder leaves a datagram that ends, as captured, where it was cut.
 */
#ifndef CAPTURE_FRAGMENT_H
#define CAPTURE_FRAGMENT_H

#include "base/span.h"
#include "http/exchange.h"

struct budget;
struct fragments;

#define FRAGMENT_MAX_DATAGRAMS 256
#define FRAGMENT_MAX_AGE       ((int64_t)30 * 1000000000) /* packet time */

/* A piece; the addresses are looked at without their ports. */
struct fragment {
	int64_t time;
	const struct endpoint *src, *dst;
	uint32_t domain;
	uint32_t id;
	uint16_t protocol;
	uint32_t offset; /* in the datagram, a multiple of 8 */
	bool more;       /* it is not the last */
	struct span bytes;
	size_t wire_len; /* at least bytes.len */
};

enum fragment_result {
	FRAGMENT_HELD,     /* until the others come */
	FRAGMENT_COMPLETE, /* bytes, wire_len, protocol: the datagram's */
	FRAGMENT_BAD,      /* lengths or bytes contradict what is held */
};

/* Hold pieces within the budget; over it the oldest datagram goes first. */
struct fragments *fragments_new(struct budget *budget);

/* NULL is allowed. */
void fragments_free(struct fragments *f);

/*
 * Add a piece.  If it completes its datagram, put that into *piece; its
 * bytes last until another is complete or is released.
 */
enum fragment_result fragments_add(struct fragments *f, struct fragment *piece);

/* Let go of the datagram that was completed last, if any. */
void fragments_release_done(struct fragments *f);

#endif
