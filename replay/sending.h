/*
 * sending.h - what to send of an archive, where to, and how.
 *
 * The same for a plan and for its execution: all of it is covered by the
 * plan's digest.
 */
#ifndef REPLAY_SENDING_H
#define REPLAY_SENDING_H

#include <stdint.h>

#include "base/base.h"
#include "http/digest.h"
#include "replay/destination.h"
#include "replay/request.h"

#define SENDING_MAX_CONNECTIONS 4096

enum order {
	ORDER_CAUSAL,   /* nothing before the responses it had seen */
	ORDER_RECORDED, /* begun in the recorded order, answered or not */
	ORDER_SERIAL,   /* one at a time */
	ORDER_COUNT,
};

/* "causal"... */
const char *order_name(enum order o);

struct exchange;

struct sending {
	struct destination target;
	const char *prefix; /* put in front of every path; NULL: nothing */
	bool keep_host;     /* send the recorded Host, not the target's */
	bool all;           /* not only deletions and follow-ups */
	enum order order;
	uint64_t speed;       /* thousandths of the recorded pace; 0: as fast
				 as allowed */
	uint64_t rate;        /* requests per second at most; 0: any */
	uint64_t limit;       /* requests; 0: all */
	uint64_t max_deletes; /* refuse to send more; UINT64_MAX: any */
	uint64_t connections; /* at a time */
	uint32_t stop_on;     /* a bit for each enum outcome */
	bool follow;          /* ask what becomes of accepted deletions */
	uint64_t follow_every, follow_limit;   /* ms; 0: as the rule says */
	uint64_t connect_s, answer_s, total_s; /* timeouts, in seconds */
	const char *const *resolve;            /* "HOST:PORT:ADDR" */
	size_t resolve_count;
	struct dressing dressing;
	/* Keyed, of all that dresses: also of what no mask tells apart. */
	uint8_t credentials[DIGEST_SIZE];
};

/* Errors: ERR_USAGE for options that make no sense, or none together. */
int sending_check(const struct sending *s, struct err *err) MUST_CHECK;

/*
 * Give r its new host and path and dress it as it is to be sent at now.
 * Errors: those of the dressing.
 */
int sending_dress(const struct sending *s, struct request *r, int64_t now,
    struct err *err) MUST_CHECK;

/*
 * Let the rules take x, which was sent to the target, for what was recorded
 * at this host, under its own path.
 */
void sending_keep_meaning(const struct sending *s, struct exchange *x,
    struct span host);

/* All of it, in words that differ if anything does; in the arena. */
struct span sending_text(const struct sending *s, struct arena *arena);

#endif
