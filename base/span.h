/*
 * span.h - a borrowed run of bytes.
 *
 * A span never owns what it points at and need not end in NUL.  Whoever
 * hands one out says how long it stays valid.  A span whose p is NULL is
 * absent, which is not the same as empty: the difference reaches the
 * archive and the JSON output as null against "".
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *p;
	size_t len;
};

/* Initialise from a string literal, also in constant tables. */
#define SPAN_LITERAL(s)                                                        \
	{                                                                      \
		(const uint8_t *)(s), sizeof(s) - 1                            \
	}

static inline struct span
span_of_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/*
 * The bytes of s from byte `from` on, at most len of them; absent if s is.
 */
static inline struct span
span_sub(struct span s, size_t from, size_t len)
{
	if (s.p == NULL) /* C11 knows no sum of NULL and 0 */
		return s;
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (struct span){ s.p + from, len };
}

/* What s is in to, a copy of from, which s points into; absent if s is. */
static inline struct span
span_moved(struct span s, struct span from, struct span to)
{
	if (s.p == NULL)
		return s;
	return (struct span){ to.p + (s.p - from.p), s.len };
}

static inline bool
span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool
span_eq_str(struct span a, const char *s)
{
	return span_eq(a, span_of_str(s));
}

static inline bool
span_has_prefix(struct span s, struct span prefix)
{
	return s.len >= prefix.len &&
	    span_eq(span_sub(s, 0, prefix.len), prefix);
}

/* Compare bytewise; a prefix sorts before what extends it. */
int span_cmp(struct span a, struct span b);

/* span_eq_nocase() of two spans of one length. */
bool span_eq_nocase_bytes(struct span a, struct span b);

/* Equal but for the case of ASCII letters. */
static inline bool
span_eq_nocase(struct span a, struct span b)
{
	return a.len == b.len && span_eq_nocase_bytes(a, b);
}

/* s without the spaces and tabs at both ends (RFC 9110, OWS). */
static inline struct span
span_trim(struct span s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* The position of the first byte c in s, or s.len. */
static inline size_t
span_find(struct span s, uint8_t c)
{
	const uint8_t *at =
	    s.len > 0 ? (const uint8_t *)memchr(s.p, c, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.p) : s.len;
}

/*
 * Cut s at the first byte c: what stood before it is returned, *s becomes
 * what stood after it.  Without c, all of *s is returned and *s becomes
 * absent.
 */
static inline struct span
span_cut(struct span *s, uint8_t c)
{
	size_t at = span_find(*s, c);
	struct span before = span_sub(*s, 0, at);

	*s = at == s->len ? (struct span){ NULL, 0 }
			  : span_sub(*s, at + 1, s->len);
	return before;
}

#endif
