/*
 * missed.h - which requests had no answer, and how often.
 */
#ifndef REPLAY_MISSED_H
#define REPLAY_MISSED_H

#include <stdint.h>

#include "base/span.h"
#include "replay/miss.h"

#define MISSED_MAX       10000 /* different ones that are remembered */
#define MISSED_MAX_BYTES 1024  /* of a path that is remembered */

struct missed; /* several threads may add to one */

struct missed *missed_new(void);

/* NULL is allowed. */
void missed_free(struct missed *m);

/* Remember method and path, never the query, which may hold secrets. */
void missed_add(struct missed *m, struct span method, struct span path,
    enum miss_reason reason);

/* Tell of each, in the order of their first time. */
void missed_list(const struct missed *m,
    void (*tell)(void *ctx, struct span request, enum miss_reason reason,
	uint64_t times),
    void *ctx);

#endif
