/*
 * nearest.h - what a missed request comes closest to, and what differs.
 */
#ifndef REPLAY_NEAREST_H
#define REPLAY_NEAREST_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;
struct message;
struct rules;
struct store;

/* The components in which a request can differ. */
#define DIFFERENCES(X)                                                         \
	X(METHOD, "method")                                                    \
	X(PATH, "path")                                                        \
	X(OPERATION, "operation")                                              \
	X(TARGETS, "targets")                                                  \
	X(SCOPE, "scope")                                                      \
	X(FLAGS, "flags")                                                      \
	X(QUERY, "query")                                                      \
	X(BODY, "body")                                                        \
	X(INCOMPLETE, "incomplete") /* equal, but its answer is not whole */

#define X(id, name) DIFFERENCE_##id,
enum difference { DIFFERENCES(X) DIFFERENCE_COUNT };
#undef X

const char *difference_name(enum difference d);

struct names {
	const struct span *name;
	size_t count;
};

/* One recorded exchange against the request.  Spans live in an arena. */
struct near {
	uint64_t id;
	struct span method, target, host; /* as recorded, masked */
	int status;
	unsigned differs; /* a bit for each enum difference */
	unsigned distance;
	struct names missing, extra; /* target ids: recorded but not sent,
					and sent but not recorded */
	struct names query_missing, query_extra, query_different; /* keys */
};

#define NEAREST_MAX  3  /* that are named */
#define NEAREST_LOOK 64 /* exchanges looked at in each place */

/*
 * Find up to NEAREST_MAX exchanges, closest first: among those of the same
 * path, of the same operation, and at the beginning of the archive.
 * Errors: those of the store.
 */
int nearest_find(struct store *store, const struct rules *rules,
    const struct message *request, struct arena *arena,
    struct near out[NEAREST_MAX], size_t *count, struct err *err) MUST_CHECK;

#endif
