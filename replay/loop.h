/*
 * loop.h - one listening socket, its connections, time and signals.
 *
 * Knows nothing of HTTP.  Nothing here can open a connection: there is
 * only listening and accepting.  Connections are dealt out to lanes, one
 * thread each, the least busy one first; all that happens to a connection
 * happens in its lane.
 */
#ifndef REPLAY_LOOP_H
#define REPLAY_LOOP_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct loop;
struct peer; /* one accepted connection */
struct tls_context;

#define LOOP_MAX_PEERS 16384 /* connections, unless told otherwise */
#define LOOP_MAX_LANES 256
#define LOOP_SURPLUS   64 /* that are accepted to be told that it is full */
#define LOOP_GRACE_S   10 /* what is in flight at the end may take */

struct loop_options {
	const char *address; /* "ADDR:PORT" or "[ADDR]:PORT", numeric */
	size_t lanes;
	size_t max_peers;        /* 0: LOOP_MAX_PEERS */
	struct tls_context *tls; /* NULL: none.  Otherwise a connection is
				    what its first byte says */
};

struct loop_events {
	void *ctx;

	/* A connection was accepted in this lane: return its state. */
	void *(*opened)(void *ctx, size_t lane, struct peer *p);

	/*
	 * Use bytes and return how many were used.  May leave some only
	 * after peer_send() returned false or after peer_wait(), to get
	 * them again later, after peer_sniff(), to get them at once, or
	 * after peer_finish() or peer_reset(), when nobody wants them.
	 */
	size_t (*data)(void *state, struct span bytes);

	/* Is it in the middle of a request? */
	bool (*busy)(void *state);

	/* What was sent waits for the peer to read. */
	void (*stuck)(void *state);

	/* The deadline has passed; answer, or peer_finish(), or both. */
	void (*late)(void *state);

	/* The time of peer_wait() is over. */
	void (*woken)(void *state);

	/* The connection ends because its TLS does not work, and why. */
	void (*broken)(void *state, const char *why);

	/* The connection is gone, and the state should go. */
	void (*closed)(void *state);

	/* SIGHUP, in the first lane. */
	void (*again)(void *ctx);
};

/*
 * Bind, listen, and from here on let SIGINT, SIGTERM and SIGHUP wait for
 * loop_run().  Events and the TLS context must outlive the loop.  Errors:
 * ERR_USAGE for what is no address, ERR_SYSTEM.
 */
int loop_open(struct loop **out, const struct loop_options *options,
    const struct loop_events *events, struct err *err) MUST_CHECK;

/* "http://127.0.0.1:40123", or https; valid until loop_close(). */
const char *loop_url(const struct loop *l);

/*
 * Serve until SIGINT or SIGTERM.  Then accept nothing more, close what is
 * idle and wait LOOP_GRACE_S for the rest; a second signal ends that too.
 * May be called once.  Errors: ERR_SYSTEM, if a thread cannot be made.
 */
int loop_run(struct loop *l, struct err *err) MUST_CHECK;

/* NULL is allowed. */
void loop_close(struct loop *l);

/* Is the loop coming to its end? */
bool loop_is_stopping(const struct loop *l);

/* The loop of a connection. */
struct loop *peer_loop(const struct peer *p);

/* Is it one more than there may be? */
bool peer_is_surplus(const struct peer *p);

/*
 * Send bytes, which must stay until done(owner) is called; done may be
 * NULL.  Return true if the next may follow; false if the rest follows when
 * the peer reads.  Until then it gets no data, and nothing else may be
 * sent.
 */
bool peer_send(struct peer *p, struct span bytes, void (*done)(void *owner),
    void *owner);

/*
 * What is sent before data() returns may leave with what other connections
 * are sent, at the latest when the loop has nothing else to do.  For when
 * it is one thing, the last one: reading all, then writing all takes less
 * time than turn and turn about, because either is then done with a warm cache.
 */
void peer_batch(struct peer *p);

/* Get no data until woken() is called, this many milliseconds from now. */
void peer_wait(struct peer *p, uint64_t ms);

/* What comes next is a connection of its own: TLS or not, as it begins. */
void peer_sniff(struct peer *p);

/*
 * Close when everything is sent.  What still arrives is read and thrown
 * away for a moment, so that the last answer is not lost to a reset
 * (RFC 9112, section 9.6).
 */
void peer_finish(struct peer *p);

/* Close with a reset, once everything is sent. */
void peer_reset(struct peer *p);

/* Call late() this many seconds from now unless set again. */
void peer_deadline(struct peer *p, unsigned seconds);

#endif
