/*
 * hex.h - hexadecimal digits in lower case, of which ids are made.
 */
#ifndef STORE_HEX_H
#define STORE_HEX_H

#include <stdint.h>

/* One more than the value of each digit; 0 is none. */
extern const uint8_t hex_digits[256];

/* The value of a digit; -1 if it is none in lower case. */
static inline int
hex_value(uint8_t c)
{
	return hex_digits[c] - 1;
}

#endif
