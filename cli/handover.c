#include "cli/handover.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/thread.h"
#include "base/xalloc.h"
#include "cli/sealer.h"
#include "http/body.h"
#include "http/exchange.h"
#include "store/store.h"

#define SECOND 1000000000

/*
 * To wake the writer takes as long as to write an exchange, so one that has
 * nothing to do waits a little for more of them.
 */
#define GATHER    64
#define GIVE_BACK 16
#define GATHER_NS (SECOND / 100)

/*
 * A batch is open for so long, whatever comes.  With what the kernel takes
 * to hand over packets, an exchange is in the archive within a second.
 */
#define OPEN_NS ((int64_t)SECOND * 3 / 4)

struct item {
	struct item *next;
	struct exchange *exchange;
	struct reading reading;
	uint64_t size;
};

struct queue {
	struct item *first, **last;
	size_t count;
};

struct handover {
	struct store *store;
	struct sealer *sealer;
	uint64_t limit;
	uint64_t held; /* bytes of all that is in a queue */
	pthread_t thread;

	pthread_mutex_t mutex; /* guards all below */
	pthread_cond_t more;   /* there is something to write, or the end */
	pthread_cond_t room;   /* something was written */
	struct queue waiting;  /* to be written */
	struct queue written;  /* to be freed where it was made */
	uint64_t size;         /* of the archive */
	bool ended, idle, blocked;
	struct err failure; /* of the first write that failed */
};

static void
lock(struct handover *h)
{
	int rc = pthread_mutex_lock(&h->mutex);

	assert(rc == 0);
}

static void
unlock(struct handover *h)
{
	int rc = pthread_mutex_unlock(&h->mutex);

	assert(rc == 0);
}

static void
queue_reset(struct queue *q)
{
	*q = (struct queue){ .last = &q->first };
}

static void
queue_add(struct queue *q, struct item *item)
{
	item->next = NULL;
	*q->last = item;
	q->last = &item->next;
	q->count++;
}

/* The first item, to which all others are linked; q is empty then. */
static struct item *
queue_take(struct queue *q)
{
	struct item *first = q->first;

	queue_reset(q);
	return first;
}

static struct timespec
deadline(int64_t ns)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	ns += t.tv_nsec;
	t.tv_sec += ns / SECOND;
	t.tv_nsec = ns % SECOND;
	return t;
}

/* Wait at most so long for something to write, and then for some more. */
static void
wait_for_more(struct handover *h, int64_t ns)
{
	struct timespec until = deadline(ns < INT64_MAX ? ns : 0);
	int rc = 0;

	h->idle = true;
	while (h->waiting.count == 0 && !h->ended && rc != ETIMEDOUT)
		rc = ns == INT64_MAX
		    ? pthread_cond_wait(&h->more, &h->mutex)
		    : pthread_cond_timedwait(&h->more, &h->mutex, &until);
	until = deadline(GATHER_NS);
	while (h->waiting.count > 0 && h->waiting.count < GATHER && !h->ended &&
	    !h->blocked && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&h->more, &h->mutex, &until);
	h->idle = false;
}

/* All that waits; NULL when nothing came for too long, or at the *end. */
static struct item *
take_all(struct handover *h, int64_t ns, bool *end)
{
	struct item *items;

	lock(h);
	wait_for_more(h, ns);
	items = queue_take(&h->waiting);
	*end = h->ended && items == NULL;
	unlock(h);
	return items;
}

/*
 * Give items back that were written: memory goes faster where it came from.
 */
static void
give_back(struct handover *h, struct queue *q, const struct err *failure)
{
	lock(h);
	if (q->count > 0) {
		*h->written.last = q->first;
		h->written.last = q->last;
		h->written.count += q->count;
	}
	if (failure != NULL)
		h->failure = *failure;
	if (h->blocked)
		pthread_cond_signal(&h->room);
	unlock(h);
	queue_reset(q);
}

static int
write_item(struct handover *h, struct item *item, struct err *err)
{
	body_digests(item->exchange);
	if (store_add(h->store, item->exchange, &item->reading, err) < 0)
		return -1;
	return sealer_added(h->sealer, h->store, err);
}

static void
write_items(struct handover *h, struct item *item, bool *failed)
{
	struct queue written;
	struct item *next;

	queue_reset(&written);
	for (; item != NULL; item = next) {
		struct err err = { 0 };
		bool fails = !*failed && write_item(h, item, &err) < 0;

		next = item->next;
		*failed |= fails;
		queue_add(&written, item);
		if (fails || next == NULL || written.count == GIVE_BACK)
			give_back(h, &written, fails ? &err : NULL);
	}
}

static void
measure(struct handover *h)
{
	struct err ignored;
	uint64_t size;

	if (store_size(h->store, &size, &ignored) < 0)
		return;
	lock(h);
	h->size = size;
	unlock(h);
}

/* End the open batch, and seal if it is time to. */
static void
settle(struct handover *h, bool *failed)
{
	struct queue nothing;
	struct err err = { 0 };

	queue_reset(&nothing);
	if (store_commit(h->store, &err) == 0 &&
	    sealer_tick(h->sealer, h->store, &err) == 0)
		return;
	*failed = true;
	give_back(h, &nothing, &err);
}

/* How long until the batch has to end, or something has to be sealed? */
static int64_t
patience(const struct handover *h, int64_t due, bool failed)
{
	int64_t seal = failed ? INT64_MAX : sealer_wait(h->sealer);
	int64_t ns = due;

	if (due != INT64_MAX)
		ns -= clock_steady();
	if (seal < ns)
		ns = seal;
	return ns > 0 ? ns : 0;
}

/* The first batch is open: the recording itself is in it. */
static void *
write_all(void *arg)
{
	struct handover *h = arg;
	int64_t due = clock_steady() + OPEN_NS;
	bool failed = false, end = false;
	struct item *items;

	while (!end) {
		items = take_all(h, patience(h, due, failed), &end);
		if (items != NULL && due == INT64_MAX)
			due = clock_steady() + OPEN_NS;
		write_items(h, items, &failed);
		measure(h);
		if (end || failed || (items != NULL && clock_steady() < due))
			continue;
		settle(h, &failed);
		due = INT64_MAX;
	}
	return NULL;
}

static void
destroy(struct handover *h)
{
	pthread_mutex_destroy(&h->mutex);
	pthread_cond_destroy(&h->more);
	pthread_cond_destroy(&h->room);
	free(h);
}

int
handover_open(struct handover **out, struct store *store, struct sealer *sealer,
    uint64_t limit, struct err *err)
{
	struct handover *h = xcalloc(1, sizeof(*h));
	pthread_condattr_t clock;
	int rc;

	h->store = store;
	h->sealer = sealer;
	h->limit = limit;
	queue_reset(&h->waiting);
	queue_reset(&h->written);
	pthread_mutex_init(&h->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&h->more, &clock);
	pthread_condattr_destroy(&clock);
	pthread_cond_init(&h->room, NULL);
	rc = thread_start(&h->thread, write_all, h);
	if (rc != 0) {
		destroy(h);
		errno = rc;
		return err_sys(err, "cannot start a thread");
	}
	*out = h;
	return 0;
}

static bool
has_room(const struct handover *h, uint64_t size)
{
	return h->held == 0 || (size <= h->limit && h->held <= h->limit - size);
}

static void
free_item(struct item *item)
{
	exchange_free(item->exchange);
	free(item);
}

/* Free what was written; called and left with the lock. */
static void
free_written(struct handover *h)
{
	struct item *item = queue_take(&h->written), *next;

	if (item == NULL)
		return;
	unlock(h);
	for (; item != NULL; item = next) {
		next = item->next;
		h->held -= item->size;
		free_item(item);
	}
	lock(h);
}

static void
wait_for_room(struct handover *h, uint64_t size)
{
	free_written(h);
	while (h->failure.code == ERR_NONE && !has_room(h, size)) {
		h->blocked = true;
		if (h->idle)
			pthread_cond_signal(&h->more);
		if (h->written.count == 0)
			pthread_cond_wait(&h->room, &h->mutex);
		h->blocked = false;
		free_written(h);
	}
}

int
handover_add(struct handover *h, struct exchange *x,
    const struct reading *reading, struct err *err)
{
	struct item *item = xcalloc(1, sizeof(*item));
	bool failed, large = false;

	*item = (struct item){ NULL, x, *reading,
		sizeof(*item) + sizeof(*x) + x->arena.held };
	lock(h);
	wait_for_room(h, item->size);
	failed = h->failure.code != ERR_NONE;
	if (failed) {
		*err = h->failure;
	} else {
		large = item->size > h->limit;
		queue_add(&h->waiting, item);
		h->held += item->size;
		if (h->idle &&
		    (h->waiting.count == 1 || h->waiting.count == GATHER))
			pthread_cond_signal(&h->more);
	}
	if (large) /* until there is room for any */
		wait_for_room(h, UINT64_MAX);
	unlock(h);
	if (!failed)
		return 0;
	free_item(item);
	return -1;
}

uint64_t
handover_size(struct handover *h)
{
	uint64_t size;

	lock(h);
	size = h->size;
	unlock(h);
	return size;
}

int
handover_close(struct handover *h, struct err *err)
{
	bool failed;
	int rc;

	if (h == NULL)
		return 0;
	lock(h);
	h->ended = true;
	pthread_cond_signal(&h->more);
	unlock(h);
	rc = pthread_join(h->thread, NULL);
	assert(rc == 0);
	failed = h->failure.code != ERR_NONE;
	if (failed)
		*err = h->failure;
	lock(h);
	free_written(h);
	unlock(h);
	destroy(h);
	return failed ? -1 : 0;
}
