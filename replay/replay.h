/*
 * replay.h - answer from an archive.
 *
 * A server reads one archive and one set of rules, listens on one address
 * and contains no call that could connect anywhere.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include <stdint.h>
#include <stdio.h>

#include "base/base.h"
#include "base/span.h"

struct err;
struct rules;
struct server;

enum miss_policy {
	MISS_POLICY_404,
	MISS_POLICY_501,
	MISS_POLICY_CLOSE, /* close the connection without an answer */
};

#define SERVER_MAX_THREADS 256

struct server_options {
	const char *listen; /* "ADDR:PORT", "[ADDR6]:PORT"; port 0: any */
	size_t threads;     /* from 1 */
	enum miss_policy on_miss;
	FILE *log; /* a line of JSON for each request; NULL: none */

	/* SIGHUP: the sequences start again; the SHA-256 of the old one. */
	void (*again)(void *ctx, const uint8_t sequence[32]);
	void *ctx;
};

/*
 * Open the archive, bind and listen.  From here on SIGINT, SIGTERM and
 * SIGHUP wait for server_run().  The rules must outlive the server.
 * Errors: ERR_USAGE for an address that is none, ERR_SYSTEM, those of
 * store_open().
 */
int server_open(struct server **out, const char *archive,
    const struct rules *rules, const struct server_options *options,
    struct err *err) MUST_CHECK;

/* "http://127.0.0.1:40123"; valid until server_close(). */
const char *server_url(const struct server *s);

/* What a run did.  requests = answered + missed + refused + failed. */
struct server_report {
	uint64_t requests;
	uint64_t answered;    /* from the archive */
	uint64_t missed;      /* nothing recorded fits */
	uint64_t refused;     /* not HTTP, too large, too slow, ... */
	uint64_t failed;      /* the archive could not be read */
	uint8_t sequence[32]; /* SHA-256 over the ids served, in order, since
				 the last SIGHUP */
};

/*
 * Answer until SIGINT or SIGTERM; finish what is open.  May be called
 * once.  Errors: ERR_SYSTEM.
 */
int server_run(struct server *s, struct server_report *report,
    struct err *err) MUST_CHECK;

/* What a strict run wants to know. */
struct server_lists {
	void *ctx;

	/* "METHOD PATH" had no answer this many times, and why. */
	void (*missed)(void *ctx, struct span request, const char *reason,
	    uint64_t times);

	/* Exchange id could have been served and never was. */
	void (*unused)(void *ctx, uint64_t id, struct span method,
	    struct span target);
};

/* Tell of both.  Errors: those of the store. */
int server_tell(struct server *s, const struct server_lists *lists,
    struct err *err) MUST_CHECK;

/* NULL is allowed. */
void server_close(struct server *s);

#endif
