/*
 * tls.h - TLS 1.2 and 1.3 on either side of a connection.
 * The door to OpenSSL's TLS.
 *
 * Knows no sockets: bytes of the wire go in and come out through buffers,
 * so whoever owns the connection also owns its time.
 *
 *	struct tls *t = tls_connect(context, "api.example.com");
 *
 *	tls_take(t, span_of_str(""), &plain, &wire, &err);   begins
 *	...write wire, read some; until the connection ends:
 *	tls_take(t, bytes, &plain, &wire, &err);
 *	tls_give(t, request, &wire, &err);     once tls_is_open()
 *
 * Both sides offer http/1.1 and nothing else (ALPN, RFC 7301).
 */
#ifndef REPLAY_TLS_H
#define REPLAY_TLS_H

#include "base/base.h"
#include "base/span.h"

struct buf;
struct err;
struct tls;         /* one connection */
struct tls_context; /* what connections share; used by several threads */

#define TLS_MAX_NAMES 256 /* certificates of other names that are kept */

/*
 * A server with the certificate chain and the key in two PEM files.
 * Errors: ERR_SYSTEM, ERR_FORMAT, with the path in front.
 */
int tls_context_files(struct tls_context **out, const char *chain,
    const char *key, struct err *err) MUST_CHECK;

/*
 * A server with a certificate authority of its own, made on the spot: for
 * localhost, 127.0.0.1 and ::1, and for whatever other name a client asks
 * for (SNI, RFC 6066).  The authority's key exists only in this process.
 * Errors: ERR_SYSTEM.
 */
int tls_context_made(struct tls_context **out, struct err *err) MUST_CHECK;

/* Its authority's certificate, in PEM; as long as the context. */
struct span tls_context_authority(const struct tls_context *c);

/*
 * A client that trusts the authorities in a PEM file, or if it is NULL
 * those of the system.  Errors: as tls_context_files().
 */
int tls_context_client(struct tls_context **out, const char *authorities,
    struct err *err) MUST_CHECK;

/* Every connection must be gone.  NULL is allowed. */
void tls_context_free(struct tls_context *c);

/* A server's end of a connection.  The context must outlive it. */
struct tls *tls_accept(struct tls_context *c);

/*
 * A client's end.  The server's certificate must be for this name or
 * address, which is also what it is asked for.
 */
struct tls *tls_connect(struct tls_context *c, const char *host);

/* NULL is allowed. */
void tls_free(struct tls *t);

/*
 * Take bytes from the wire, at most TLS_MAX_TAKE at a time.  What they
 * carried is added to plain, what must be sent in turn to wire (also after
 * an error: the alert).  Errors: ERR_FORMAT for what is no TLS and for a
 * certificate that does not verify, with OpenSSL's reason; ERR_LIMIT.
 */
int tls_take(struct tls *t, struct span bytes, struct buf *plain,
    struct buf *wire, struct err *err) MUST_CHECK;

#define TLS_MAX_TAKE ((size_t)1 << 20)

/*
 * Add plain, enciphered, to wire.  The handshake must be over.  Errors:
 * ERR_LIMIT, ERR_FORMAT.
 */
int tls_give(struct tls *t, struct span plain, struct buf *wire,
    struct err *err) MUST_CHECK;

/* Say that no more will be sent (close_notify).  Errors: ERR_LIMIT. */
int tls_shut(struct tls *t, struct buf *wire, struct err *err) MUST_CHECK;

/* Is the handshake over? */
bool tls_is_open(const struct tls *t);

/* Did the other side say that no more will come? */
bool tls_has_ended(const struct tls *t);

#endif
