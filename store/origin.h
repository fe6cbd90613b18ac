/*
 * origin.h - where the recordings of a merged archive were before.
 *
 * An archive is named by its root, not by a path, so the same sources give
 * the same rows wherever they lay and in whatever order they came.  What was
 * merged before keeps the origins that it had: they name the archives that
 * recorders wrote, and not what was made of them on the way.
 */
#ifndef STORE_ORIGIN_H
#define STORE_ORIGIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "http/digest.h"

struct arena;
struct err;
struct store;

/* Most archives that one recording was in. */
#define ORIGINS_MAX 65536

struct origin {
	uint8_t root[DIGEST_SIZE]; /* of the archive */
	uint64_t size;             /* of its tree */
	uint64_t number;           /* of the recording there */
	uint64_t first; /* its first exchange there; 0: it has none */
};

/*
 * Say where the open recording was.  Exchange is the number of its first
 * exchange here, and count that of its exchanges.  What was said before of
 * the same archive stays.
 */
int store_origin_add(struct store *st, const struct origin *o,
    uint64_t exchange, uint64_t count, struct err *err) MUST_CHECK;

/*
 * Where recording id was, ordered by root and number; in the arena.  None,
 * unless it was merged.  Errors: ERR_CORRUPT, ERR_SYSTEM, ERR_LIMIT.
 */
int store_origins(struct store *st, uint64_t id, struct arena *arena,
    const struct origin **out, size_t *count, struct err *err) MUST_CHECK;

#endif
