/*
 * row.h - one row of the table exchange, but for its messages.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdint.h>

#include "base/span.h"
#include "http/digest.h"

struct row {
	int64_t id, connection, time, profile;
	/* Of a deletion and its first target; 0 and absent: none. */
	int64_t scope;
	struct span target, request_id, token, message;
	int64_t attempt_of, attempt_number;
	int64_t bodies[2]; /* stored alone; 0: none */
	int64_t leaf;      /* row_leaf() */
	int64_t began;     /* the time itself; no column */
};

/* The first four bytes of a leaf, big-endian, as a signed number. */
static inline int64_t
row_leaf(const uint8_t leaf[DIGEST_SIZE])
{
	return (int32_t)((uint32_t)leaf[0] << 24 | (uint32_t)leaf[1] << 16 |
	    (uint32_t)leaf[2] << 8 | leaf[3]);
}

#endif
