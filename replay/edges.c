#include "replay/edges.h"

#include "replay/answer.h"
#include "replay/host.h"
#include "replay/queue.h"
#include "store/store.h"

#define MAX_DEPTH 64 /* path segments that are looked at */

/* Did something change, as far as the recording shows? */
static bool
had_effect(const struct entry *e)
{
	if (e->reading.kind != KIND_DELETION || !answer_exists(e->exchange))
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
keep_effective(struct ids *named, struct store *store, uint64_t last,
    struct err *err)
{
	struct entry e = ENTRY_INIT;
	size_t kept = 0;
	int found = 0;

	ids_sort(named);
	for (size_t i = 0; i < named->count; i++) {
		found = store_get(store, named->id[i], &e, err);
		if (found < 0)
			break;
		if (found > 0 && e.id <= last && had_effect(&e))
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
add_deletions(struct ids *to, struct store *store, uint64_t last,
    const struct selection *which, struct span host, struct err *err)
{
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (cursor_open(&c, store, which, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0 && e.id <= last)
		if (had_effect(&e) && is_named_by_path(&e) &&
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
add_by_path(struct queue *q, struct store *store, uint64_t last,
    const struct head *read, struct err *err)
{
	struct span host = host_of(read), path = path_of(read);
	struct selection which = { .by_kind = true, .kind = KIND_DELETION };

	for (int depth = 0; path.len > 1 && depth < MAX_DEPTH; depth++) {
		which.path = path;
		if (add_deletions(&q->hard, store, last, &which, host, err) < 0)
			return -1;
		path = parent(path);
	}
	return 0;
}

int
edges_find(struct queue *q, struct store *store, uint64_t last, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int found;

	if (!q->reads)
		return 0;
	if (keep_effective(&q->hard, store, last, err) < 0)
		return -1;
	found = store_get(store, q->ids.id[0], &e, err);
	if (found > 0)
		found = add_by_path(q, store, last,
		    &e.exchange->request->parsed, err);
	entry_release(&e);
	ids_sort(&q->hard);
	ids_sort(&q->soft);
	return found < 0 ? -1 : 0;
}
