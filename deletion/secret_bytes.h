/*
 * secret_bytes.h - what secrets are made of; private to secret*.c.
 */
#ifndef DELETION_SECRET_BYTES_H
#define DELETION_SECRET_BYTES_H

#include "base/span.h"

/* What a byte can be part of; one look-up instead of many comparisons. */
enum {
	DIGIT = 1,
	UPPER = 2,
	LOWER = 4,
	LINE = 8,    /* "_" and "-" */
	BASE = 16,   /* "+" and "/" */
	DOT = 32,    /* ".", "~" and "=" */
	NAME = 64,   /* ".", "[", "]" and "%" */
	VALUE = 128, /* all that is not blank, control or a delimiter */

	ALNUM = DIGIT | UPPER | LOWER,
	WORD = ALNUM | LINE, /* base64url */
	RUN = WORD | BASE,   /* base64 in both alphabets, no padding */
	TOKEN = RUN | DOT,   /* token68 (RFC 9110, 11.2), JWT */
	IN_NAME = WORD | NAME,
};

extern const uint8_t secret_classes[256];

static inline bool
secret_byte_is(uint8_t c, unsigned class)
{
	return (secret_classes[c] & class) != 0;
}

/* How many bytes at the start of s are of that class. */
static inline size_t
secret_count(struct span s, unsigned class)
{
	size_t n = 0;

	while (n < s.len && secret_byte_is(s.p[n], class))
		n++;
	return n;
}

/* Do the first n bytes of s end where the capture does, or has a hole? */
static inline bool
secret_is_cut(struct span s, size_t n, bool cut)
{
	return n >= s.len ? cut : s.p[n] == 0;
}

/* A cut hides how long it would have been. */
static inline size_t
secret_enough(size_t least, bool cut)
{
	return cut && least > 2 ? 2 : least;
}

/* What issuers write at the beginning, by its first byte; NULL: nothing. */
struct secret_kind;
extern const struct secret_kind *const secret_kinds[256];

/* Can a secret begin with this byte as its issuer writes it? */
static inline bool
secret_may_issue(uint8_t c)
{
	return secret_kinds[c] != NULL;
}

/*
 * What stands at s, where a word begins, as its issuer begins it; absent if
 * none is there.  *kind, if not NULL, becomes the word for who that is.
 */
struct span secret_issued(struct span s, bool cut, const char **kind);

#endif
