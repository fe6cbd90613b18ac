#include "cli/tape.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/thread.h"
#include "base/xalloc.h"
#include "cli/handover.h"
#include "cli/sealer.h"

struct tape {
	struct store *store;
	struct sealer *sealer; /* NULL: nothing is signed */
	struct handover *handover;
	uint64_t first_id;
	char *path;
	struct coverage coverage;
	pthread_t thread;
	bool ended, threaded;
	atomic_bool done;
	int status;
	struct err err;
};

static int
begin(struct tape *t, struct recording *rec, uint64_t memory, struct err *err)
{
	if (sealer_begin(t->sealer, t->store, err) < 0 ||
	    store_begin(t->store, rec, err) < 0)
		return -1;
	t->first_id = store_next_id(t->store);
	return handover_open(&t->handover, t->store, t->sealer, memory, err);
}

static void
release(struct tape *t)
{
	sealer_close(t->sealer);
	free(t->path);
	free(t);
}

int
tape_open(struct tape **out, const char *path, enum store_mode mode,
    struct recording *rec, const struct sealer_options *seal, uint64_t memory,
    struct err *err)
{
	struct tape *t = xcalloc(1, sizeof(*t));
	struct err ignored;

	t->path = xstrdup(path);
	if (sealer_open(&t->sealer, seal, path, err) < 0 ||
	    store_open(&t->store, path, mode, err) < 0) {
		release(t);
		return -1;
	}
	if (begin(t, rec, memory, err) < 0) {
		(void)!store_close(t->store, &ignored);
		release(t);
		return -1;
	}
	*out = t;
	return 0;
}

struct handover *
tape_handover(struct tape *t)
{
	return t->handover;
}

uint64_t
tape_first_id(const struct tape *t)
{
	return t->first_id;
}

const char *
tape_path(const struct tape *t)
{
	return t->path;
}

const struct coverage *
tape_coverage(const struct tape *t)
{
	return &t->coverage;
}

bool
tape_is_done(struct tape *t)
{
	return atomic_load(&t->done);
}

/* The first error counts; what was written before it is worth keeping. */
static void
note(struct tape *t, int status, const struct err *err)
{
	if (status >= 0 || t->status < 0)
		return;
	t->status = status;
	t->err = *err;
}

static void *
finish(void *arg)
{
	struct tape *t = arg;
	struct err err;

	note(t, handover_close(t->handover, &err), &err);
	note(t, store_end(t->store, &t->coverage, &err), &err);
	if (t->status == 0)
		note(t, sealer_end(t->sealer, t->store, &err), &err);
	note(t, store_close(t->store, &err), &err);
	atomic_store(&t->done, true);
	return NULL;
}

void
tape_end(struct tape *t, const struct coverage *coverage)
{
	assert(!t->ended);
	t->ended = true;
	t->coverage = *coverage;
	t->threaded = thread_start(&t->thread, finish, t) == 0;
	if (!t->threaded)
		finish(t);
}

int
tape_close(struct tape *t, struct err *err)
{
	int status;

	assert(t->ended);
	if (t->threaded)
		pthread_join(t->thread, NULL);
	status = t->status;
	if (status < 0)
		*err = t->err;
	release(t);
	return status;
}
