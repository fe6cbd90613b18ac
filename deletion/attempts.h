/*
 * attempts.h - which deletions are tries of one intent.
 *
 * Two deletions are attempts of one logical deletion if operation, targets,
 * scope, dry run, host and principal agree, and they bear the same idempotency
 * token or the second began within ATTEMPT_WINDOW_NS of packet time after
 * the last that was seen of the first: its end, a follow-up, or the time
 * that the server asked to wait for.
 *
 * What an attempt shows about the client (enum finding):
 *
 *   - repeated after success: an attempt before it was answered "deleted",
 *     or a follow-up confirmed it, before this one was sent;
 *   - repeated while pending: the same with "accepted" and no verdict yet;
 *   - retried with a new token: the attempt before failed, was throttled or
 *     has no known outcome, both bear tokens, and this one's is new;
 *   - retried too soon: before the time that a 429, a 503 or any other
 *     throttling answer named in Retry-After (RFC 9110, section 10.2.3);
 *   - token reused: the principal used the token for this operation before,
 *     with other parameters.  Other targets make it another intent as well.
 *
 * Sending the same token again is what tokens are for, so that it is
 * neither of the first two.
 */
#ifndef DELETION_ATTEMPTS_H
#define DELETION_ATTEMPTS_H

#include "deletion/deletion.h"

#define ATTEMPT_WINDOW_NS ((int64_t)300 * 1000000000)

enum {
	ATTEMPTS_MAX = 16384, /* intents remembered; as many tokens */
};

struct attempts;

/* The rules must outlive the attempts. */
struct attempts *attempts_new(const struct rules *rules);
void attempts_free(struct attempts *a); /* NULL is allowed */

/*
 * Number the deletion of exchange x, which has this id and whose key and
 * principal are set in r, and set its findings; remember it.
 */
void attempts_add(struct attempts *a, const struct exchange *x, uint64_t id,
    struct reading *r);

/*
 * Exchanges from this id on go into another archive: what came before is
 * still known, but attempts are counted as those of the first one there.
 */
void attempts_cut(struct attempts *a, uint64_t id);

/* Learn from the follow-ups that exchange x is. */
void attempts_follow(struct attempts *a, const struct exchange *x,
    const struct follow_up *follow_ups, size_t count);

#endif
