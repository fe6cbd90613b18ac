/*
 * follow.h - deletions that were accepted, and are asked about until they
 * are done; private to sender.c and slot.c.
 *
 * Each is asked about at its own pace, and no more often: the time from one
 * question to the next counts from the answer, and an answer that proves
 * nothing, or none at all, is followed by the next question like any other.
 * It ends with what the rule calls an end, or when its time is over.
 */
#ifndef REPLAY_FOLLOW_H
#define REPLAY_FOLLOW_H

#include <stdint.h>

#include "base/base.h"
#include "deletion/follower.h"

struct entry;
struct err;
struct request;
struct sender;
struct sending;

struct follow {
	struct follow *next, *prev; /* by due; of those that wait */
	size_t step;
	struct follower *follower;
	int64_t due, end; /* of clock_steady() */
};

/* Times between two questions and until the last one, in ns. */
int64_t follow_every(const struct sending *s, const struct question *q);
int64_t follow_limit(const struct sending *s, const struct question *q);

/* How many questions that is at most. */
uint64_t follow_most(const struct sending *s, const struct question *q);

/*
 * Follow the deletion of step, which x shows with its answer, if there is
 * something to ask; first at once, if it was asked about before.
 */
void follow_begin(struct sender *s, size_t step, const struct exchange *x,
    bool before);

/* Take the first that is due at this time off the list, or NULL. */
struct follow *follow_take(struct sender *s, int64_t now);

/* x is what came of the question; NULL if it could not be asked. */
void follow_see(struct sender *s, struct follow *f, const struct exchange *x);

/*
 * Make r the question, as it is to be sent now.  Its source is the recorded
 * deletion, whose header fields it has.  Errors: those of the dressing, and
 * ERR_REFUSED if it would be more than a read.
 */
int follow_dress(struct sender *s, const struct follow *f, struct request *r,
    const struct entry *source, struct err *err) MUST_CHECK;

void follow_free(struct sender *s, struct follow *f);

#endif
