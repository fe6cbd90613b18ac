/*
 * follower.h - what becomes of one deletion, for someone who can ask.
 *
 * A recording shows what a client happened to look at; whoever sends a
 * deletion can look himself.  The rule of the deletion says where, how often
 * and what to make of it (obit-rules(5), "poll").  Only a poll that is one
 * GET of one URL can be asked: no listing, and none with conditions of its
 * own.
 *
 *	f = follower_open(rules, x);
 *	while (f != NULL && verdict == VERDICT_UNCONFIRMED)
 *		...send follower_question(f) and read the answer as y...
 *		verdict = follower_see(f, y, arena, &state);
 *	follower_free(f);
 */
#ifndef DELETION_FOLLOWER_H
#define DELETION_FOLLOWER_H

#include "deletion/deletion.h"

struct follower;

/* Globs of states. */
struct state_list {
	const struct span *at;
	size_t count;
};

/* What to ask, and what the answers mean. */
struct question {
	struct span method; /* "GET" */
	struct span target; /* in origin-form */
	struct span host;   /* the server as the rules see it, without port;
			       may be absent */
	bool elsewhere;     /* the answer sent us to another host than the
			       one that it came from */
	struct state_list done, fail; /* states that end it */
	bool gone;                    /* and so does "not found" */
	int every, limit;             /* seconds; 0 if the rule does not say */
};

/*
 * What would be asked after this request, were it accepted.  What only the
 * answer can tell stands in braces, as the rule has it.  Return false if it
 * is no deletion, or there is nothing to ask.  Lives in the arena.
 */
bool follower_foresee(const struct rules *rules, const struct message *request,
    struct arena *arena, struct question *out);

/*
 * Follow the deletion that x shows with its answer; NULL if it is none, was
 * not accepted, or there is nothing to ask.  The rules must outlive it.
 */
struct follower *follower_open(const struct rules *rules,
    const struct exchange *x);

/* NULL is allowed. */
void follower_free(struct follower *f);

/* Lives as long as the follower. */
const struct question *follower_question(const struct follower *f);

/*
 * What x, in which the question was asked of its host, shows; the state as
 * the server words it, or absent, in the arena.
 */
enum verdict follower_see(struct follower *f, const struct exchange *x,
    struct arena *arena, struct span *state);

#endif
