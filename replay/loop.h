/*
 * loop.h - one listening socket, its connections, time and signals.
 * The door to libuv.
 *
 * Knows nothing of HTTP.  Nothing here can open a connection: there is
 * only listening and accepting.
 */
#ifndef REPLAY_LOOP_H
#define REPLAY_LOOP_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct loop;
struct peer; /* one accepted connection */

#define LOOP_MAX_PEERS 16384 /* then accepting waits until one closes */
#define LOOP_GRACE_S   10    /* what is in flight at the end may take */

struct loop_events {
	void *ctx;

	/* A connection was accepted: return its state. */
	void *(*opened)(void *ctx, struct peer *p);

	/*
	 * Use bytes and return how many were used.  May leave some only
	 * after peer_send() returned false, to get them again later, or
	 * after peer_finish(), when nobody wants them.
	 */
	size_t (*data)(void *state, struct span bytes);

	/* Is it in the middle of a request? */
	bool (*busy)(void *state);

	/* The deadline has passed; answer, or peer_finish(), or both. */
	void (*late)(void *state);

	/* The connection is gone, and the state should go. */
	void (*closed)(void *state);
};

/*
 * Bind to "ADDR:PORT" or "[ADDR]:PORT" and listen.  Only numeric addresses
 * are understood.  Events must outlive the loop.  Errors: ERR_USAGE for
 * what is no address, ERR_SYSTEM.
 */
int loop_open(struct loop **out, const char *address,
    const struct loop_events *events, struct err *err) MUST_CHECK;

/* "http://127.0.0.1:40123"; valid until loop_close(). */
const char *loop_url(const struct loop *l);

/*
 * Serve until loop_stop(), SIGINT or SIGTERM.  Then accept nothing more,
 * close what is idle and wait LOOP_GRACE_S for the rest; a second signal
 * ends that too.  May be called once.
 */
void loop_run(struct loop *l);

/* Safe in a signal handler and from any thread. */
void loop_stop(struct loop *l);

/* NULL is allowed. */
void loop_close(struct loop *l);

/* Is the loop coming to its end? */
bool loop_is_stopping(const struct loop *l);

/* The loop of a connection. */
struct loop *peer_loop(const struct peer *p);

/*
 * Send bytes, which must stay until done(owner) is called; done may be
 * NULL.  Return true if all of them went to the kernel at once (done was
 * called); false if the rest follows when the peer reads.  Until then it
 * gets no data, and nothing else may be sent.
 */
bool peer_send(struct peer *p, struct span bytes, void (*done)(void *owner),
    void *owner);

/*
 * Close when everything is sent.  What still arrives is read and thrown
 * away for a moment, so that the last answer is not lost to a reset
 * (RFC 9112, section 9.6).
 */
void peer_finish(struct peer *p);

/* Call late() this many seconds from now unless set again. */
void peer_deadline(struct peer *p, unsigned seconds);

#endif
