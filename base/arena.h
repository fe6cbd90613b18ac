/*
 * arena.h - memory that is freed all at once.
 *
 * One exchange, one arena: everything that belongs to it is allocated
 * here and goes when it goes.  An arena has no limit of its own; the
 * owner bounds what it puts in and can ask how much that is.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first; owned */
	size_t held;                /* bytes taken from malloc() */
};

#define ARENA_INIT ((struct arena){ 0 })

/* len zeroed bytes, aligned for any type; valid until arena_release(). */
void *arena_alloc(struct arena *a, size_t len);

/* A copy of data; absent stays absent. */
struct span arena_copy(struct arena *a, struct span data);

/* A copy of data with a NUL after it. */
char *arena_string(struct arena *a, struct span data);

/* Take p, of len bytes from malloc(): it is freed with all the rest. */
void arena_adopt(struct arena *a, void *p, size_t len);

/* Free p now if it was adopted, and nothing else. */
void arena_drop(struct arena *a, const void *p);

/* Text made as by printf(). */
struct span arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Move everything in from to a; from is then as ARENA_INIT. */
void arena_join(struct arena *a, struct arena *from);

/* Forget the contents; keep one block for the next use. */
void arena_reset(struct arena *a);

void arena_release(struct arena *a);

#endif
