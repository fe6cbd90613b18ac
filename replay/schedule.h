/*
 * schedule.h - which request comes next, when it is due, and whether it may
 * begin.
 *
 * Requests begin in the order of the plan.  In causal order one may begin
 * when every answer is there that ended, in the recording, before the request
 * began: because begins and ends are each sorted by time, that is the case
 * when the first so many of the ends are there, which costs nothing to know.
 * Of events at one instant the request comes last, unless its own exchange
 * took no time at all.
 *
 * Due times are absolute: a late request makes no other one later.
 */
#ifndef REPLAY_SCHEDULE_H
#define REPLAY_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "replay/plan.h"
#include "replay/sending.h"

struct schedule;

/*
 * Steps that are done are not begun, and nobody waits for them.  The plan
 * and done must outlive the schedule.
 */
struct schedule *schedule_new(const struct plan *plan,
    const struct sending *sending, const bool *done);

/* NULL is allowed. */
void schedule_free(struct schedule *s);

/* The step to begin next; false at the end. */
bool schedule_next(struct schedule *s, size_t *step);

/* When it is due, in ns after the first one; 0 if there is no schedule. */
int64_t schedule_due(struct schedule *s);

/* Is there anything to be late for? */
bool schedule_is_timed(const struct schedule *s);

/*
 * Give a turn of --rate to a request that is not of the plan: when it may
 * begin, counted as due times are, and not before then.
 */
int64_t schedule_turn(struct schedule *s, int64_t then);

/* Does the order allow it to begin now? */
bool schedule_allows(struct schedule *s);

/* It has begun. */
void schedule_begin(struct schedule *s);

/* A step that had begun is over: done says so. */
void schedule_end(struct schedule *s, size_t step);

/* One that had begun is not sent after all. */
void schedule_withdraw(struct schedule *s);

/* How many have begun and are not over. */
size_t schedule_open(const struct schedule *s);

#endif
