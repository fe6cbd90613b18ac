#include "replay/player.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/xalloc.h"
#include "http/exchange.h"
#include "replay/course.h"
#include "replay/index.h"
#include "replay/match.h"
#include "replay/shortcut.h"
#include "store/store.h"

struct player {
	struct store *store;
	const struct rules *rules;
	struct index *index;
	struct matcher *matcher;
	struct course *course;
	struct player_options options;
	struct answers *answers;
};

int
player_open(struct player **out, struct store *store, const struct rules *rules,
    struct course *course, const struct player_options *options,
    struct err *err)
{
	size_t memory = options->memory;
	struct player *p = xcalloc(1, sizeof(*p));

	/* An eighth is left for what the allocator needs itself. */

	p->store = store;
	p->rules = rules;
	p->course = course;
	p->options = *options;
	p->answers = answers_new(store, options->incomplete, memory / 8 * 4);
	p->index = index_new(store, p->answers, options->rekeyed,
	    course_last(course), memory / 8 * 2);
	if (matcher_open(&p->matcher, store, p->index, rules, memory / 8, err) <
	    0) {
		player_close(p);
		return -1;
	}
	*out = p;
	return 0;
}

void
player_close(struct player *p)
{
	if (p == NULL)
		return;
	matcher_close(p->matcher);
	index_free(p->index);
	answers_free(p->answers);
	free(p);
}

/* Find what is nearest, with the archive's locks taken once. */
static int
find_nearest(struct player *p, const struct message *request,
    struct arena *arena, struct miss *out, struct err *err)
{
	int status = store_hold(p->store, err);

	if (status == 0)
		status = nearest_find(p->store, p->rules, request, arena,
		    out->nearest, &out->nearest_count, err);
	store_let_go(p->store);
	return status;
}

/* Explain why there is no queue. */
static int
explain(struct player *p, const struct match *match, struct arena *arena,
    struct miss *out, struct err *err)
{
	struct span *hosts;

	out->request = &match->masked->parsed;
	if (match->host_count <= 1) {
		out->reason = MISS_UNKNOWN;
		return find_nearest(p, match->masked, arena, out, err);
	}
	hosts = arena_alloc(arena, match->host_count * sizeof(*hosts));
	for (size_t i = 0; i < match->host_count; i++)
		hosts[i] = arena_copy(arena, match->hosts[i]);
	out->reason = MISS_AMBIGUOUS;
	out->hosts = hosts;
	out->host_count = match->host_count;
	return 0;
}

/* It was its turn, but there is nothing to send. */
static void
refuse_purged(struct play *out)
{
	out->miss.reason = MISS_PURGED;
	out->miss.exchange = out->answer->id;
	answer_release(out->answer);
	out->answer = NULL;
}

static int
take(struct player *p, struct span session, const struct match *match,
    struct play *out, struct err *err)
{
	uint64_t id;

	switch (course_take(p->course, session, match->queue, &id)) {
	case TURN_EARLY:
		out->miss.reason = MISS_EARLY;
		out->miss.deletion = id;
		return 0;
	case TURN_LATE:
		out->miss.reason = MISS_LATE;
		out->miss.deletion = id;
		return 0;
	case TURN_CROWDED:
		out->crowded = true;
		return 0;
	case TURN_TAKEN:
		break;
	}
	if (answers_get(p->answers, id, match->place, &out->answer, err) < 0)
		return -1;
	if (out->answer->purged && !out->head_only)
		refuse_purged(out);
	return 0;
}

/* Once more, as the GET that the HEAD stands for. */
static int
find_get(struct player *p, const struct message *request, struct arena *arena,
    struct match *match, struct err *err)
{
	struct message get = *request;
	struct match found;

	get.parsed.method = span_of_str("GET");
	get.head = (struct span){ 0 }; /* it is not what was sent */
	if (matcher_find(p->matcher, &get, arena, &found, err) < 0)
		return -1;
	if (found.queue == NULL)
		return 0;
	*match = found;
	return 1;
}

int
player_take(struct player *p, const struct message *request,
    struct span session, struct arena *arena, struct play *out, struct err *err)
{
	struct span method = request->parsed.method;
	struct match match;
	int found;

	*out = (struct play){ 0 };
	if (matcher_find(p->matcher, request, arena, &match, err) < 0)
		return -1;
	if (match.queue == NULL && p->options.head_of_get &&
	    span_eq_str(method, "HEAD")) {
		if ((found = find_get(p, request, arena, &match, err)) < 0)
			return -1;
		out->head_only = found > 0;
	}
	if (match.queue == NULL && span_eq_str(method, "CONNECT")) {
		out->tunnel = true;
		return 0;
	}
	if (match.queue == NULL)
		return explain(p, &match, arena, &out->miss, err);
	out->miss.request = &request->parsed;
	return take(p, session, &match, out, err);
}

int
player_repeat(struct player *p, struct span bytes, const struct shortcut **seen,
    struct play *out, struct err *err)
{
	struct match match;
	int found = matcher_recall(p->matcher, bytes, seen, &match, err);

	if (found <= 0)
		return found;
	*out = (struct play){ .miss.request = &(*seen)->request };
	return take(p, (*seen)->session, &match, out, err) < 0 ? -1 : 1;
}

int
player_unused(struct player *p,
    void (
	*tell)(void *ctx, uint64_t id, struct span method, struct span target),
    void *ctx, struct err *err)
{
	struct selection all = { 0 };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (cursor_open(&c, p->store, &all, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0 &&
	    e.id <= course_last(p->course)) {
		const struct head *request;

		if (course_has_served(p->course, e.id) ||
		    !answers_has(p->answers, e.exchange))
			continue;
		request = &e.exchange->request->parsed;
		tell(ctx, e.id, request->method, request->target);
	}
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}
