#include "deletion/pending.h"

#include <stdlib.h>

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

/* One poll of one pending deletion, or of one target of it. */
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
	struct arena arena; /* holds it and its watches */
	struct watch *watches;
	size_t open_targets; /* that are followed one by one */
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
	size_t count;
};

struct pending_table *
pending_new(void)
{
	return xcalloc(1, sizeof(struct pending_table));
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
	uint8_t *copy;

	if (slot != NULL)
		return slot;
	slot = xcalloc(1, sizeof(*slot) + key.len);
	copy = (uint8_t *)(slot + 1);
	memcpy(copy, key.p, key.len);
	slot->key = (struct span){ copy, key.len };
	HASH_ADD_KEYPTR(hh, t->slots, slot->key.p, slot->key.len, slot);
	return slot;
}

static void
drop_watch(struct pending_table *t, struct watch *w)
{
	DL_DELETE2(w->slot->first, w, prev_same, next_same);
	if (--w->slot->count == 0) {
		HASH_DEL(t->slots, w->slot);
		free(w->slot);
	}
	if (w->poll->listing)
		leave_listing(t, w->poll);
}

static void
close_pending(struct pending_table *t, struct pending *p)
{
	struct watch *w;

	DL_FOREACH(p->watches, w)
	drop_watch(t, w);
	HASH_DEL(t->by_id, p);
	t->count--;
	arena_release(&p->arena);
	free(p);
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
	w = arena_alloc(&p->arena, sizeof(*w));
	w->pending = p;
	w->poll = poll;
	w->host = arena_copy(&p->arena, host);
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
	struct pending *p;

	HASH_FIND(hh, t->by_id, &id, sizeof(id), p);
	if (p != NULL)
		close_pending(t, p);
	if (t->count == PENDING_MAX)
		close_pending(t, t->by_id);
	p = xcalloc(1, sizeof(*p));
	p->id = id;
	HASH_ADD(hh, t->by_id, id, sizeof(p->id), p);
	t->count++;
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

	if (t->count == 0)
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
	if (t->count == 0)
		return 0;
	follow_path(&g);
	for (struct listing *l = t->listings; l != NULL; l = l->next)
		if (match_path(s, &l->poll->path) && asks(l->poll, s))
			follow_listing(&g, l->poll);
	n = conclude(&g, arena, out);
	free(g.seen);
	return n;
}
