#include "replay/rekeyed.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/xalloc.h"
#include "replay/match.h"
#include "store/store.h"

/* The exchanges of one key of today. */
struct list {
	uint8_t key[MATCH_KEY_SIZE];
	struct ids ids;
	UT_hash_handle hh;
};

struct rekeyed {
	struct list *by_key;
	uint64_t count;
	uint8_t *moved; /* a bit for each id */
};

static struct rekeyed *
rekeyed_new(uint64_t last)
{
	struct rekeyed *r = xcalloc(1, sizeof(*r));

	r->moved = xcalloc(1, (size_t)(last / 8) + 1);
	return r;
}

void
rekeyed_close(struct rekeyed *r)
{
	struct list *l, *next;

	if (r == NULL)
		return;
	HASH_ITER(hh, r->by_key, l, next)
	{
		HASH_DEL(r->by_key, l);
		ids_release(&l->ids);
		free(l);
	}
	free(r->moved);
	free(r);
}

/* Has e another key today?  Then key is it. */
static bool
is_moved(const struct rules *rules, const struct entry *e,
    uint8_t key[MATCH_KEY_SIZE])
{
	struct arena arena = ARENA_INIT;

	/* Without its body nobody can tell, so the stored one stands. */
	if (e->exchange->request == NULL ||
	    e->exchange->request->purged != NULL)
		return false;
	match_key(key, rules, e->exchange->request, &arena);
	arena_release(&arena);
	return memcmp(key, e->reading.key, MATCH_KEY_SIZE) != 0;
}

static void
move(struct rekeyed *r, uint64_t id, const uint8_t key[MATCH_KEY_SIZE])
{
	struct list *l;

	HASH_FIND(hh, r->by_key, key, MATCH_KEY_SIZE, l);
	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		memcpy(l->key, key, MATCH_KEY_SIZE);
		HASH_ADD(hh, r->by_key, key, MATCH_KEY_SIZE, l);
	}
	ids_add(&l->ids, id);
	r->moved[id / 8] |= (uint8_t)(1u << (id % 8));
	r->count++;
}

/* Look at a few; return 1 if one of them moved. */
static int
look_at_some(struct store *store, const struct rules *rules, uint64_t last,
    struct err *err)
{
	uint64_t step = last / REKEYED_SAMPLE + 1;
	struct entry e = ENTRY_INIT;
	uint8_t key[MATCH_KEY_SIZE];
	int found = 0;

	for (uint64_t id = 1; id <= last; id += step) {
		found = store_get(store, id, &e, err);
		if (found < 0 || (found > 0 && is_moved(rules, &e, key)))
			break;
		found = 0;
	}
	entry_release(&e);
	return found;
}

static int
look_at_all(struct rekeyed *r, struct store *store, const struct rules *rules,
    uint64_t last, struct err *err)
{
	static const struct selection all;
	struct entry e = ENTRY_INIT;
	uint8_t key[MATCH_KEY_SIZE];
	struct cursor *c;
	int more;

	if (cursor_open(&c, store, &all, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0 && e.id <= last)
		if (is_moved(rules, &e, key))
			move(r, e.id, key);
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}

int
rekeyed_open(struct rekeyed **out, struct store *store,
    const struct rules *rules, uint64_t last, struct err *err)
{
	int some = look_at_some(store, rules, last, err);

	*out = NULL;
	if (some <= 0)
		return some;
	*out = rekeyed_new(last);
	if (look_at_all(*out, store, rules, last, err) == 0)
		return 0;
	rekeyed_close(*out);
	*out = NULL;
	return -1;
}

uint64_t
rekeyed_count(const struct rekeyed *r)
{
	return r == NULL ? 0 : r->count;
}

bool
rekeyed_has(const struct rekeyed *r, uint64_t id)
{
	return r != NULL && (r->moved[id / 8] >> (id % 8) & 1) != 0;
}

const struct ids *
rekeyed_at(const struct rekeyed *r, const uint8_t key[MATCH_KEY_SIZE])
{
	struct list *l = NULL;

	if (r != NULL)
		HASH_FIND(hh, r->by_key, key, MATCH_KEY_SIZE, l);
	return l == NULL ? NULL : &l->ids;
}
