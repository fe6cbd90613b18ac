#include "replay/replay.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "replay/client.h"
#include "replay/loop.h"
#include "replay/missed.h"
#include "replay/player.h"

struct server {
	struct loop *loop;
	struct loop_events events;
	struct service service;
};

static void *
opened(void *ctx, struct peer *p)
{
	struct server *s = ctx;

	return client_new(&s->service, p);
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
late(void *state)
{
	client_late(state);
}

static void
closed(void *state)
{
	client_free(state);
}

int
server_open(struct server **out, struct store *store, const struct rules *rules,
    const struct server_options *options, struct err *err)
{
	struct server *s = xcalloc(1, sizeof(*s));

	s->events = (struct loop_events){ .ctx = s,
		.opened = opened,
		.data = data,
		.busy = busy,
		.late = late,
		.closed = closed };
	s->service.on_miss = options->on_miss;
	s->service.input.limit = CLIENT_MAX_INPUT;
	s->service.missed = missed_new();
	if (options->log != NULL)
		s->service.journal = journal_new(options->log);
	if (player_open(&s->service.player, store, rules, err) < 0 ||
	    loop_open(&s->loop, options->listen, &s->events, err) < 0) {
		server_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

const char *
server_url(const struct server *s)
{
	return loop_url(s->loop);
}

void
server_run(struct server *s, struct server_report *report)
{
	loop_run(s->loop);
	player_sequence(s->service.player, s->service.report.sequence);
	*report = s->service.report;
}

void
server_stop(struct server *s)
{
	loop_stop(s->loop);
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
	missed_list(s->service.missed, tell_missed, (void *)(uintptr_t)lists);
	return player_unused(s->service.player, lists->unused, lists->ctx, err);
}

void
server_close(struct server *s)
{
	if (s == NULL)
		return;
	loop_close(s->loop);
	player_close(s->service.player);
	missed_free(s->service.missed);
	journal_free(s->service.journal);
	free(s);
}
