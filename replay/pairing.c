#include "replay/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/spool.h"
#include "base/xalloc.h"
#include "deletion/key.h"
#include "replay/context.h"
#include "replay/host.h"
#include "replay/sorted.h"
#include "store/store.h"

#define PAGE         256                 /* keys read at a time */
#define MOVED        ((uint64_t)1 << 63) /* set in a partner of B */
#define MAX_CONTEXTS 16 /* hosts that a path of A is looked up at */
#define LOOK_AT      64 /* exchanges of A that are asked for their host */

struct side {
	struct store *store;
	uint64_t count;
	uint64_t *partner;  /* by id; in the spool */
	struct sorted keys; /* in the spool */
};

struct pairing {
	const struct rules *rules;
	struct pairing_options options;
	struct side side[2];
	struct spool spool;
};

typedef void key_visit(void *ctx, const struct store_key *k);

static int
missing(const struct store *st, uint64_t id, struct err *err)
{
	return err_set(err, ERR_CORRUPT, "%s: there is no exchange %llu",
	    store_path(st), (unsigned long long)id);
}

/* Visit the keys of all exchanges, which are numbered from 1. */
static int
visit_keys(struct store *st, uint64_t count, key_visit *visit, void *ctx,
    struct err *err)
{
	struct store_key page[PAGE];
	uint64_t last = 0;
	size_t n;

	while (last < count) {
		if (store_keys(st, last, page, PAGE, &n, err) < 0)
			return -1;
		if (n == 0)
			return missing(st, last + 1, err);
		for (size_t i = 0; i < n && last < count; i++) {
			if (page[i].id != ++last)
				return missing(st, last, err);
			visit(ctx, &page[i]);
		}
	}
	return 0;
}

static void
count_key(void *ctx, const struct store_key *k)
{
	sorted_count(ctx, k->key);
}

static void
place_key(void *ctx, const struct store_key *k)
{
	sorted_place(ctx, k->key, k->id, (uint8_t)k->kind);
}

static int
measure(struct side *s, struct err *err)
{
	if (store_last_id(s->store, &s->count, err) < 0)
		return -1;
	if (s->count > PAIRING_MAX)
		return err_set(err, ERR_LIMIT,
		    "%s: more than %llu exchanges cannot be compared",
		    store_path(s->store), (unsigned long long)PAIRING_MAX);
	return visit_keys(s->store, s->count, count_key, &s->keys, err);
}

static size_t
side_size(const struct side *s)
{
	return (size_t)(s->count + 1) * sizeof(uint64_t) +
	    (size_t)s->count * sizeof(struct sorted_key);
}

/* Give the side its part of the spool and return what follows. */
static uint8_t *
lay_out(struct side *s, uint8_t *at)
{
	s->partner = (uint64_t *)(void *)at;
	at += (size_t)(s->count + 1) * sizeof(uint64_t);
	sorted_begin(&s->keys, (struct sorted_key *)(void *)at);
	return at + (size_t)s->count * sizeof(struct sorted_key);
}

static int
load(struct side *s, struct err *err)
{
	if (visit_keys(s->store, s->count, place_key, &s->keys, err) < 0)
		return -1;
	sorted_finish(&s->keys);
	return 0;
}

/* The exchanges of one key. */
struct run {
	struct sorted_key *at;
	size_t count;
};

/* The run that begins at position i; empty at the end. */
static struct run
run_at(const struct side *s, size_t i)
{
	struct sorted_key *k = s->keys.at + i;
	size_t n = 0;

	while (
	    i + n < s->count && memcmp(k->key, k[n].key, MATCH_KEY_SIZE) == 0)
		n++;
	return (struct run){ k, n };
}

static bool
takes_part(const struct pairing *p, const struct run *r, size_t i)
{
	if (p->options.no_others && r->at[i].kind == KIND_OTHER)
		return false;
	if (!p->options.last_follow || r->at[i].kind != KIND_FOLLOW_UP)
		return true;
	while (++i < r->count)
		if (r->at[i].kind == KIND_FOLLOW_UP)
			return false;
	return true;
}

/* The next one of the run that takes part, from *i on, or NULL. */
static const struct sorted_key *
next_of(const struct pairing *p, struct side *s, const struct run *r, size_t *i)
{
	for (; *i < r->count; (*i)++) {
		if (takes_part(p, r, *i))
			return &r->at[(*i)++];
		s->partner[r->at[*i].id] = PAIRING_OUT;
	}
	return NULL;
}

static void
pair_runs(struct pairing *p, const struct run *a, const struct run *b)
{
	struct side *s = p->side;
	const struct sorted_key *x, *y;
	size_t i = 0, j = 0;

	do {
		x = next_of(p, &s[PAIRING_A], a, &i);
		y = next_of(p, &s[PAIRING_B], b, &j);
		if (x != NULL && y != NULL) {
			s[PAIRING_A].partner[x->id] = y->id;
			s[PAIRING_B].partner[y->id] = x->id;
		}
	} while (x != NULL || y != NULL);
}

static void
pair_all(struct pairing *p)
{
	const struct side *s = p->side;
	size_t i = 0, j = 0;

	while (i < s[PAIRING_A].count || j < s[PAIRING_B].count) {
		struct run a = run_at(&s[PAIRING_A], i);
		struct run b = run_at(&s[PAIRING_B], j);
		int order = a.count == 0 ? 1
		    : b.count == 0
		    ? -1
		    : memcmp(a.at->key, b.at->key, MATCH_KEY_SIZE);

		if (order < 0)
			b.count = 0;
		if (order > 0)
			a.count = 0;
		pair_runs(p, &a, &b);
		i += a.count;
		j += b.count;
	}
}

/*
 * The second round: where exchanges of B may have been sent instead.  What
 * was found out for a path and a key is kept until another one is asked for,
 * as those that come often come in a row.
 */
struct second {
	struct pairing *p;
	struct arena held; /* of the path and its contexts */
	struct span path;
	struct context contexts[MAX_CONTEXTS];
	size_t count;
	uint8_t key[MATCH_KEY_SIZE];
	size_t at; /* all of A with this key and before it have partners */
	struct arena scratch;
};

static void
add_context(struct second *s, const struct head *request)
{
	struct context new = context_of(request);

	for (size_t i = 0; i < s->count; i++)
		if (context_is_same(&s->contexts[i], &new))
			return;
	if (s->count < MAX_CONTEXTS)
		s->contexts[s->count++] =
		    (struct context){ arena_copy(&s->held, new.host),
			    arena_copy(&s->held, new.authorization) };
}

/* Find the contexts that A has for this path. */
static int
read_contexts(struct second *s, struct span path, struct err *err)
{
	struct selection which = { .path = path };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more = 1;

	if (s->path.p != NULL && span_eq(s->path, path))
		return 0;
	arena_reset(&s->held);
	s->path = arena_copy(&s->held, path);
	s->count = 0;
	if (cursor_open(&c, s->p->side[PAIRING_A].store, &which, err) < 0)
		return -1;
	for (int i = 0; i < LOOK_AT && more > 0; i++)
		if ((more = cursor_next(c, &e, err)) > 0 &&
		    e.exchange->request != NULL)
			add_context(s, &e.exchange->request->parsed);
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}

static void
key_in_context(struct second *s, uint8_t key[MATCH_KEY_SIZE],
    const struct message *request, const struct context *context)
{
	struct message as_if = *request;
	struct deletion d = { 0 };
	bool deletes;

	as_if.parsed = context_apply(&request->parsed, context, &s->scratch);
	deletes = deletion_of_request(s->p->rules, &as_if, &s->scratch, &d);
	key_of(key, s->p->rules, &as_if, deletes ? &d : NULL);
}

/* The first exchange of A with this key that has no partner, or 0. */
static uint64_t
find_free(struct second *s, const uint8_t key[MATCH_KEY_SIZE])
{
	const struct side *a = &s->p->side[PAIRING_A];

	if (memcmp(s->key, key, MATCH_KEY_SIZE) != 0) {
		memcpy(s->key, key, MATCH_KEY_SIZE);
		s->at = sorted_find(&a->keys, key);
	}
	for (; s->at < a->count &&
	     memcmp(a->keys.at[s->at].key, key, MATCH_KEY_SIZE) == 0;
	     s->at++)
		if (a->partner[a->keys.at[s->at].id] == PAIRING_NONE)
			return a->keys.at[s->at].id;
	return 0;
}

static int
pair_moved(struct second *s, const struct entry *e, struct err *err)
{
	const struct message *request = e->exchange->request;
	uint8_t key[MATCH_KEY_SIZE];
	uint64_t found = 0;
	struct span path;

	if (request == NULL || (path = path_of(&request->parsed)).p == NULL)
		return 0;
	if (read_contexts(s, path, err) < 0)
		return -1;
	for (size_t i = 0; i < s->count && found == 0; i++) {
		key_in_context(s, key, request, &s->contexts[i]);
		found = find_free(s, key);
	}
	if (found == 0)
		return 0;
	s->p->side[PAIRING_A].partner[found] = e->id;
	s->p->side[PAIRING_B].partner[e->id] = found | MOVED;
	return 0;
}

static bool
has_free(const struct side *s)
{
	for (uint64_t id = 1; id <= s->count; id++)
		if (s->partner[id] == PAIRING_NONE)
			return true;
	return false;
}

static int
pair_each(struct second *s, struct err *err)
{
	struct side *b = &s->p->side[PAIRING_B];
	struct entry e = ENTRY_INIT;
	int got = 1;

	for (uint64_t id = 1; id <= b->count && got == 1; id++) {
		if (b->partner[id] != PAIRING_NONE)
			continue;
		if ((got = store_get(b->store, id, &e, err)) == 0)
			got = missing(b->store, id, err);
		else if (got == 1 && pair_moved(s, &e, err) < 0)
			got = -1;
		arena_reset(&s->scratch);
	}
	entry_release(&e);
	return got < 0 ? -1 : 0;
}

/* Pair what is left over in B with what is left over in A. */
static int
pair_rest(struct pairing *p, struct err *err)
{
	struct second s = { .p = p };
	int rc;

	if (!has_free(&p->side[PAIRING_A]))
		return 0;
	rc = pair_each(&s, err);
	arena_release(&s.held);
	arena_release(&s.scratch);
	return rc;
}

static int
fill(struct pairing *p, struct err *err)
{
	struct side *a = &p->side[PAIRING_A], *b = &p->side[PAIRING_B];
	uint8_t *at;

	if (measure(a, err) < 0 || measure(b, err) < 0 ||
	    spool_open(&p->spool, side_size(a) + side_size(b), err) < 0)
		return -1;
	at = lay_out(a, p->spool.p);
	lay_out(b, at);
	if (load(a, err) < 0 || load(b, err) < 0)
		return -1;
	pair_all(p);
	return pair_rest(p, err);
}

int
pairing_open(struct pairing **out, struct store *a, struct store *b,
    const struct rules *rules, const struct pairing_options *options,
    struct err *err)
{
	struct pairing *p = xcalloc(1, sizeof(*p));

	p->rules = rules;
	p->options = *options;
	p->side[PAIRING_A].store = a;
	p->side[PAIRING_B].store = b;
	if (fill(p, err) < 0) {
		pairing_close(p);
		return -1;
	}
	*out = p;
	return 0;
}

void
pairing_close(struct pairing *p)
{
	if (p == NULL)
		return;
	spool_close(&p->spool);
	free(p);
}

uint64_t
pairing_count(const struct pairing *p, int side)
{
	return p->side[side].count;
}

uint64_t
pairing_partner(const struct pairing *p, int side, uint64_t id)
{
	uint64_t partner = p->side[side].partner[id];

	return partner == PAIRING_OUT ? partner : partner & ~MOVED;
}

bool
pairing_is_moved(const struct pairing *p, uint64_t id)
{
	uint64_t partner = p->side[PAIRING_B].partner[id];

	return partner != PAIRING_OUT && (partner & MOVED) != 0;
}
