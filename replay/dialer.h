/*
 * dialer.h - connections to a server, time and signals, in one event loop.
 * The door to libuv for what sends; what serves cannot connect (loop.h).
 *
 * Knows nothing of HTTP, follows nothing and tries nothing twice.  Events
 * come only from dialer_run(), never from a call made in one.
 */
#ifndef REPLAY_DIALER_H
#define REPLAY_DIALER_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "http/exchange.h"

struct dial; /* one connection */
struct dialer;

struct err;
struct tls_context;

enum dial_end {
	DIAL_FAILED, /* never came to be: connecting, or TLS */
	DIAL_CLOSED, /* the other side sends no more */
	DIAL_RESET,
};

struct dialer_events {
	void *ctx;

	/* dialer_wake(), dialer_alarm(), or a tick: ten in a second. */
	void (*woken)(void *ctx);

	/* SIGINT or SIGTERM. */
	void (*stopped)(void *ctx);

	/* Of one connection: it can be written to. */
	void (*opened)(void *owner);
	void (*data)(void *owner, struct span bytes);

	/* It is over and gone, and why.  Not told after dial_close(). */
	void (*ended)(void *owner, enum dial_end how, const char *why);

	/* All that has happened by now was told. */
	void (*told)(void *ctx);
};

/* Events must outlive the dialer.  Errors: ERR_SYSTEM. */
int dialer_open(struct dialer **out, const struct dialer_events *events,
    struct err *err) MUST_CHECK;

/* Run until dialer_stop(). */
void dialer_run(struct dialer *d);
void dialer_stop(struct dialer *d);

/* Make woken() be called.  Safe from any thread. */
void dialer_wake(struct dialer *d);

/* The same at this time of clock_steady(); the last call counts. */
void dialer_alarm(struct dialer *d, int64_t when);

/* Closes what is open.  NULL is allowed. */
void dialer_close(struct dialer *d);

/*
 * Connect to an address; with TLS, unless the context is NULL, to who proves
 * to be host.  The owner is whom events are for.
 */
struct dial *dial_open(struct dialer *d, const struct endpoint *to,
    struct tls_context *tls, const char *host, void *owner);

/* Send bytes, once it was opened.  What cannot go at once is copied. */
void dial_send(struct dial *c, struct span bytes);

/* Our own address, once it was opened; lives as long as the connection. */
const struct endpoint *dial_local(const struct dial *c);

/* Close it now.  NULL is allowed. */
void dial_close(struct dial *c);

#endif
