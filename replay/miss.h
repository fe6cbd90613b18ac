/*
 * miss.h - say why a request has no answer.
 *
 * The text goes to the client that sent the request.  It holds of the
 * request its method, its path and the ids it aims at, never a field or
 * the value of a query; all else comes from the archive, masked.
 */
#ifndef REPLAY_MISS_H
#define REPLAY_MISS_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "replay/nearest.h"

struct arena;
struct head;

enum miss_reason {
	MISS_UNKNOWN,   /* nothing recorded means the same */
	MISS_AMBIGUOUS, /* recorded for several hosts, none of them this */
	MISS_EARLY,     /* recorded only after a deletion not yet served */
	MISS_LATE,      /* recorded only before a deletion that was served */
	MISS_PURGED,    /* its body was purged from the archive */
	MISS_REASON_COUNT,
};

/* "unknown", "host", "early", "late", "purged". */
const char *miss_reason_name(enum miss_reason reason);

struct miss {
	enum miss_reason reason;
	const struct head *request; /* masked, or equal to a recorded one */
	uint64_t deletion;          /* of MISS_EARLY and MISS_LATE */
	uint64_t exchange;          /* of MISS_PURGED */
	const struct span *hosts;   /* of MISS_AMBIGUOUS */
	size_t host_count;
	struct near nearest[NEAREST_MAX]; /* of MISS_UNKNOWN */
	size_t nearest_count;
};

/* The JSON object that explains it, in the arena. */
struct span miss_text(const struct miss *miss, struct arena *arena);

#endif
