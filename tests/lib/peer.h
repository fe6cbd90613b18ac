/*
 * peer.h - the connection of replay/loop.h without a network.
 *
 * Linked before the library, it stands in for replay/loop.c.
 */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include "base/buf.h"
#include "replay/loop.h"

struct peer {
	struct buf out; /* what was sent */
	bool finished;
	bool stuck;    /* it does not read: what is sent stays pending */
	bool stopping; /* as if the loop came to its end */
	void (*done)(void *owner);
	void *owner;
	bool pending;
	bool waiting; /* peer_wait() was called */
	uint64_t wait_ms;
	bool reset;
	bool sniffs;
	bool surplus;
};

#define PEER_INIT ((struct peer){ .out = BUF_INIT((size_t)64 << 20) })

/* It reads what was pending. */
void peer_read(struct peer *p);

void peer_release(struct peer *p);

#endif
