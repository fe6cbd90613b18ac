#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

#define MIN_BLOCK 2048

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	void *adopted;
	_Alignas(max_align_t) uint8_t bytes[];
};

static size_t
round_up(size_t len)
{
	const size_t mask = _Alignof(max_align_t) - 1;

	return (len + mask) & ~mask;
}

static struct arena_block *
add_block(struct arena *a, size_t len)
{
	size_t size = len > MIN_BLOCK ? len : MIN_BLOCK;
	struct arena_block *b = xmalloc(sizeof(*b) + size);

	*b = (struct arena_block){ .next = a->blocks, .size = size };
	a->blocks = b;
	a->held += sizeof(*b) + size;
	return b;
}

void *
arena_alloc(struct arena *a, size_t len)
{
	struct arena_block *b = a->blocks;
	size_t need = round_up(len);
	void *p;

	if (b == NULL || b->size - b->used < need)
		b = add_block(a, need);
	p = b->bytes + b->used;
	b->used += need;
	return memset(p, 0, len);
}

struct span
arena_copy(struct arena *a, struct span data)
{
	uint8_t *p;

	if (data.p == NULL)
		return data;
	p = arena_alloc(a, data.len);
	if (data.len > 0)
		memcpy(p, data.p, data.len);
	return (struct span){ p, data.len };
}

void
arena_adopt(struct arena *a, void *p, size_t len)
{
	struct arena_block *b = xmalloc(sizeof(*b)), **at = &a->blocks;

	/* Behind the first, which has room left. */
	if (*at != NULL)
		at = &(*at)->next;
	*b =
	    (struct arena_block){ *at, .used = len, .size = len, .adopted = p };
	*at = b;
	a->held += sizeof(*b) + len;
}

static void
disown(struct arena_block *b)
{
	free(b->adopted);
	b->adopted = NULL;
	b->size = b->used = 0;
}

void
arena_drop(struct arena *a, const void *p)
{
	struct arena_block *b = a->blocks;

	while (b != NULL && (p == NULL || b->adopted != p))
		b = b->next;
	if (b == NULL)
		return;
	a->held -= b->size;
	disown(b);
}

char *
arena_string(struct arena *a, struct span data)
{
	char *s = arena_alloc(a, data.len + 1);

	if (data.len > 0)
		memcpy(s, data.p, data.len);
	return s;
}

struct span
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int len;
	char *s;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return (struct span){ 0 };
	s = arena_alloc(a, (size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return (struct span){ (uint8_t *)s, (size_t)len };
}

void
arena_join(struct arena *a, struct arena *from)
{
	struct arena_block **tail = &a->blocks;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = from->blocks;
	a->held += from->held;
	*from = ARENA_INIT;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks;

	if (keep == NULL)
		return;
	a->blocks = keep->next;
	arena_release(a);
	if (keep->adopted != NULL)
		disown(keep);
	keep->next = NULL;
	keep->used = 0;
	a->blocks = keep;
	a->held = sizeof(*keep) + keep->size;
}

void
arena_release(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_block *b = a->blocks; b != NULL; b = next) {
		next = b->next;
		free(b->adopted);
		free(b);
	}
	*a = ARENA_INIT;
}
