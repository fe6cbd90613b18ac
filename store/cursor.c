#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "http/url.h"
#include "store/db.h"
#include "store/handle.h"
#include "store/lookup.h"
#include "store/reader.h"

#define PAGE 64 /* ids fetched at a time, as the statements say */

enum way {
	BY_ID,
	BY_OPERATION,
	BY_KEY,
	BY_PATH,
	BY_TARGET,
};

/*
 * Holds no transaction between two calls, so that a reader who takes his
 * time does not keep the writer's journal from being folded in.
 */
struct cursor {
	struct store *st;
	struct selection which;
	struct arena arena; /* of what which points at */
	enum way way;
	uint32_t hash;     /* of a key, path or target */
	int64_t operation; /* its word */
	int64_t last;      /* no id above it: what was there at the start */
	uint64_t page[PAGE];
	size_t at, count;
	bool ended;
};

/* Choose what leaves least; what it leaves is looked at. */
static enum way
choose(const struct selection *which)
{
	if (which->target.p != NULL)
		return BY_TARGET;
	if (which->key != NULL)
		return BY_KEY;
	if (which->path.p != NULL)
		return BY_PATH;
	return which->operation.p != NULL ? BY_OPERATION : BY_ID;
}

static uint32_t
choose_hash(const struct selection *which, enum way way)
{
	if (way == BY_TARGET)
		return lookup_hash(LOOKUP_TARGET, which->target);
	if (way == BY_PATH)
		return lookup_hash(LOOKUP_PATH, which->path);
	return lookup_hash(LOOKUP_MATCH,
	    (struct span){ which->key,
		which->key != NULL ? MATCH_KEY_SIZE : 0 });
}

static void
copy_selection(struct cursor *c, const struct selection *which)
{
	struct span key = { which->key, MATCH_KEY_SIZE };

	c->which = *which;
	c->which.key = arena_copy(&c->arena, key).p;
	c->which.operation = arena_copy(&c->arena, which->operation);
	c->which.path = arena_copy(&c->arena, which->path);
	c->which.target = arena_copy(&c->arena, which->target);
	c->way = choose(which);
	c->hash = choose_hash(which, c->way);
}

static int
find_operation(struct cursor *c, struct db *db, struct err *err)
{
	struct query *q;
	int got;

	if (c->which.operation.p == NULL)
		return 0;
	if ((q = db_query(db, SQL_WORD_FIND, err)) == NULL)
		return -1;
	put_text(q, c->which.operation);
	if ((got = query_step(q, err)) == 1)
		c->operation = take_int(q, 1, INT64_MAX);
	query_reset(q);
	/* A word that no row has is in no deletion. */
	c->ended = got == 0;
	return got < 0 ? -1 : 0;
}

/* Asked for every cursor, so it is prepared but once. */
static int
find_last(struct db *db, int64_t *last, struct err *err)
{
	struct query *q = db_query(db, SQL_LAST_EXCHANGE, err);

	if (q == NULL || query_row(q, "nothing counted", err) < 0)
		return -1;
	*last = take_int_or(q, 1, INT64_MAX, 0);
	query_reset(q);
	return 0;
}

int
store_last_id(struct store *st, uint64_t *id, struct err *err)
{
	struct db *db;
	int64_t last;

	if (store_db(st, &db, err) < 0)
		return -1;
	if (find_last(db, &last, err) < 0)
		return store_fail(st, err);
	*id = last > 0 ? (uint64_t)last : 0;
	return 0;
}

int
cursor_open(struct cursor **out, struct store *st,
    const struct selection *which, struct err *err)
{
	struct cursor *c = xcalloc(1, sizeof(*c));
	struct db *db;

	c->st = st;
	c->arena = ARENA_INIT;
	copy_selection(c, which);
	if (store_db(st, &db, err) < 0) {
		cursor_close(c);
		return -1;
	}
	if (find_last(db, &c->last, err) < 0 ||
	    find_operation(c, db, err) < 0) {
		cursor_close(c);
		return store_fail(st, err);
	}
	*out = c;
	return 0;
}

void
cursor_close(struct cursor *c)
{
	if (c == NULL)
		return;
	arena_release(&c->arena);
	free(c);
}

static void
put_selection(struct query *q, const struct cursor *c)
{
	const struct selection *which = &c->which;

	put_int(q, (int64_t)which->after);
	put_int(q, c->last);
	if (which->by_kind)
		put_int(q, which->kind);
	else
		put_null(q);
	if (which->recording != 0)
		put_int(q, (int64_t)which->recording);
	else
		put_null(q);
	if (c->way == BY_OPERATION)
		put_int(q, c->operation);
}

static int
fetch_rows(struct cursor *c, struct db *db, struct err *err)
{
	struct query *q = db_query(db,
	    c->way == BY_OPERATION ? SQL_PAGE_OPERATION : SQL_PAGE_ALL, err);
	bool bad = false;
	int got = 0;

	if (q == NULL)
		return -1;
	put_selection(q, c);
	while (c->count < PAGE && (got = query_step(q, err)) == 1) {
		c->page[c->count++] = (uint64_t)take_int(q, 1, INT64_MAX);
		bad = bad || query_is_bad(q);
	}
	query_reset(q);
	if (bad)
		return err_set(err, ERR_CORRUPT, "an id makes no sense");
	return c->count < PAGE ? got : 0;
}

static int
fetch(struct cursor *c, struct db *db, struct err *err)
{
	int count;

	c->at = c->count = 0;
	if (c->which.after >= (uint64_t)c->last)
		return 0;
	if (c->way <= BY_OPERATION)
		return fetch_rows(c, db, err);
	count = lookup_find(db, c->hash, c->which.after, c->page, PAGE, err);
	if (count < 0)
		return -1;
	c->count = (size_t)count;
	while (c->count > 0 && c->page[c->count - 1] > (uint64_t)c->last)
		c->count--;
	return 0;
}

/* The next id that the index gives: 1, 0 or -1. */
static int
next_id(struct cursor *c, uint64_t *id, struct err *err)
{
	struct db *db;

	if (c->at == c->count) {
		if (c->ended)
			return 0;
		if (store_db(c->st, &db, err) < 0)
			return -1;
		if (fetch(c, db, err) < 0)
			return store_fail(c->st, err);
		c->ended = c->count < PAGE;
		if (c->count == 0)
			return 0;
	}
	*id = c->page[c->at++];
	c->which.after = *id;
	return 1;
}

static bool
has_path(const struct entry *e, struct span path)
{
	const struct message *m = e->exchange->request;

	return m != NULL &&
	    span_eq(url_split(m->parsed.method, m->parsed.target).path, path);
}

static bool
has_target(const struct entry *e, struct span id)
{
	const struct deletion *d = &e->reading.deletion;

	if (e->reading.kind != KIND_DELETION)
		return false;
	for (size_t i = 0; i < d->target_count; i++)
		if (d->targets[i].id.p != NULL && span_eq(d->targets[i].id, id))
			return true;
	return false;
}

/* Does the entry meet the conditions that were not seen to? */
static bool
fits(const struct cursor *c, const struct entry *e)
{
	const struct selection *which = &c->which;

	if ((which->by_kind && e->reading.kind != which->kind) ||
	    (which->recording != 0 && e->recording != which->recording))
		return false;
	if (which->key != NULL &&
	    memcmp(which->key, e->reading.key, MATCH_KEY_SIZE) != 0)
		return false;
	if (which->path.p != NULL && !has_path(e, which->path))
		return false;
	if (which->target.p != NULL && !has_target(e, which->target))
		return false;
	return which->operation.p == NULL ||
	    (e->reading.kind == KIND_DELETION &&
		span_eq(which->operation, e->reading.deletion.operation));
}

int
cursor_next(struct cursor *c, struct entry *e, struct err *err)
{
	uint64_t id = 0;
	int got;

	while ((got = next_id(c, &id, err)) == 1) {
		if ((got = store_get(c->st, id, e, err)) < 0)
			return -1;
		if (got == 1 && fits(c, e))
			return 1;
	}
	entry_release(e);
	return got;
}

int
store_keys(struct store *st, uint64_t after, struct store_key *out, size_t room,
    size_t *count, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int got = 1;

	*count = 0;
	while (*count < room &&
	    (got = store_get(st, after + *count + 1, &e, err)) == 1) {
		struct store_key *k = &out[(*count)++];

		k->id = e.id;
		k->kind = e.reading.kind;
		memcpy(k->key, e.reading.key, MATCH_KEY_SIZE);
	}
	entry_release(&e);
	return got < 0 ? -1 : 0;
}
