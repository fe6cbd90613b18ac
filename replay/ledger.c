#include "replay/ledger.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/thread.h"
#include "base/xalloc.h"
#include "deletion/recogniser.h"
#include "deletion/redact.h"
#include "http/coverage.h"
#include "http/exchange.h"
#include "store/sent.h"
#include "store/store.h"

/* How long an outcome waits for others. */
#define LINGER ((int64_t)10000000) /* ns */

/* Outcomes in one commit: with few intents, and on their own. */
#define FEW  32
#define MANY 256

enum kind_of_entry {
	INTENT,
	FORGET,
	OUTCOME,
};

struct item {
	struct item *next;
	enum kind_of_entry what;
	size_t step;
	uint64_t source; /* 0: none */
	int64_t time;
	size_t size;               /* when it came, */
	int64_t came;              /* by the steady clock */
	int64_t until;             /* it may wait, by the same */
	struct exchange *exchange; /* of OUTCOME; owned */
};

struct list {
	struct item *first, **last;
	size_t count;
};

struct ledger {
	struct ledger_options options;
	pthread_t thread;
	struct coverage coverage; /* the thread's until it has ended */

	pthread_mutex_t mutex; /* guards all below */
	pthread_cond_t more;   /* by the steady clock */
	struct list urgent;    /* intents, and what takes them back */
	struct list outcomes, durable;
	int64_t until; /* the first of urgent that may not wait */
	size_t held;   /* bytes of what is not written yet */
	bool ended, failed;
	struct err failure;
};

static void
lock(struct ledger *l)
{
	int rc = pthread_mutex_lock(&l->mutex);

	assert(rc == 0);
}

static void
unlock(struct ledger *l)
{
	int rc = pthread_mutex_unlock(&l->mutex);

	assert(rc == 0);
}

static void
list_init(struct list *list)
{
	*list = (struct list){ NULL, &list->first, 0 };
}

static void
append(struct list *list, struct item *item)
{
	item->next = NULL;
	*list->last = item;
	list->last = &item->next;
	list->count++;
}

static struct item *
pop(struct list *list)
{
	struct item *item = list->first;

	if (item == NULL)
		return NULL;
	list->first = item->next;
	list->count--;
	if (list->first == NULL)
		list->last = &list->first;
	return item;
}

static void
move(struct list *to, struct list *from, size_t count)
{
	while (count-- > 0 && from->first != NULL)
		append(to, pop(from));
}

/* When the outcomes have waited long enough. */
static int64_t
outcomes_until(const struct ledger *l)
{
	const struct item *first = l->outcomes.first;

	return first != NULL ? first->came + LINGER : INT64_MAX;
}

/* Wait for more, or until some have waited long enough. */
static void
wait_for_more(struct ledger *l)
{
	int64_t other = outcomes_until(l);
	int64_t until = l->until < other ? l->until : other;
	struct timespec t = { until / 1000000000, until % 1000000000 };

	if (until == INT64_MAX)
		pthread_cond_wait(&l->more, &l->mutex);
	else
		pthread_cond_timedwait(&l->more, &l->mutex, &t);
}

/* Is it time to write what waits until then? */
static bool
is_due(const struct ledger *l, int64_t until)
{
	if (until == INT64_MAX)
		return false;
	return l->ended || l->held > LEDGER_MAX_HELD / 2 ||
	    clock_steady() >= until;
}

/* So many that they never pile up behind the intents that they come with. */
static size_t
share(size_t intents)
{
	if (intents == 0)
		return MANY;
	return intents > FEW / 2 ? 2 * intents : FEW;
}

/*
 * What is to be committed next; empty only at the end.  Somebody waits for
 * each intent, so most of their commits are without outcomes, which are much
 * dearer, and none has many.
 */
static void
take_next(struct ledger *l, struct list *out)
{
	list_init(out);
	lock(l);
	while (
	    !is_due(l, l->until) && !is_due(l, outcomes_until(l)) && !l->ended)
		wait_for_more(l);
	move(out, &l->urgent, l->urgent.count);
	l->until = INT64_MAX;
	if (is_due(l, outcomes_until(l)))
		move(out, &l->outcomes, share(out->count));
	unlock(l);
}

/* Count what is kept, so that the recording of it reconciles. */
static void
count(struct ledger *l, const struct exchange *x, const struct reading *r)
{
	struct coverage *c = &l->coverage;
	int64_t first = exchange_time(x);
	int64_t last = x->response != NULL ? x->response->last : first;

	c->exchanges.seen++;
	if (exchange_is_complete(x))
		c->exchanges.kept++;
	else
		c->exchanges.incomplete++;
	c->deletions += r->kind == KIND_DELETION;
	for (int f = 0; f < FLAW_COUNT; f++)
		c->flaws[f] += flaw_has(x->flaws, (enum flaw)f);
	if (c->first == 0 || first < c->first)
		c->first = first;
	if (last > c->last)
		c->last = last;
}

static int
write_outcome(struct ledger *l, struct item *item, struct err *err)
{
	struct store *st = l->options.store;
	struct exchange *x = item->exchange;
	struct reading reading = { 0 };
	uint64_t id = store_next_id(st);

	redactor_apply(l->options.redactor, x);
	reading.principal = redactor_principal(l->options.redactor, x);
	recogniser_read(l->options.recogniser, x, id, &reading);
	if (store_add(st, x, &reading, err) < 0)
		return -1;
	count(l, x, &reading);
	if (item->source == 0)
		return 0;
	return store_settle(st, item->source, item->time, id, err);
}

static int
write_item(struct ledger *l, struct item *item, struct err *err)
{
	switch (item->what) {
	case INTENT:
		return store_intend(l->options.store, item->source, item->time,
		    err);
	case FORGET:
		return store_forget(l->options.store, item->source, err);
	default:
		return write_outcome(l, item, err);
	}
}

static int
write_all(struct ledger *l, const struct list *all, struct err *err)
{
	for (struct item *i = all->first; i != NULL; i = i->next) {
		if (write_item(l, i, err) < 0)
			return -1;
		/* Nobody waits for these, but somebody may have to send. */
		if (all->first->what == OUTCOME)
			sched_yield();
	}
	return store_commit(l->options.store, err);
}

static void
free_item(struct item *item)
{
	exchange_free(item->exchange);
	free(item);
}

static bool
is_full(const struct ledger *l)
{
	return l->held > LEDGER_MAX_HELD;
}

static size_t
size_of(const struct item *item)
{
	size_t size = sizeof(*item);

	if (item->exchange != NULL)
		size += sizeof(*item->exchange) + item->exchange->arena.held;
	return size;
}

/*
 * Intents are passed on if they are durable; all the rest is over.  Return
 * whether that is news.
 */
static bool
pass_on(struct ledger *l, struct list *all, bool good)
{
	struct list over;
	struct item *item;
	bool news;

	list_init(&over);
	lock(l);
	news = !good || is_full(l);
	while ((item = pop(all)) != NULL) {
		l->held -= item->size;
		if (good && item->what == INTENT)
			append(&l->durable, item);
		else
			append(&over, item);
	}
	news = news || l->durable.first != NULL;
	unlock(l);
	while ((item = pop(&over)) != NULL)
		free_item(item);
	return news;
}

static void *
run(void *arg)
{
	struct ledger *l = arg;
	struct err err = { 0 };
	struct list all;
	bool good = true;

	for (take_next(l, &all); all.first != NULL; take_next(l, &all)) {
		if (good && write_all(l, &all, &err) < 0) {
			good = false;
			lock(l);
			l->failure = err;
			l->failed = true;
			unlock(l);
		}
		if (pass_on(l, &all, good))
			l->options.wake(l->options.ctx);
	}
	return NULL;
}

static void
init_condition(pthread_cond_t *c)
{
	pthread_condattr_t steady;

	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(c, &steady);
	pthread_condattr_destroy(&steady);
}

static void
destroy(struct ledger *l)
{
	struct item *item;

	while ((item = pop(&l->urgent)) != NULL)
		free_item(item);
	while ((item = pop(&l->outcomes)) != NULL)
		free_item(item);
	while ((item = pop(&l->durable)) != NULL)
		free_item(item);
	pthread_mutex_destroy(&l->mutex);
	pthread_cond_destroy(&l->more);
	free(l);
}

int
ledger_open(struct ledger **out, const struct ledger_options *options,
    struct err *err)
{
	struct ledger *l = xcalloc(1, sizeof(*l));
	int rc;

	l->options = *options;
	l->until = INT64_MAX;
	list_init(&l->urgent);
	list_init(&l->outcomes);
	list_init(&l->durable);
	pthread_mutex_init(&l->mutex, NULL);
	init_condition(&l->more);
	rc = thread_start(&l->thread, run, l);
	if (rc != 0) {
		destroy(l);
		errno = rc;
		return err_sys(err, "cannot start a thread");
	}
	*out = l;
	return 0;
}

/* It may sleep without an alarm, or too long. */
static bool
is_to_be_told(const struct ledger *l, const struct item *item)
{
	if (l->held > LEDGER_MAX_HELD / 2)
		return true;
	return item->what == OUTCOME ? l->outcomes.count == 1
				     : item->until < l->until;
}

static void
put(struct ledger *l, struct item item)
{
	struct item *copy = xmalloc(sizeof(*copy));
	struct list *list = item.what == OUTCOME ? &l->outcomes : &l->urgent;

	*copy = item;
	copy->size = size_of(copy);
	copy->came = clock_steady();
	lock(l);
	append(list, copy);
	l->held += copy->size;
	if (is_to_be_told(l, copy))
		pthread_cond_signal(&l->more);
	if (copy->what != OUTCOME && copy->until < l->until)
		l->until = copy->until;
	unlock(l);
}

void
ledger_intend(struct ledger *l, size_t step, uint64_t source, int64_t until)
{
	put(l,
	    (struct item){ .what = INTENT,
		.until = until,
		.step = step,
		.source = source,
		.time = clock_wall() });
}

void
ledger_forget(struct ledger *l, uint64_t source)
{
	put(l, (struct item){ .what = FORGET, .source = source });
}

void
ledger_settle(struct ledger *l, uint64_t source, struct exchange *x)
{
	put(l,
	    (struct item){ .what = OUTCOME,
		.source = source,
		.time = exchange_time(x),
		.exchange = x });
}

void
ledger_record(struct ledger *l, struct exchange *x)
{
	put(l, (struct item){ .what = OUTCOME, .exchange = x });
}

bool
ledger_take(struct ledger *l, size_t *step)
{
	struct item *item;

	lock(l);
	item = pop(&l->durable);
	unlock(l);
	if (item == NULL)
		return false;
	*step = item->step;
	free(item);
	return true;
}

bool
ledger_is_full(struct ledger *l)
{
	bool full;

	lock(l);
	full = is_full(l);
	unlock(l);
	return full;
}

bool
ledger_has_failed(struct ledger *l)
{
	bool failed;

	lock(l);
	failed = l->failed;
	unlock(l);
	return failed;
}

int
ledger_close(struct ledger *l, struct coverage *coverage, struct err *err)
{
	bool failed;
	int rc;

	*coverage = (struct coverage){ 0 };
	if (l == NULL)
		return 0;
	lock(l);
	l->ended = true;
	pthread_cond_signal(&l->more);
	unlock(l);
	rc = pthread_join(l->thread, NULL);
	assert(rc == 0);
	*coverage = l->coverage;
	failed = l->failed;
	if (failed)
		*err = l->failure;
	destroy(l);
	return failed ? -1 : 0;
}
