#include "replay/session.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/xalloc.h"

/* A queue is known by its first id, so that it may be dropped and reread. */
struct bookmark {
	uint64_t first;
	struct progress place;
	UT_hash_handle hh;
};

struct session {
	struct bookmark *bookmarks;
	struct past past;
	UT_hash_handle hh;
	size_t name_len;
	uint8_t name[SESSION_MAX_NAME];
};

struct sessions {
	struct session *named;
};

struct sessions *
sessions_new(void)
{
	return xcalloc(1, sizeof(struct sessions));
}

static void
session_free(struct session *s)
{
	struct bookmark *b, *next;

	HASH_ITER(hh, s->bookmarks, b, next)
	{
		HASH_DEL(s->bookmarks, b);
		free(b);
	}
	past_release(&s->past);
	free(s);
}

void
sessions_free(struct sessions *all)
{
	struct session *s, *next;

	if (all == NULL)
		return;
	HASH_ITER(hh, all->named, s, next)
	{
		HASH_DEL(all->named, s);
		session_free(s);
	}
	free(all);
}

struct session *
sessions_get(struct sessions *all, struct span name)
{
	struct session *s;

	if (name.len > SESSION_MAX_NAME)
		return NULL;
	if (name.len == 0)
		name = span_of_str("");
	HASH_FIND(hh, all->named, name.p, name.len, s);
	if (s != NULL || HASH_COUNT(all->named) >= SESSION_MAX)
		return s;
	s = xcalloc(1, sizeof(*s));
	memcpy(s->name, name.p, name.len);
	s->name_len = name.len;
	HASH_ADD_KEYPTR(hh, all->named, s->name, s->name_len, s);
	return s;
}

static struct progress *
place_in(struct session *s, const struct queue *q)
{
	struct bookmark *b;

	HASH_FIND(hh, s->bookmarks, &q->ids.id[0], sizeof(b->first), b);
	if (b == NULL) {
		b = xcalloc(1, sizeof(*b));
		b->first = q->ids.id[0];
		HASH_ADD(hh, s->bookmarks, first, sizeof(b->first), b);
	}
	return &b->place;
}

enum turn
session_take(struct session *s, const struct queue *q, uint64_t *id)
{
	struct progress beginning = { 0 };

	/* With one answer and no epochs there is no place to remember. */
	if (q->ids.count == 1 && q->hard.count == 0)
		return queue_take(q, &beginning, &s->past, id);
	return queue_take(q, place_in(s, q), &s->past, id);
}
