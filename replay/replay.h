/*
 * replay.h - answer from an archive.
 *
 * A server reads one archive and one set of rules, listens on one address
 * and contains no call that could connect anywhere.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include <stdint.h>

#include "base/base.h"

struct err;
struct rules;
struct server;
struct store;

enum miss_policy {
	MISS_404,
	MISS_501,
	MISS_CLOSE, /* close the connection without an answer */
};

struct server_options {
	const char *listen; /* "ADDR:PORT", "[ADDR6]:PORT"; port 0: any */
	enum miss_policy on_miss;
};

/*
 * Bind and listen.  The store and the rules must outlive the server.
 * Errors: ERR_USAGE for an address that is none, ERR_SYSTEM.
 */
int server_open(struct server **out, struct store *store,
    const struct rules *rules, const struct server_options *options,
    struct err *err) MUST_CHECK;

/* "http://127.0.0.1:40123"; valid until server_close(). */
const char *server_url(const struct server *s);

/* What a run did. */
struct server_report {
	uint64_t requests, answered, missed, refused;
	uint8_t sequence[32]; /* SHA-256 over the ids served, in order */
};

/* Answer until server_stop() or SIGINT or SIGTERM; finish what is open. */
int server_run(struct server *s, struct server_report *report,
    struct err *err) MUST_CHECK;

/* Make server_run() return.  Safe in a signal handler. */
void server_stop(struct server *s);

/* NULL is allowed. */
void server_close(struct server *s);

#endif
