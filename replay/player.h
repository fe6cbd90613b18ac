/*
 * player.h - an archive being played: one request in, one answer out.
 *
 * All that is deterministic about a server, and no sockets: the same
 * requests of the same sessions in the same order give the same answers,
 * whichever player of one course they come to.
 */
#ifndef REPLAY_PLAYER_H
#define REPLAY_PLAYER_H

#include <stdint.h>
#include <stdio.h>

#include "base/base.h"
#include "base/span.h"
#include "replay/answer.h"
#include "replay/miss.h"

struct arena;
struct course;
struct err;
struct message;
struct player;
struct rekeyed;
struct rules;
struct shortcut;
struct store;

struct player_options {
	size_t memory; /* bytes of what was read that are kept ready */
	const struct rekeyed *rekeyed; /* must outlive the player */
	bool incomplete;               /* as answer_exists() says */
	bool head_of_get; /* a HEAD that was not recorded takes the answer of
			     the GET, whose body must then not be sent */
};

/*
 * All three must outlive the player; the store is this player's alone,
 * the others may be shared.  Errors: ERR_SYSTEM.
 */
int player_open(struct player **out, struct store *store,
    const struct rules *rules, struct course *course,
    const struct player_options *options, struct err *err) MUST_CHECK;

/* NULL is allowed. */
void player_close(struct player *p);

struct play {
	const struct answer *answer; /* release it; NULL: a miss */
	struct miss miss;
	bool head_only; /* of the answer only the head is meant */
	bool tunnel;    /* a CONNECT that was not recorded: no answer, and
			   not missed either */
	bool crowded;   /* no answer because there are too many sessions */
};

/*
 * Take what comes next for this request in this session.  Spans in a miss
 * live in the arena.  Errors: those of the store.
 */
int player_take(struct player *p, const struct message *request,
    struct span session, struct arena *arena, struct play *out,
    struct err *err) MUST_CHECK;

/*
 * As player_take() for bytes that are the whole of a request that came
 * before.  Return 1, or 0 if they have to be taken apart.  *seen, what
 * there is to know of the request, lives until the next call and is set
 * before there is an error.
 */
int player_repeat(struct player *p, struct span bytes,
    const struct shortcut **seen, struct play *out, struct err *err) MUST_CHECK;

/*
 * Tell of every exchange that could be served and never was, by no player
 * of the course, in archive order.  Errors: those of the store.
 */
int player_unused(struct player *p,
    void (
	*tell)(void *ctx, uint64_t id, struct span method, struct span target),
    void *ctx, struct err *err) MUST_CHECK;

#endif
