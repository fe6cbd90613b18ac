/*
 * lane.h - what loop.c and peer.c share: a thread and its connections.
 * The door to libuv.
 */
#ifndef REPLAY_LANE_H
#define REPLAY_LANE_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "base/buf.h"
#include "replay/address.h"
#include "replay/loop.h"

#define LANE_INPUT_BYTES 65536
#define LANE_PLAIN_BYTES ((size_t)1 << 20) /* of what those decipher to */

struct lane {
	struct loop *loop;
	size_t number;
	pthread_t thread;
	uv_loop_t uv;
	uv_async_t wake;
	uv_timer_t tick;
	uv_prepare_t turn; /* the end of one, before waiting for events */
	uv_tcp_t first;    /* of the loop; never used */
	struct peer *peers;
	struct peer *due; /* those with output that leaves then */
	size_t due_count;
	bool made; /* its loop is */
	bool stopping;
	uint64_t grace_end;
	char input[LANE_INPUT_BYTES]; /* of whoever is read at the moment */
	struct buf plain;             /* the same, deciphered */

	atomic_size_t load;   /* connections, with those in the inbox */
	pthread_mutex_t lock; /* of what follows */
	bool ended;           /* wake must not be touched any more */
	struct arrival *inbox;
	size_t inbox_count, inbox_cap;
};

/* An accepted connection on its way to its lane. */
struct arrival {
	int fd;
	bool surplus;
};

struct loop {
	const struct loop_events *events;
	struct tls_context *tls;
	struct lane *lanes;
	size_t lane_count;
	size_t max_peers;
	int fd; /* listens; -1 once it does not */
	uv_poll_t listener;
	uv_signal_t interrupt, terminate, hangup;
	atomic_size_t peer_count;
	atomic_bool accept_waits; /* too many connections to accept more */
	atomic_int stops;         /* how often it was told to stop */
	char url[ADDRESS_URL_SIZE];
};

/* Make the lane's thread look at its inbox and at whether to stop. */
void lane_wake(struct lane *lane);

/* A connection of this lane is gone. */
void lane_left(struct lane *lane);

/* Take over an accepted socket. */
void peer_open(struct lane *lane, struct arrival a);

/* Close now, sent or not. */
void peer_close(struct peer *p);

/* Write what is due. */
void peers_flush(struct lane *lane);

/* Once a second: close or tell those that are late. */
void peers_tick(struct lane *lane);

/* The lane stops: close those that are not busy. */
void peers_settle(struct lane *lane);

#endif
