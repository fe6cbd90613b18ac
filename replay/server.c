#include "replay/replay.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "replay/client.h"
#include "replay/confine.h"
#include "replay/course.h"
#include "replay/loop.h"
#include "replay/missed.h"
#include "replay/player.h"
#include "replay/rekeyed.h"
#include "replay/tls.h"
#include "store/store.h"

/* What a thread has for itself. */
struct desk {
	struct store *store;
	struct service service;
};

struct server {
	struct loop *loop;
	struct loop_events events;
	struct course *course;
	struct rekeyed *rekeyed;
	struct missed *missed;
	struct tls_context *tls;
	struct journal *journal;
	struct desk *desks;
	size_t desk_count;
	void (*again)(void *ctx, const uint8_t sequence[32]);
	void *ctx;
};

static void *
opened(void *ctx, size_t lane, struct peer *p)
{
	struct server *s = ctx;

	return client_new(&s->desks[lane].service, p);
}

static size_t
data(void *state, struct span bytes)
{
	return client_data(state, bytes);
}

static bool
busy(void *state)
{
	return client_is_busy(state);
}

static void
stuck(void *state)
{
	client_stuck(state);
}

static void
late(void *state)
{
	client_late(state);
}

static void
woken(void *state)
{
	client_woken(state);
}

static void
broken(void *state, const char *why)
{
	client_broken(state, why);
}

static void
closed(void *state)
{
	client_free(state);
}

static void
again(void *ctx)
{
	struct server *s = ctx;
	uint8_t sequence[32];

	course_restart(s->course, sequence);
	if (s->again != NULL)
		s->again(s->ctx, sequence);
}

/* What is the same for all threads, through the first one's store. */
static int
open_course(struct server *s, struct store *store, const struct rules *rules,
    struct err *err)
{
	int status = store_hold(store, err);

	if (status == 0)
		status = course_open(&s->course, store, err);
	if (status == 0)
		status = rekeyed_open(&s->rekeyed, store, rules,
		    course_last(s->course), err);
	store_let_go(store);
	return status;
}

/* Each thread reads the archive through a connection of its own. */
static int
open_desk(struct server *s, struct desk *d, const char *archive,
    const struct rules *rules, const struct server_options *options,
    struct err *err)
{
	struct player_options player = { .memory =
					     options->memory / s->desk_count,
		.incomplete = options->incomplete,
		.head_of_get = options->head_of_get };

	if (store_open(&d->store, archive, STORE_READ, err) < 0)
		return -1;
	if (s->course == NULL && open_course(s, d->store, rules, err) < 0)
		return -1;
	player.rekeyed = s->rekeyed;
	d->service.limits = options->limits;
	d->service.latency = options->latency;
	d->service.on_miss = options->on_miss;
	d->service.input.limit = CLIENT_MAX_INPUT / s->desk_count;
	if (d->service.input.limit < 2 * options->limits.body)
		d->service.input.limit = 2 * options->limits.body;
	d->service.missed = s->missed;
	d->service.journal = s->journal;
	return player_open(&d->service.player, d->store, rules, s->course,
	    &player, err);
}

static int
open_desks(struct server *s, const char *archive, const struct rules *rules,
    const struct server_options *options, struct err *err)
{
	s->desk_count = options->threads;
	s->desks = xcalloc(s->desk_count, sizeof(s->desks[0]));
	for (size_t i = 0; i < s->desk_count; i++)
		if (open_desk(s, &s->desks[i], archive, rules, options, err) <
		    0)
			return -1;
	return 0;
}

static int
open_tls(struct server *s, const struct server_options *options,
    struct err *err)
{
	if (options->tls_made)
		return tls_context_made(&s->tls, err);
	if (options->tls_chain == NULL)
		return 0;
	return tls_context_files(&s->tls, options->tls_chain, options->tls_key,
	    err);
}

static int
listen_on(struct server *s, const struct server_options *options,
    struct err *err)
{
	struct loop_options loop = { .address = options->listen,
		.lanes = options->threads,
		.max_peers = options->limits.clients,
		.tls = s->tls };

	return loop_open(&s->loop, &loop, &s->events, err);
}

int
server_open(struct server **out, const char *archive, const struct rules *rules,
    const struct server_options *options, struct err *err)
{
	struct server *s = xcalloc(1, sizeof(*s));

	s->events = (struct loop_events){ .ctx = s,
		.opened = opened,
		.data = data,
		.busy = busy,
		.stuck = stuck,
		.late = late,
		.woken = woken,
		.broken = broken,
		.closed = closed,
		.again = again };
	s->again = options->again;
	s->ctx = options->ctx;
	s->missed = missed_new();
	if (options->log != NULL)
		s->journal = journal_new(options->log);
	if (confine_rings(err) < 0 ||
	    open_desks(s, archive, rules, options, err) < 0 ||
	    open_tls(s, options, err) < 0 || listen_on(s, options, err) < 0) {
		server_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
server_confine(struct err *err)
{
	return confine(err);
}

const char *
server_url(const struct server *s)
{
	return loop_url(s->loop);
}

struct span
server_authority(const struct server *s)
{
	return tls_context_authority(s->tls);
}

uint64_t
server_rekeyed(const struct server *s)
{
	return rekeyed_count(s->rekeyed);
}

int
server_run(struct server *s, struct server_report *report, struct err *err)
{
	if (loop_run(s->loop, err) < 0)
		return -1;
	*report = (struct server_report){ 0 };
	for (size_t i = 0; i < s->desk_count; i++) {
		const struct server_report *one = &s->desks[i].service.report;

		report->requests += one->requests;
		report->answered += one->answered;
		report->missed += one->missed;
		report->refused += one->refused;
		report->failed += one->failed;
		report->tunnels += one->tunnels;
	}
	course_restart(s->course, report->sequence);
	return 0;
}

/* From miss reasons to their names. */
static void
tell_missed(void *ctx, struct span request, enum miss_reason reason,
    uint64_t times)
{
	const struct server_lists *lists = ctx;

	lists->missed(lists->ctx, request, miss_reason_name(reason), times);
}

int
server_tell(struct server *s, const struct server_lists *lists, struct err *err)
{
	missed_list(s->missed, tell_missed, (void *)(uintptr_t)lists);
	return player_unused(s->desks[0].service.player, lists->unused,
	    lists->ctx, err);
}

static void
close_desk(struct desk *d)
{
	struct err err;

	player_close(d->service.player);
	/* It was only read: closing it can lose nothing. */
	if (store_close(d->store, &err) < 0)
		return;
}

void
server_close(struct server *s)
{
	if (s == NULL)
		return;
	loop_close(s->loop);
	for (size_t i = 0; i < s->desk_count; i++)
		close_desk(&s->desks[i]);
	free(s->desks);
	rekeyed_close(s->rekeyed);
	course_close(s->course);
	tls_context_free(s->tls);
	missed_free(s->missed);
	journal_free(s->journal);
	free(s);
}
