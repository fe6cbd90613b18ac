/*
 * adjust.h - idempotency tokens and dry runs of what is sent again.
 *
 * A token makes a server do once what it is asked twice.  Sent again while
 * the server remembers it, a deletion does nothing; later, or with another
 * token, it deletes again.
 */
#ifndef REPLAY_ADJUST_H
#define REPLAY_ADJUST_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "replay/request.h"

struct err;
struct rules;

enum token_policy {
	TOKEN_KEEP,   /* as recorded; warn of one that may be forgotten */
	TOKEN_RENEW,  /* made anew from the recorded one and the seed */
	TOKEN_REFUSE, /* an error if one is older than that */
};

struct adjustment {
	const struct rules *rules; /* must outlive it */
	enum token_policy policy;
	int64_t oldest;   /* of TOKEN_REFUSE, in nanoseconds */
	struct span seed; /* of TOKEN_RENEW */
	bool dry_run;     /* make every deletion a dry run, or refuse it */
};

/*
 * Read "keep", "renew", "renew=SEED" or "refuse-older-than=TIME", where TIME
 * is a number of seconds, or of another unit with "m", "h" or "d" behind it.
 * The text must outlive the adjustment.  Errors: ERR_USAGE.
 */
int adjustment_token(struct adjustment *a, const char *text,
    struct err *err) MUST_CHECK;

/*
 * The new token for an old one: the same for the same seed, of the same
 * shape where that leaves 16 characters to choose, else 32 hexadecimal
 * digits.  In the arena.
 */
struct span adjust_renewed(struct span token, struct span seed,
    struct arena *arena);

/*
 * Errors of dressing: ERR_REFUSED for a token that is too old, and for a
 * deletion of which the rules know no dry run; ERR_UNSUPPORTED for a body in
 * which nothing can be set.
 */
struct dresser adjust_dresser(struct adjustment *a);

#endif
