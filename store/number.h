/*
 * number.h - numbers as LEB128: seven bits in each byte, the lowest first,
 * the highest bit set in all but the last.
 */
#ifndef STORE_NUMBER_H
#define STORE_NUMBER_H

#include <stdint.h>

#include "base/buf.h"

#define NUMBER_MAX 10 /* bytes */

static inline size_t
number_put(uint8_t bytes[NUMBER_MAX], uint64_t n)
{
	size_t len = 0;

	for (; n >= 0x80; n >>= 7)
		bytes[len++] = (uint8_t)(n | 0x80);
	bytes[len++] = (uint8_t)n;
	return len;
}

static inline int
number_add(struct buf *b, uint64_t n, struct err *err)
{
	uint8_t bytes[NUMBER_MAX];

	return buf_add(b, (struct span){ bytes, number_put(bytes, n) }, err);
}

/* Take a number off the front; false if there is none. */
static inline bool
number_take(struct span *s, uint64_t *n)
{
	*n = 0;
	for (unsigned shift = 0; shift < 64 && s->len > 0; shift += 7) {
		uint8_t c = s->p[0];

		*s = span_sub(*s, 1, s->len);
		*n |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

#endif
