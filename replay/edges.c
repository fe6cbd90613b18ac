#include "replay/edges.h"

#include <ctype.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/xalloc.h"
#include "replay/answer.h"
#include "replay/host.h"
#include "replay/queue.h"
#include "store/store.h"

#define MAX_DEPTH 64   /* path segments that are looked at */
#define MAX_PLACE 4096 /* bytes of a host and a path */

/* The deletions one level below one path of one host. */
struct list {
	struct ids ids;
	UT_hash_handle hh;
	size_t len;
	uint8_t place[]; /* the host, a blank, the path */
};

struct edges {
	struct store *store;
	uint64_t last;
	const struct answers *answers;
	bool scanned;
	struct list *lists;
	char place[MAX_PLACE];
};

struct edges *
edges_new(struct store *store, const struct answers *answers, uint64_t last)
{
	struct edges *e = xcalloc(1, sizeof(*e));

	e->store = store;
	e->last = last;
	e->answers = answers;
	return e;
}

void
edges_free(struct edges *e)
{
	struct list *l, *next;

	if (e == NULL)
		return;
	HASH_ITER(hh, e->lists, l, next)
	{
		HASH_DEL(e->lists, l);
		ids_release(&l->ids);
		free(l);
	}
	free(e);
}

/* Did something change, as far as the recording shows? */
static bool
had_effect(const struct edges *edges, const struct entry *e)
{
	if (e->reading.kind != KIND_DELETION ||
	    !answers_has(edges->answers, e->exchange))
		return false;
	switch (e->reading.deletion.outcome) {
	case OUTCOME_DELETED:
	case OUTCOME_ACCEPTED:
	case OUTCOME_PARTIAL:
	case OUTCOME_UNKNOWN:
		return true;
	default:
		return false;
	}
}

/* Keep of the deletions named by follow-ups those that count. */
static int
keep_effective(struct edges *edges, struct ids *named, struct err *err)
{
	struct entry e = ENTRY_INIT;
	size_t kept = 0;
	int found = 0;

	ids_sort(named);
	for (size_t i = 0; i < named->count; i++) {
		found = store_get(edges->store, named->id[i], &e, err);
		if (found < 0)
			break;
		if (found > 0 && e.id <= edges->last && had_effect(edges, &e))
			named->id[kept++] = e.id;
	}
	named->count = kept;
	entry_release(&e);
	return found < 0 ? -1 : 0;
}

/* Is a target of the deletion the last segment of its path? */
static bool
is_named_by_path(const struct entry *e)
{
	struct span path = path_of(&e->exchange->request->parsed);
	const struct deletion *d = &e->reading.deletion;

	for (size_t i = 0; i < d->target_count; i++) {
		struct span id = d->targets[i].id;

		if (id.len > 0 && id.len < path.len &&
		    path.p[path.len - id.len - 1] == '/' &&
		    span_eq(span_sub(path, path.len - id.len, id.len), id))
			return true;
	}
	return false;
}

/* Add the deletions of what stands at this path of this host. */
static int
add_deletions(struct edges *edges, struct ids *to,
    const struct selection *which, struct span host, struct err *err)
{
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (cursor_open(&c, edges->store, which, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0 && e.id <= edges->last)
		if (had_effect(edges, &e) && is_named_by_path(&e) &&
		    span_eq_nocase(host_of(&e.exchange->request->parsed), host))
			ids_add(to, e.id);
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}

/* The path one segment shorter; empty above the first one. */
static struct span
parent(struct span path)
{
	while (path.len > 0 && path.p[path.len - 1] != '/')
		path.len--;
	return span_sub(path, 0, path.len > 0 ? path.len - 1 : 0);
}

static int
add_by_path(struct edges *edges, struct queue *q, const struct head *read,
    struct err *err)
{
	struct span host = host_of(read), path = path_of(read);
	struct selection which = { .by_kind = true, .kind = KIND_DELETION };

	for (int depth = 0; path.len > 1 && depth < MAX_DEPTH; depth++) {
		which.path = path;
		if (add_deletions(edges, &q->hard, &which, host, err) < 0)
			return -1;
		path = parent(path);
	}
	return 0;
}

/* The list of a place, made if there is none yet; NULL if it is too long. */
static struct list *
list_at(struct edges *edges, struct span host, struct span path, bool make)
{
	size_t len = host.len + 1 + path.len;
	struct list *l;

	if (host.len >= MAX_PLACE || path.len >= MAX_PLACE - host.len)
		return NULL;
	for (size_t i = 0; i < host.len; i++)
		edges->place[i] = (char)tolower(host.p[i]);
	edges->place[host.len] = ' ';
	if (path.len > 0)
		memcpy(edges->place + host.len + 1, path.p, path.len);
	HASH_FIND(hh, edges->lists, edges->place, len, l);
	if (l != NULL || !make)
		return l;
	l = xcalloc(1, sizeof(*l) + len);
	l->len = len;
	memcpy(l->place, edges->place, len);
	HASH_ADD_KEYPTR(hh, edges->lists, l->place, len, l);
	return l;
}

static void
enlist(struct edges *edges, const struct entry *e)
{
	const struct head *request = &e->exchange->request->parsed;
	struct list *l =
	    list_at(edges, host_of(request), parent(path_of(request)), true);

	if (l != NULL)
		ids_add(&l->ids, e->id);
}

static int
scan(struct edges *edges, struct err *err)
{
	struct selection which = { .by_kind = true, .kind = KIND_DELETION };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more = 1;

	if (cursor_open(&c, edges->store, &which, err) < 0)
		return -1;
	for (int i = 0; i < EDGES_SCAN && more > 0; i++) {
		more = cursor_next(c, &e, err);
		if (more > 0 && e.id <= edges->last && had_effect(edges, &e) &&
		    is_named_by_path(&e))
			enlist(edges, &e);
	}
	cursor_close(c);
	entry_release(&e);
	edges->scanned = more >= 0;
	return more < 0 ? -1 : 0;
}

static int
add_below(struct edges *edges, struct queue *q, const struct head *read,
    struct err *err)
{
	struct span path = path_of(read);
	const struct list *l;

	/* Where there is only one answer there is nothing to choose. */
	if (path.len <= 1 || q->ids.count < 2)
		return 0;
	if (!edges->scanned && scan(edges, err) < 0)
		return -1;
	if (path.p[path.len - 1] == '/')
		path.len--;
	l = list_at(edges, host_of(read), path, false);
	for (size_t i = 0; l != NULL && i < l->ids.count; i++)
		ids_add(&q->soft, l->ids.id[i]);
	return 0;
}

int
edges_find(struct edges *edges, struct queue *q, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int found;

	if (!q->reads)
		return 0;
	if (keep_effective(edges, &q->hard, err) < 0)
		return -1;
	found = store_get(edges->store, q->ids.id[0], &e, err);
	if (found > 0) {
		const struct head *read = &e.exchange->request->parsed;

		found = add_by_path(edges, q, read, err);
		if (found == 0)
			found = add_below(edges, q, read, err);
	}
	entry_release(&e);
	ids_sort(&q->hard);
	ids_sort(&q->soft);
	return found < 0 ? -1 : 0;
}
