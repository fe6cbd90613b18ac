/*
 * row.h - one row of the table exchange, but for its compressed bytes.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdint.h>

#include "base/span.h"
#include "deletion/deletion.h"
#include "http/digest.h"

struct row {
	int64_t id, recording, connection, number, time;
	enum kind kind;
	int64_t method, host, principal; /* words; 0: none */
	int status;
	enum reason reason;
	flaw_set flaws;
	int64_t path; /* row_path(), or -1 */
	uint8_t match[MATCH_KEY_SIZE];
	int64_t bodies[2]; /* stored alone; 0: none */
	uint8_t leaf[DIGEST_SIZE];
};

/*
 * The number under which requests of a path are found: the first four
 * bytes of its SHA-256, big-endian.  Others may share it.
 */
int64_t row_path(struct span path);

#endif
