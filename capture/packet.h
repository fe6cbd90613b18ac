/*
 * packet.h - from a frame to the TCP segment in it.
 *
 * A decoder strips link layers, tags, tunnels and IP, and puts fragments
 * together again.  It keeps nothing else between frames.  Checksums are
 * not verified, except where fragments were joined: where the network card
 * computes them, a recording on the sending machine shows them wrong.
 */
#ifndef CAPTURE_PACKET_H
#define CAPTURE_PACKET_H

#include "capture/source.h"
#include "http/coverage.h"
#include "http/exchange.h"

struct budget;
struct decoder;

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

struct segment {
	int64_t time;
	struct endpoint src, dst;
	uint32_t domain; /* VXLAN or GENEVE network id plus 1; 0: none.  The
			    same addresses in two domains are two flows */
	uint32_t seq, ack;
	uint8_t flags;
	struct span payload; /* valid until the next decoder_next() */
	uint32_t wire_len;   /* of the payload; more than payload.len if the
				capture cut it */
};

/* Fragments are held within the budget, the oldest given up first. */
struct decoder *decoder_new(struct budget *budget);
void decoder_free(struct decoder *d);

/*
 * Decode one frame.  *out is filled in only if the answer is LAYER_TCP.
 * The fragment that completes a datagram is LAYER_TCP itself.
 */
enum layer decoder_next(struct decoder *d, const struct frame *f,
    struct segment *out);

#endif
