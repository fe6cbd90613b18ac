/*
 * course.h - the course that a replay takes: who was served what so far.
 *
 * The one thing that several players of one archive share, each with a
 * thread and caches of its own.  Taking the next exchange of a queue is
 * one atomic step, so that a recorded response is consumed once, however
 * many clients ask at once, and the sequence is the same for any number
 * of threads if the requests come in the same order.
 */
#ifndef REPLAY_COURSE_H
#define REPLAY_COURSE_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "replay/queue.h"

struct course;
struct err;
struct store;

#define COURSE_MAX_ID UINT64_C(0xffffffff) /* each needs a bit */

/*
 * Begin, with the archive as it is now: what a recorder appends later is
 * not there.  Errors: those of the store, ERR_LIMIT above COURSE_MAX_ID.
 */
int course_open(struct course **out, struct store *store,
    struct err *err) MUST_CHECK;

/* NULL is allowed. */
void course_close(struct course *c);

/* Ids above this one are not served. */
uint64_t course_last(const struct course *c);

/*
 * queue_take() for the session of this name, which begins if it is new.
 * TURN_CROWDED if it cannot begin.
 */
enum turn course_take(struct course *c, struct span session,
    const struct queue *queue, uint64_t *id);

/*
 * Start all sequences again, as if nothing had been served.  Write the
 * SHA-256 of the one that ends: the ids served, in that order, eight bytes
 * each, highest first.
 */
void course_restart(struct course *c, uint8_t sequence[32]);

/* Was it ever served, also before a restart? */
bool course_has_served(struct course *c, uint64_t id);

#endif
