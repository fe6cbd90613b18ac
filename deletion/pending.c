#include "deletion/pending.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/xalloc.h"
#include "deletion/glob.h"
#include "deletion/match.h"
#include "deletion/poll.h"

#define uthash_fatal(msg) xalloc_failed()
#include <uthash.h>
#include <utlist.h>

enum {
	SLOT_MAX = 64, /* deletions followed at one place; older ones close */
};

/* One poll of a pending deletion, or of a target of it; its host follows. */
struct watch {
	struct pending *pending;
	const struct poll *poll;
	struct span host;
	bool closed;                         /* its target is done */
	struct watch *prev_same, *next_same; /* of the same key */
	struct watch *prev, *next;           /* of the same deletion */
	struct slot *slot;
};

/* All watches on a path, or on a target that a listing names. */
struct slot {
	struct span key;
	struct watch *first; /* oldest first */
	size_t count;
	UT_hash_handle hh;
};

struct pending {
	uint64_t id;
	struct watch *watches; /* owned */
	size_t open_targets;   /* that are followed one by one */
	bool reverted, confirmed, touched;
	struct span state;
	UT_hash_handle hh;
};

/* A listing poll that some pending deletion waits for. */
struct listing {
	const struct poll *poll;
	size_t users;
	struct listing *next;
};

struct pending_table {
	struct pending *by_id; /* in the order of opening */
	struct slot *slots;
	struct listing *listings;
	struct budget budget;
};

struct pending_table *
pending_new(size_t memory)
{
	struct pending_table *t = xcalloc(1, sizeof(*t));

	t->budget.limit = memory;
	return t;
}

/* Size bytes and a copy of more behind them, which is then *more. */
static void *
take(struct pending_table *t, size_t size, struct span *more)
{
	uint8_t *p = xcalloc(1, size + more->len);

	budget_take(&t->budget, size + more->len + BUDGET_MALLOC);
	if (more->len > 0)
		memcpy(p + size, more->p, more->len);
	more->p = p + size;
	return p;
}

static void
give(struct pending_table *t, void *p, size_t size)
{
	budget_give(&t->budget, size + BUDGET_MALLOC);
	free(p);
}

static struct listing *
find_listing(const struct pending_table *t, const struct poll *poll)
{
	struct listing *l = t->listings;

	while (l != NULL && l->poll != poll)
		l = l->next;
	return l;
}

static void
use_listing(struct pending_table *t, const struct poll *poll)
{
	struct listing *l = find_listing(t, poll);

	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		l->poll = poll;
		LL_PREPEND(t->listings, l);
	}
	l->users++;
}

static void
leave_listing(struct pending_table *t, const struct poll *poll)
{
	struct listing *l = find_listing(t, poll);

	if (--l->users > 0)
		return;
	LL_DELETE(t->listings, l);
	free(l);
}

static struct slot *
find_slot(const struct pending_table *t, struct span key)
{
	struct slot *slot;

	HASH_FIND(hh, t->slots, key.p, key.len, slot);
	return slot;
}

static struct slot *
make_slot(struct pending_table *t, struct span key)
{
	struct slot *slot = find_slot(t, key);

	if (slot != NULL)
		return slot;
	slot = take(t, sizeof(*slot), &key);
	slot->key = key;
	HASH_ADD_KEYPTR(hh, t->slots, slot->key.p, slot->key.len, slot);
	return slot;
}

static void
drop_watch(struct pending_table *t, struct watch *w)
{
	DL_DELETE2(w->slot->first, w, prev_same, next_same);
	if (--w->slot->count == 0) {
		HASH_DEL(t->slots, w->slot);
		give(t, w->slot, sizeof(*w->slot) + w->slot->key.len);
	}
	if (w->poll->listing)
		leave_listing(t, w->poll);
	give(t, w, sizeof(*w) + w->host.len);
}

static void
close_pending(struct pending_table *t, struct pending *p)
{
	struct watch *w, *next;

	DL_FOREACH_SAFE(p->watches, w, next)
	drop_watch(t, w);
	HASH_DEL(t->by_id, p);
	give(t, p, sizeof(*p));
}

/*
 * A slot with room for one more watch of p: the oldest deletion that waits
 * there gives way.  NULL if p fills it alone.
 */
static struct slot *
slot_with_room(struct pending_table *t, const struct pending *p,
    struct span key)
{
	struct slot *slot = make_slot(t, key);

	if (slot->count < SLOT_MAX)
		return slot;
	if (slot->first->pending == p)
		return NULL;
	close_pending(t, slot->first->pending);
	return make_slot(t, key);
}

static bool
add_watch(struct pending_table *t, struct pending *p, const struct poll *poll,
    struct span host, struct span key)
{
	struct slot *slot = slot_with_room(t, p, key);
	struct watch *w;

	if (slot == NULL)
		return false;
	w = take(t, sizeof(*w), &host);
	w->pending = p;
	w->poll = poll;
	w->host = host;
	w->slot = slot;
	slot->count++;
	DL_APPEND2(slot->first, w, prev_same, next_same);
	DL_APPEND(p->watches, w);
	if (poll->listing)
		use_listing(t, poll);
	return true;
}

void
pending_free(struct pending_table *t)
{
	if (t == NULL)
		return;
	while (t->by_id != NULL)
		close_pending(t, t->by_id);
	free(t);
}

/* The key of a listing's target: no path holds a NUL byte at its start. */
static struct span
target_key(struct arena *arena, const struct poll *poll, struct span id)
{
	return arena_printf(arena, "%c%p%c%.*s", 0, (const void *)poll, 0,
	    (int)id.len, (const char *)id.p);
}

static bool
is_followed(const struct poll *poll, enum outcome outcome)
{
	return outcome == OUTCOME_ACCEPTED ||
	    (poll->after_deleted && outcome == OUTCOME_DELETED);
}

static void
watch_targets(struct pending_table *t, struct pending *p, struct subject *s,
    const struct poll *poll, const struct deletion *d)
{
	for (size_t i = 0; i < d->target_count; i++) {
		const struct target *target = &d->targets[i];

		if (target->id.len == 0 ||
		    !is_followed(poll, target->outcome) ||
		    p->open_targets == PENDING_MAX_TARGETS)
			continue;
		p->open_targets += add_watch(t, p, poll, subject_host(s),
		    target_key(s->arena, poll, target->id));
	}
}

bool
pending_follows(const struct poll *poll, const struct deletion *d)
{
	for (size_t i = 0; i < d->target_count; i++)
		if (is_followed(poll, d->targets[i].outcome))
			return true;
	return false;
}

static void
watch_poll(struct pending_table *t, struct pending *p, struct subject *s,
    const struct poll *poll, const struct deletion *d)
{
	struct poll_place place;

	if (poll->listing)
		watch_targets(t, p, s, poll, d);
	else if (pending_follows(poll, d) && poll_fill(poll, s, &place))
		add_watch(t, p, poll, place.host, place.path);
}

static struct pending *
new_pending(struct pending_table *t, uint64_t id)
{
	struct span none = { 0 };
	struct pending *p;

	HASH_FIND(hh, t->by_id, &id, sizeof(id), p);
	if (p != NULL)
		close_pending(t, p);
	p = take(t, sizeof(*p), &none);
	p->id = id;
	HASH_ADD(hh, t->by_id, id, sizeof(p->id), p);
	return p;
}

void
pending_open(struct pending_table *t, struct subject *s,
    const struct rule *rule, const struct deletion *d, uint64_t id)
{
	struct pending *p;
	bool any = false;

	for (size_t i = 0; i < rule->poll_count; i++)
		any |= pending_follows(&rule->polls[i], d);
	if (!any)
		return;
	p = new_pending(t, id);
	for (size_t i = 0; i < rule->poll_count; i++)
		watch_poll(t, p, s, &rule->polls[i], d);
	if (p->watches == NULL)
		close_pending(t, p);
	while (budget_is_over(&t->budget))
		close_pending(t, t->by_id);
}

static bool
asks(const struct poll *poll, struct subject *s)
{
	for (size_t i = 0; i < poll->methods.count; i++)
		if (span_eq(poll->methods.at[i], s->method))
			return subject_holds_all(s, &poll->conds) != NO;
	return false;
}

static bool
watch_fits(const struct watch *w, struct subject *s)
{
	return asks(w->poll, s) && span_eq_nocase(w->host, subject_host(s));
}

static struct slot *
slot_of_path(const struct pending_table *t, struct subject *s)
{
	if (s->url.path.p == NULL)
		return NULL;
	return find_slot(t, url_decode_path(s->url.path, s->arena));
}

bool
pending_may_concern(struct pending_table *t, struct subject *s)
{
	const struct slot *slot;

	if (t->by_id == NULL)
		return false;
	slot = slot_of_path(t, s);
	for (struct watch *w = slot ? slot->first : NULL; w != NULL;
	     w = w->next_same)
		if (watch_fits(w, s))
			return true;
	for (struct listing *l = t->listings; l != NULL; l = l->next)
		if (match_path(s, &l->poll->path) && asks(l->poll, s))
			return true;
	return false;
}

/* What one exchange shows, while it is being gathered. */
struct sighting {
	struct pending_table *table;
	struct subject *s;
	struct pending **seen;
	size_t count, room;
};

static void
note(struct sighting *g, struct pending *p, enum verdict verdict,
    struct span state)
{
	if (!p->touched) {
		if (g->count == g->room) {
			g->room = g->room ? 2 * g->room : 8;
			g->seen = xrealloc(g->seen,
			    g->room * sizeof(struct pending *));
		}
		g->seen[g->count++] = p;
	}
	p->touched = true;
	p->reverted |= verdict == VERDICT_REVERTED;
	p->confirmed |= verdict == VERDICT_CONFIRMED;
	if (state.p != NULL)
		p->state = state;
}

static void
follow_path(struct sighting *g)
{
	const struct slot *slot = slot_of_path(g->table, g->s);

	for (struct watch *w = slot ? slot->first : NULL; w != NULL;
	     w = w->next_same) {
		struct span state = { 0 };

		if (watch_fits(w, g->s))
			note(g, w->pending, poll_judge(w->poll, g->s, &state),
			    state);
	}
}

/* One of several targets counts for the deletion when it is the last. */
static void
note_target(struct sighting *g, struct watch *w, enum verdict verdict,
    struct span state)
{
	if (verdict == VERDICT_CONFIRMED) {
		w->closed = true;
		if (--w->pending->open_targets > 0)
			verdict = VERDICT_UNCONFIRMED;
	}
	note(g, w->pending, verdict, state);
}

static void
follow_target(struct sighting *g, const struct poll *poll, struct span id,
    bool named)
{
	const struct slot *slot =
	    find_slot(g->table, target_key(g->s->arena, poll, id));

	for (struct watch *w = slot ? slot->first : NULL; w != NULL;
	     w = w->next_same) {
		struct span state = { 0 };
		enum verdict verdict;

		if (w->closed || !watch_fits(w, g->s))
			continue;
		verdict = poll_judge_target(poll, g->s, id, named, &state);
		note_target(g, w, verdict, state);
	}
}

static void
follow_listing(struct sighting *g, const struct poll *poll)
{
	struct list ids = { 0 };
	bool named;

	subject_all(g->s, &poll->ids, &ids);
	named = ids.count > 0;
	if (!named)
		poll_listed(poll, g->s, &ids);
	for (size_t i = 0; i < ids.count; i++)
		follow_target(g, poll, ids.at[i], named);
}

static size_t
conclude(struct sighting *g, struct arena *arena, const struct follow_up **out)
{
	struct follow_up *list =
	    arena_alloc(arena, (g->count + 1) * sizeof(*list));

	for (size_t i = 0; i < g->count; i++) {
		struct pending *p = g->seen[i];

		list[i].deletion = p->id;
		list[i].state = arena_copy(arena, p->state);
		list[i].verdict = p->reverted ? VERDICT_REVERTED
		    : p->confirmed            ? VERDICT_CONFIRMED
					      : VERDICT_UNCONFIRMED;
		p->touched = false;
		p->state = (struct span){ 0 };
		if (list[i].verdict != VERDICT_UNCONFIRMED)
			close_pending(g->table, p);
	}
	*out = list;
	return g->count;
}

size_t
pending_follow(struct pending_table *t, struct subject *s, struct arena *arena,
    const struct follow_up **out)
{
	struct sighting g = { .table = t, .s = s };
	size_t n;

	*out = NULL;
	if (t->by_id == NULL)
		return 0;
	follow_path(&g);
	for (struct listing *l = t->listings; l != NULL; l = l->next)
		if (match_path(s, &l->poll->path) && asks(l->poll, s))
			follow_listing(&g, l->poll);
	n = conclude(&g, arena, out);
	free(g.seen);
	return n;
}
