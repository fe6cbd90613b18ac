/*
 * mask.h - what stands in the place of a secret.
 *
 * A mask has the length of what it hides and consists of letters, digits,
 * "_" and "-", so that it is safe in a header, a URL, JSON and XML:
 *
 *	ob_ FINGERPRINT CHECK ____
 *
 * The fingerprint is the start of an HMAC-SHA-256 in base64url (RFC 4648),
 * 12 characters if they fit; the check is computed from the fingerprint
 * without a key, so that any obit knows any other's mask, and that no
 * secret passes for one by chance.  Below MASK_MIN bytes there is room for
 * "_" only.
 */
#ifndef DELETION_MASK_H
#define DELETION_MASK_H

#include "base/span.h"

#define MASK_KEY_SIZE    32
#define MASK_MIN         8  /* bytes of the shortest mask that identifies */
#define MASK_FINGERPRINT 12 /* characters, at most */

/* Bytes that are masked where they stand. */
struct text {
	uint8_t *p;
	size_t len;
};

static inline struct span
text_span(struct text t)
{
	return (struct span){ t.p, t.len };
}

/* The part of t that part, a span inside it or absent, covers. */
static inline struct text
text_part(struct text t, struct span part)
{
	if (part.p == NULL)
		return (struct text){ NULL, 0 };
	return (struct text){ t.p + (part.p - t.p), part.len };
}

/*
 * Fill place with the mask of secret, which may be place itself or its
 * decoded form.  A place that holds a mask already keeps it.
 */
void mask_write(const uint8_t key[MASK_KEY_SIZE], struct span secret,
    struct text place);

/* Is s one whole mask? */
bool mask_is(struct span s);

/* The length of the mask of MASK_MIN bytes or more that s begins with, or 0. */
size_t mask_length(struct span s);

/* Is there such a mask anywhere in s? */
bool mask_inside(struct span s);

/*
 * The fingerprint inside a mask that mask_is(): shorter than
 * MASK_FINGERPRINT, even empty, where the mask is short.
 */
struct span mask_fingerprint(struct span mask);

#endif
