/*
 * digest.h - SHA-256 and HMAC-SHA-256.  The door to OpenSSL's digests.
 */
#ifndef HTTP_DIGEST_H
#define HTTP_DIGEST_H

#include "base/span.h"

#define DIGEST_SIZE 32

struct digest;

/* A running SHA-256. */
struct digest *digest_new(void);
void digest_free(struct digest *d);
void digest_add(struct digest *d, struct span data);

/*
 * Add text with its length in front, so that no two sequences of texts look
 * the same; absent is not empty.  The same on machines of one byte order.
 */
void digest_add_text(struct digest *d, struct span text);

/* Write the digest of all that was added; d starts afresh. */
void digest_finish(struct digest *d, uint8_t out[DIGEST_SIZE]);

/* The SHA-256 of data. */
void digest_of(uint8_t out[DIGEST_SIZE], struct span data);

/* The HMAC-SHA-256 of data under key (RFC 2104). */
void digest_hmac(uint8_t out[DIGEST_SIZE], struct span key, struct span data);

#endif
