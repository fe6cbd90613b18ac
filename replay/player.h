/*
 * player.h - an archive being played: one request in, one answer out.
 *
 * All that is deterministic about a server, and no sockets: the same
 * requests of the same sessions in the same order give the same answers.
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
struct err;
struct message;
struct player;
struct rules;
struct store;

/* Both must outlive the player. */
int player_open(struct player **out, struct store *store,
    const struct rules *rules, struct err *err) MUST_CHECK;

/* NULL is allowed. */
void player_close(struct player *p);

struct play {
	const struct answer *answer; /* release it; NULL: a miss */
	struct miss miss;
	bool no_session; /* a miss because there are too many sessions */
};

/*
 * Take what comes next for this request in this session.  Spans in a miss
 * live in the arena.  Errors: those of the store.
 */
int player_take(struct player *p, const struct message *request,
    struct span session, struct arena *arena, struct play *out,
    struct err *err) MUST_CHECK;

/* SHA-256 over the ids served, eight bytes each, highest first. */
void player_sequence(struct player *p, uint8_t out[32]);

/*
 * Tell of every exchange that could be served and never was, in archive
 * order.  Errors: those of the store.
 */
int player_unused(struct player *p,
    void (
	*tell)(void *ctx, uint64_t id, struct span method, struct span target),
    void *ctx, struct err *err) MUST_CHECK;

#endif
