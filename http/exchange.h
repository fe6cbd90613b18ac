/*
 * exchange.h - one request and its response, as they were on the wire.
 *
 * Everything an exchange points at lives in its own arena and goes with
 * it, so that a finished exchange can be handed from the thread that
 * reads packets to the one that writes the archive.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "base/arena.h"
#include "base/span.h"
#include "http/digest.h"
#include "http/flaw.h"
#include "http/head.h"

struct endpoint {
	uint8_t addr[16]; /* IPv4: the first four bytes */
	bool v6;
	uint16_t port;
};

#define ENDPOINT_SIZE 56

/* "127.0.0.1:80" or "[::1]:80" (RFC 5952); returns text. */
const char *endpoint_format(char text[ENDPOINT_SIZE], const struct endpoint *e);

/* How the end of a body is known (RFC 9112, section 6.3). */
enum framing {
	FRAMING_NONE,    /* there is no body */
	FRAMING_LENGTH,  /* Content-Length */
	FRAMING_CHUNKED, /* Transfer-Encoding: chunked */
	FRAMING_CLOSE,   /* the end of the connection */
};

/* Bytes that were never captured; zeros stand in their place. */
struct hole {
	uint64_t offset; /* from the first byte of the body as on the wire */
	uint64_t len;
};

/* What is left of a body that was recorded and is not kept any more. */
struct purged {
	uint64_t len; /* of the bytes on the wire, */
	uint8_t sha256[DIGEST_SIZE];
};

/*
 * One message.  Its bytes on the wire were interim, then head, then body.
 */
struct message {
	struct span interim; /* the 1xx responses before it; often empty */
	struct span head;    /* start line to empty line; never absent */
	struct span body;    /* chunk framing and trailers included; absent
				if there was one that is not kept */
	const struct purged *purged; /* then: what it was; NULL: nobody
					knows */
	uint64_t wire_len; /* of the body as on the wire, kept or not */
	uint64_t body_len; /* transfer coding removed, content coding not */
	uint8_t body_sha256[DIGEST_SIZE]; /* of those; valid if has_digest */
	bool has_digest; /* the body is complete and without holes */
	bool digest_due; /* then: it is not computed yet, see body_digests() */
	enum framing framing;
	bool complete; /* captured from its first byte to its last */
	const struct hole *holes;
	size_t hole_count;
	int64_t first, last;   /* packet times of its first and last byte */
	struct head parsed;    /* head taken apart; points into it */
	struct span as_prefix; /* of the path; rules are not to see it */
	struct span as_host;   /* the Host field that rules are to see where a
				  request was sent again to another; absent:
				  its own.  Not stored */
};

/* Why an exchange has no status.  Names are part of the archive format. */
enum reason {
	REASON_NONE,          /* it has one */
	REASON_NO_RESPONSE,   /* "no-response": the capture shows none */
	REASON_RESPONSE_LOST, /* "response-lost": it fell into a gap */
	REASON_AMBIGUOUS,     /* "ambiguous": several could be meant */
	REASON_RESET,         /* "reset": the connection was reset first */
	REASON_CUT,           /* "cut": the response's head is incomplete */
	REASON_LIMIT,         /* "limit": given up at a limit */
	REASON_COUNT,
};

/* The stable name; NULL for REASON_NONE. */
const char *reason_name(enum reason r);

struct exchange {
	struct arena arena;
	uint64_t connection; /* number of the connection in its capture, from
				1 in the order of first packets */
	uint32_t number;     /* of the request on its connection, from 1 */
	unsigned wanted;     /* what was said of it at its head, by capture's
				sink; 0 from elsewhere */
	struct endpoint client, server;
	struct message *request;  /* NULL: a response without a request */
	struct message *response; /* NULL: status unknown, see reason */
	enum reason reason;
	flaw_set flaws;
	uint64_t missing; /* bytes known to be absent from its messages */
};

struct exchange *exchange_new(void);

/* NULL is allowed. */
void exchange_free(struct exchange *x);

/* When it began: the time of its first byte, of either side. */
int64_t exchange_time(const struct exchange *x);

/* The recorded status code, or 0 if it is unknown. */
int exchange_status(const struct exchange *x);

/* Does the answer send the client elsewhere (RFC 9110, 15.4)? */
bool exchange_is_redirect(const struct exchange *x);

/*
 * Is all of it there: a request and a response, both complete?
 * Flaws that lose nothing, such as a conflict, do not count.
 */
bool exchange_is_complete(const struct exchange *x);

#endif
