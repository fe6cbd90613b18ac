#include "store/copy.h"

#include "base/arena.h"
#include "base/err.h"
#include "store/origin.h"
#include "store/sent.h"
#include "store/store.h"

/* What is read: one exchange after another. */
struct source {
	struct cursor *cursor;
	struct entry entry;
	int got; /* 1: there is an entry */
};

static int
copy_exchange(const struct copy *c, struct entry *e, struct err *err)
{
	if (c->exchange != NULL)
		c->exchange(c->ctx, e);
	return store_add(c->to, e->exchange, &e->reading, err);
}

/* The exchanges of one recording; the entry is then the first that is not. */
static int
copy_exchanges(const struct copy *c, struct source *s, uint64_t recording,
    struct err *err)
{
	while (s->got == 1 && s->entry.recording == recording) {
		if (copy_exchange(c, &s->entry, err) < 0)
			return -1;
		s->got = cursor_next(s->cursor, &s->entry, err);
	}
	return s->got < 0 ? -1 : 0;
}

/* Of recording id, whose exchanges are those from first on. */
static int
copy_origins(const struct copy *c, uint64_t id, uint64_t first,
    struct arena *arena, struct err *err)
{
	const struct origin *origins;
	size_t count;

	if (store_origins(c->from, id, arena, &origins, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (store_origin_add(c->to, &origins[i], first,
			store_next_id(c->to) - first, err) < 0)
			return -1;
	return 0;
}

static int
end(const struct copy *c, const struct recording *rec, struct err *err)
{
	return rec->finished ? store_end(c->to, &rec->coverage, err)
			     : store_leave(c->to, err);
}

/* Recording id; 1, or 0 if there is none, or -1. */
static int
copy_recording(const struct copy *c, struct source *s, uint64_t id,
    struct arena *arena, struct err *err)
{
	uint64_t first = store_next_id(c->to);
	struct recording rec;
	int got = store_recording(c->from, id, arena, &rec, err);

	if (got < 1)
		return got;
	if (c->recording != NULL)
		c->recording(c->ctx, &rec, arena);
	if (store_begin(c->to, &rec, err) < 0 ||
	    copy_exchanges(c, s, id, err) < 0 ||
	    copy_origins(c, id, first, arena, err) < 0 ||
	    store_sent_copy(c->from, id, c->to, err) < 0)
		return -1;
	return end(c, &rec, err) < 0 ? -1 : 1;
}

int
copy_archive(const struct copy *c, struct err *err)
{
	struct selection all = { 0 };
	struct source s = { .entry = ENTRY_INIT };
	struct arena arena = ARENA_INIT;
	int more = 1;

	if (cursor_open(&s.cursor, c->from, &all, err) < 0)
		return -1;
	s.got = cursor_next(s.cursor, &s.entry, err);
	if (s.got < 0)
		more = -1;
	for (uint64_t id = 1; more == 1; id++) {
		arena_reset(&arena);
		more = copy_recording(c, &s, id, &arena, err);
	}
	if (more == 0 && s.got == 1)
		more = err_set(err, ERR_CORRUPT,
		    "exchange %llu is of no recording",
		    (unsigned long long)s.entry.id);
	entry_release(&s.entry);
	cursor_close(s.cursor);
	arena_release(&arena);
	return more;
}
