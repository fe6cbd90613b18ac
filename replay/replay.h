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

/* What a client may take of a server, and what it gets when it takes more. */
struct server_limits {
	size_t head;      /* bytes of a request's head: 431 */
	size_t body;      /* bytes of its body: 413 */
	size_t clients;   /* connections: 503 */
	unsigned idle;    /* seconds between two requests: closed */
	unsigned request; /* seconds for a request to arrive: 408 */
	unsigned send;    /* seconds for an answer to be read: closed */
};

/* What they are unless somebody says otherwise. */
#define SERVER_HEAD    ((size_t)256 * 1024) /* more is never possible */
#define SERVER_BODY    ((size_t)8 << 20)
#define SERVER_CLIENTS 16384
#define SERVER_IDLE    75
#define SERVER_REQUEST 60
#define SERVER_SEND    300

#define SERVER_MEMORY ((size_t)80 << 20)

#define SERVER_LIMITS                                                          \
	((struct server_limits){ SERVER_HEAD, SERVER_BODY, SERVER_CLIENTS,     \
	    SERVER_IDLE, SERVER_REQUEST, SERVER_SEND })

/* The highest that make sense. */
#define SERVER_MAX_THREADS 256
#define SERVER_MAX_MEMORY  (SIZE_MAX / 2)
#define SERVER_MAX_HEAD    SERVER_HEAD
#define SERVER_MAX_BODY    ((size_t)1 << 30)
#define SERVER_MAX_CLIENTS 1000000
#define SERVER_MAX_SECONDS ((unsigned)7 * 24 * 60 * 60)

struct server_options {
	const char *listen; /* "ADDR:PORT", "[ADDR6]:PORT"; port 0: any */
	size_t threads;     /* from 1 */
	struct server_limits limits;
	size_t memory;    /* bytes that are kept ready, of all threads */
	double latency;   /* of what was recorded; 0: at once */
	bool head_of_get; /* answer HEAD from a recorded GET */
	bool incomplete;  /* answer with what has holes */
	enum miss_policy on_miss;

	/*
	 * TLS for the clients that begin with it: a certificate chain and
	 * its key in PEM files, or one made on the spot.
	 */
	const char *tls_chain, *tls_key; /* NULL: none */
	bool tls_made;

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

/*
 * The certificate, in PEM, of the authority that was made on the spot.
 * Valid until server_close().
 */
struct span server_authority(const struct server *s);

/*
 * Let this process open no file and no connection from here on (confine.h).
 * For all files to be open, call it last before server_run().  Errors:
 * ERR_SYSTEM.
 */
int server_confine(struct err *err) MUST_CHECK;

/* "http://127.0.0.1:40123", or https; valid until server_close(). */
const char *server_url(const struct server *s);

/*
 * How many exchanges were recorded under other rules and are matched under
 * those of today.
 */
uint64_t server_rekeyed(const struct server *s);

/* What a run did.  requests is the sum of the next five. */
struct server_report {
	uint64_t requests;
	uint64_t answered;    /* from the archive */
	uint64_t missed;      /* nothing recorded fits */
	uint64_t refused;     /* not HTTP, too large, too slow, ... */
	uint64_t failed;      /* the archive could not be read */
	uint64_t tunnels;     /* CONNECT, by clients that want a proxy */
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
