#include "replay/index.h"

#include <stdlib.h>
#include <uthash.h>
#include <utlist.h>

#include "base/xalloc.h"
#include "replay/answer.h"
#include "replay/edges.h"
#include "replay/host.h"
#include "replay/rekeyed.h"
#include "store/store.h"

#define OFFERED 4 /* answers of a key that are kept with it */

struct kept {
	struct recorded recorded;
	size_t bytes;
	struct kept *prev, *next;
	UT_hash_handle hh;
};

struct index {
	struct store *store;
	uint64_t last;
	struct answers *answers;
	const struct rekeyed *rekeyed;
	struct edges *edges;
	struct kept *by_key;
	struct kept *recent; /* latest use first */
	size_t bytes, limit;
	uint64_t age;
};

struct index *
index_new(struct store *store, struct answers *answers,
    const struct rekeyed *rekeyed, uint64_t last, size_t bytes)
{
	struct index *index = xcalloc(1, sizeof(*index));

	index->store = store;
	index->last = last;
	index->answers = answers;
	index->rekeyed = rekeyed;
	index->limit = bytes;
	index->edges = edges_new(store, answers, last);
	return index;
}

static void
kept_free(struct kept *k)
{
	struct recorded *r = &k->recorded;

	for (size_t i = 0; i < r->group_count; i++) {
		free((void *)(uintptr_t)r->groups[i].host.p);
		queue_release(&r->groups[i].queue);
	}
	free(r->groups);
	free(k);
}

static void
drop(struct index *index, struct kept *k)
{
	index->age++;
	index->bytes -= k->bytes;
	HASH_DEL(index->by_key, k);
	DL_DELETE(index->recent, k);
	kept_free(k);
}

void
index_free(struct index *index)
{
	if (index == NULL)
		return;
	while (index->recent != NULL)
		drop(index, index->recent);
	edges_free(index->edges);
	free(index);
}

uint64_t
index_last(const struct index *index)
{
	return index->last;
}

uint64_t
index_age(const struct index *index)
{
	return index->age;
}

static struct group *
group_at(const struct recorded *r, struct span host)
{
	for (size_t i = 0; i < r->group_count; i++)
		if (span_eq_nocase(r->groups[i].host, host))
			return &r->groups[i];
	return NULL;
}

const struct group *
recorded_at(const struct recorded *r, struct span host)
{
	return group_at(r, host);
}

static struct group *
add_group(struct recorded *r, struct span host)
{
	uint8_t *copy = xmalloc(host.len + 1);
	struct group *g;

	r->groups =
	    xrealloc(r->groups, (r->group_count + 1) * sizeof(r->groups[0]));
	g = &r->groups[r->group_count++];
	memcpy(copy, host.p, host.len);
	*g = (struct group){ .host = { copy, host.len } };
	return g;
}

/* Requests that ask and do not change (RFC 9110, section 9.2.1). */
static bool
is_safe(struct span method)
{
	return span_eq_str(method, "GET") || span_eq_str(method, "HEAD") ||
	    span_eq_str(method, "OPTIONS") || span_eq_str(method, "TRACE");
}

/* Put one exchange into the group of its host. */
static void
add(struct recorded *r, const struct entry *e)
{
	const struct head *request = &e->exchange->request->parsed;
	struct span host = host_of(request);
	struct group *g = group_at(r, host);

	if (g == NULL)
		g = add_group(r, host);
	ids_add(&g->queue.ids, e->id);
	g->queue.deletes |= e->reading.kind == KIND_DELETION;
	g->follows |= e->reading.kind == KIND_FOLLOW_UP;
	g->changes |= !is_safe(request->method);
	for (size_t i = 0; i < e->reading.follow_up_count; i++)
		if (e->reading.follow_ups[i].deletion != 0)
			ids_add(&g->queue.hard,
			    e->reading.follow_ups[i].deletion);
}

/* A POST that polls is a read, once the rules have said so. */
static bool
is_read(const struct group *g)
{
	return !g->queue.deletes && (g->follows || !g->changes);
}

static void
take(struct index *index, struct recorded *r, const struct entry *e, int *taken)
{
	if (!answers_has(index->answers, e->exchange))
		return;
	add(r, e);
	if (++*taken <= OFFERED)
		answers_offer(index->answers, e);
}

/* What was recorded with this key, and has it still. */
static int
read_key(struct index *index, struct recorded *r, int *taken, struct err *err)
{
	struct selection which = { .key = r->key };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (cursor_open(&c, index->store, &which, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0 && e.id <= index->last)
		if (!rekeyed_has(index->rekeyed, e.id))
			take(index, r, &e, taken);
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}

/* What has this key today. */
static int
read_moved(struct index *index, struct recorded *r, int *taken, struct err *err)
{
	const struct ids *moved = rekeyed_at(index->rekeyed, r->key);
	struct entry e = ENTRY_INIT;
	int found = 0;

	for (size_t i = 0; moved != NULL && i < moved->count; i++) {
		found = store_get(index->store, moved->id[i], &e, err);
		if (found < 0)
			break;
		if (found > 0)
			take(index, r, &e, taken);
	}
	entry_release(&e);
	for (size_t i = 0; moved != NULL && i < r->group_count; i++)
		ids_sort(&r->groups[i].queue.ids);
	return found < 0 ? -1 : 0;
}

static int
find_edges(struct index *index, struct recorded *r, struct err *err)
{
	for (size_t i = 0; i < r->group_count; i++) {
		struct group *g = &r->groups[i];

		g->queue.reads = is_read(g);
		if (edges_find(index->edges, &g->queue, err) < 0)
			return -1;
	}
	return 0;
}

static size_t
size_of(const struct kept *k)
{
	const struct recorded *r = &k->recorded;
	size_t n = sizeof(*k) + r->group_count * sizeof(r->groups[0]);

	for (size_t i = 0; i < r->group_count; i++) {
		const struct queue *q = &r->groups[i].queue;

		n += r->groups[i].host.len +
		    sizeof(uint64_t) * (q->ids.cap + q->hard.cap + q->soft.cap);
	}
	return n;
}

/* All that there is to read, with the locks taken once. */
static int
read_all(struct index *index, struct recorded *r, struct err *err)
{
	int taken = 0, status = store_hold(index->store, err);

	if (status == 0)
		status = read_key(index, r, &taken, err);
	if (status == 0)
		status = read_moved(index, r, &taken, err);
	if (status == 0)
		status = find_edges(index, r, err);
	store_let_go(index->store);
	return status;
}

static int
load(struct index *index, const uint8_t key[MATCH_KEY_SIZE], struct kept **out,
    struct err *err)
{
	struct kept *k = xcalloc(1, sizeof(*k));

	memcpy(k->recorded.key, key, MATCH_KEY_SIZE);
	if (read_all(index, &k->recorded, err) < 0) {
		kept_free(k);
		return -1;
	}
	k->bytes = size_of(k);
	index->bytes += k->bytes;
	HASH_ADD(hh, index->by_key, recorded.key, MATCH_KEY_SIZE, k);
	DL_PREPEND(index->recent, k);
	while (index->bytes > index->limit &&
	    HASH_COUNT(index->by_key) > INDEX_RECENT)
		drop(index, index->recent->prev);
	*out = k;
	return 0;
}

int
index_find(struct index *index, const uint8_t key[MATCH_KEY_SIZE],
    const struct recorded **out, struct err *err)
{
	struct kept *k;

	HASH_FIND(hh, index->by_key, key, MATCH_KEY_SIZE, k);
	if (k == NULL && load(index, key, &k, err) < 0)
		return -1;
	if (index->recent != k) {
		DL_DELETE(index->recent, k);
		DL_PREPEND(index->recent, k);
	}
	*out = &k->recorded;
	return 0;
}
