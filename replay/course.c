#include "replay/course.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "http/digest.h"
#include "replay/session.h"
#include "store/store.h"

#define BATCH 64 /* ids that are digested together */

struct course {
	uint64_t last;
	pthread_mutex_t lock; /* of what follows */
	struct sessions *sessions;
	struct digest *sequence;
	uint8_t batch[BATCH * 8]; /* not yet in the digest */
	size_t batched;
	uint8_t *served; /* a bit for each id */
};

int
course_open(struct course **out, struct store *store, struct err *err)
{
	struct course *c;
	uint64_t last;

	if (store_last_id(store, &last, err) < 0)
		return -1;
	if (last > COURSE_MAX_ID)
		return err_set(err, ERR_LIMIT, "%s: more than %llu exchanges",
		    store_path(store), (unsigned long long)COURSE_MAX_ID);
	c = xcalloc(1, sizeof(*c));
	c->last = last;
	pthread_mutex_init(&c->lock, NULL);
	c->sessions = sessions_new();
	c->sequence = digest_new();
	c->served = xcalloc(1, (size_t)(last / 8) + 1);
	*out = c;
	return 0;
}

void
course_close(struct course *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->lock);
	sessions_free(c->sessions);
	digest_free(c->sequence);
	free(c->served);
	free(c);
}

uint64_t
course_last(const struct course *c)
{
	return c->last;
}

static void
flush(struct course *c)
{
	digest_add(c->sequence, (struct span){ c->batch, c->batched });
	c->batched = 0;
}

static void
note(struct course *c, uint64_t id)
{
	for (int i = 0; i < 8; i++)
		c->batch[c->batched++] = (uint8_t)(id >> (56 - 8 * i));
	if (c->batched == sizeof(c->batch))
		flush(c);
	c->served[id / 8] |= (uint8_t)(1u << (id % 8));
}

enum turn
course_take(struct course *c, struct span session, const struct queue *queue,
    uint64_t *id)
{
	enum turn turn = TURN_CROWDED;
	struct session *s;

	pthread_mutex_lock(&c->lock);
	s = sessions_get(c->sessions, session);
	if (s != NULL)
		turn = session_take(s, queue, id);
	if (turn == TURN_TAKEN)
		note(c, *id);
	pthread_mutex_unlock(&c->lock);
	return turn;
}

void
course_restart(struct course *c, uint8_t sequence[32])
{
	pthread_mutex_lock(&c->lock);
	sessions_free(c->sessions);
	c->sessions = sessions_new();
	flush(c);
	digest_finish(c->sequence, sequence);
	pthread_mutex_unlock(&c->lock);
}

bool
course_has_served(struct course *c, uint64_t id)
{
	bool served;

	pthread_mutex_lock(&c->lock);
	served = (c->served[id / 8] >> (id % 8) & 1) != 0;
	pthread_mutex_unlock(&c->lock);
	return served;
}
