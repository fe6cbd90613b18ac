#include "replay/player.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/xalloc.h"
#include "http/digest.h"
#include "http/exchange.h"
#include "replay/index.h"
#include "replay/match.h"
#include "replay/session.h"
#include "store/store.h"

struct player {
	struct store *store;
	const struct rules *rules;
	struct index *index;
	struct matcher *matcher;
	struct sessions *sessions;
	struct answers *answers;
	struct digest *sequence;
	uint8_t *served; /* a bit for each id */
};

int
player_open(struct player **out, struct store *store, const struct rules *rules,
    struct err *err)
{
	struct player *p = xcalloc(1, sizeof(*p));

	p->store = store;
	p->rules = rules;
	if (index_open(&p->index, store, err) < 0 ||
	    matcher_open(&p->matcher, store, p->index, rules, err) < 0) {
		index_close(p->index);
		free(p);
		return -1;
	}
	p->sessions = sessions_new();
	p->answers = answers_new(store);
	p->sequence = digest_new();
	p->served = xcalloc(1, (size_t)(index_last(p->index) / 8) + 1);
	*out = p;
	return 0;
}

void
player_close(struct player *p)
{
	if (p == NULL)
		return;
	matcher_close(p->matcher);
	sessions_free(p->sessions);
	answers_free(p->answers);
	index_close(p->index);
	digest_free(p->sequence);
	free(p->served);
	free(p);
}

static void
note(struct player *p, uint64_t id)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(id >> (56 - 8 * i));
	digest_add(p->sequence, (struct span){ bytes, sizeof(bytes) });
	p->served[id / 8] |= (uint8_t)(1u << (id % 8));
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
		return nearest_find(p->store, p->rules, match->masked, arena,
		    out->nearest, &out->nearest_count, err);
	}
	hosts = arena_alloc(arena, match->host_count * sizeof(*hosts));
	for (size_t i = 0; i < match->host_count; i++)
		hosts[i] = arena_copy(arena, match->hosts[i]);
	out->reason = MISS_AMBIGUOUS;
	out->hosts = hosts;
	out->host_count = match->host_count;
	return 0;
}

static int
take(struct player *p, struct session *session, const struct queue *queue,
    struct play *out, struct err *err)
{
	uint64_t id;

	switch (session_take(session, queue, &id)) {
	case TURN_EARLY:
		out->miss.reason = MISS_EARLY;
		out->miss.deletion = id;
		return 0;
	case TURN_LATE:
		out->miss.reason = MISS_LATE;
		out->miss.deletion = id;
		return 0;
	case TURN_TAKEN:
		break;
	}
	if (answers_get(p->answers, id, &out->answer, err) < 0)
		return -1;
	note(p, id);
	return 0;
}

int
player_take(struct player *p, const struct message *request,
    struct span session, struct arena *arena, struct play *out, struct err *err)
{
	struct session *s = sessions_get(p->sessions, session);
	struct match match;

	*out = (struct play){ .no_session = s == NULL };
	if (s == NULL)
		return 0;
	if (matcher_find(p->matcher, request, arena, &match, err) < 0)
		return -1;
	if (match.queue == NULL)
		return explain(p, &match, arena, &out->miss, err);
	out->miss.request = &request->parsed;
	return take(p, s, match.queue, out, err);
}

void
player_sequence(struct player *p, uint8_t out[32])
{
	digest_finish(p->sequence, out);
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
	    e.id <= index_last(p->index)) {
		const struct head *request;

		if (p->served[e.id / 8] >> (e.id % 8) & 1 ||
		    !answer_exists(e.exchange))
			continue;
		request = &e.exchange->request->parsed;
		tell(ctx, e.id, request->method, request->target);
	}
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}
