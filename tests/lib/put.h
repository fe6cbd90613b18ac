/*
 * put.h - build packets and files byte by byte in a test.
 *
 *	struct put w = { 0 };
 *
 *	put_u16(&w, 0x0800);
 *	put_hex(&w, "45 00");
 *	frame.bytes = put_span(&w);
 *
 * Integers are big-endian unless `little` is set.
 */
#ifndef TESTS_LIB_PUT_H
#define TESTS_LIB_PUT_H

#include <check.h>
#include <stdio.h>

#include "base/span.h"

struct put {
	size_t len;
	bool little;
	uint8_t p[1 << 19];
};

static inline void
put_u8(struct put *w, unsigned n)
{
	ck_assert(w->len < sizeof(w->p));
	w->p[w->len++] = (uint8_t)n;
}

static inline void
put_u16(struct put *w, unsigned n)
{
	put_u8(w, w->little ? n : n >> 8);
	put_u8(w, w->little ? n >> 8 : n);
}

static inline void
put_u32(struct put *w, uint32_t n)
{
	put_u16(w, w->little ? n & 0xffff : n >> 16);
	put_u16(w, w->little ? n >> 16 : n & 0xffff);
}

static inline void
put_bytes(struct put *w, const void *p, size_t len)
{
	ck_assert(len <= sizeof(w->p) - w->len);
	if (len > 0)
		memcpy(w->p + w->len, p, len);
	w->len += len;
}

static inline void
put_text(struct put *w, const char *s)
{
	put_bytes(w, s, strlen(s));
}

/* "08 00 45": pairs of digits, spaces between them where you like. */
static inline void
put_hex(struct put *w, const char *s)
{
	unsigned n;
	int used;

	while (sscanf(s, " %2x%n", &n, &used) == 1) {
		put_u8(w, n);
		s += used;
	}
}

static inline void
put_zeros(struct put *w, size_t n)
{
	while (n-- > 0)
		put_u8(w, 0);
}

static inline struct span
put_span(const struct put *w)
{
	return (struct span){ w->p, w->len };
}

#endif
