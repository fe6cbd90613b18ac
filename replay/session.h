/*
 * session.h - clients that do not disturb each other.
 *
 * Each session has its own place in every queue and its own past.  A
 * client chooses one by a name, sent as X-Obit-Session; without it, it
 * shares the one whose name is empty.
 */
#ifndef REPLAY_SESSION_H
#define REPLAY_SESSION_H

#include "base/span.h"
#include "replay/queue.h"

#define SESSION_MAX      1024 /* sessions; forgetting one would be a lie */
#define SESSION_MAX_NAME 128  /* bytes */

struct session;
struct sessions;

struct sessions *sessions_new(void);

/* NULL is allowed. */
void sessions_free(struct sessions *all);

/*
 * The session of that name, begun if it is new; NULL if the name is too
 * long or there are SESSION_MAX.  Lives as long as all.
 */
struct session *sessions_get(struct sessions *all, struct span name);

/* queue_take() for this session. */
enum turn session_take(struct session *s, const struct queue *q, uint64_t *id);

#endif
