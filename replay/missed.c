#include "replay/missed.h"

#include <pthread.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/xalloc.h"

struct item {
	uint64_t times;
	UT_hash_handle hh;
	size_t len;
	uint8_t text[]; /* the reason, then "METHOD PATH" */
};

struct missed {
	pthread_mutex_t lock;
	struct item *items;
	uint8_t scratch[MISSED_MAX_BYTES];
};

struct missed *
missed_new(void)
{
	struct missed *m = xcalloc(1, sizeof(*m));

	pthread_mutex_init(&m->lock, NULL);
	return m;
}

void
missed_free(struct missed *m)
{
	struct item *i, *next;

	if (m == NULL)
		return;
	HASH_ITER(hh, m->items, i, next)
	{
		HASH_DEL(m->items, i);
		free(i);
	}
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static size_t
put(struct missed *m, size_t at, struct span s)
{
	s = span_sub(s, 0, sizeof(m->scratch) - at);
	if (s.len > 0)
		memcpy(m->scratch + at, s.p, s.len);
	return at + s.len;
}

void
missed_add(struct missed *m, struct span method, struct span path,
    enum miss_reason reason)
{
	struct item *i;
	size_t len = 1;

	pthread_mutex_lock(&m->lock);
	m->scratch[0] = (uint8_t)reason;
	len = put(m, len, method);
	len = put(m, len, span_of_str(" "));
	len = put(m, len, path);
	HASH_FIND(hh, m->items, m->scratch, len, i);
	if (i == NULL && HASH_COUNT(m->items) < MISSED_MAX) {
		i = xcalloc(1, sizeof(*i) + len);
		i->len = len;
		memcpy(i->text, m->scratch, len);
		HASH_ADD_KEYPTR(hh, m->items, i->text, len, i);
	}
	if (i != NULL)
		i->times++;
	pthread_mutex_unlock(&m->lock);
}

void
missed_list(const struct missed *m,
    void (*tell)(void *ctx, struct span request, enum miss_reason reason,
	uint64_t times),
    void *ctx)
{
	for (const struct item *i = m->items; i != NULL; i = i->hh.next)
		tell(ctx, (struct span){ i->text + 1, i->len - 1 },
		    (enum miss_reason)i->text[0], i->times);
}
