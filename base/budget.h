/*
 * budget.h - one count of bytes that several buffers draw on together.
 *
 * Taking never fails: whoever takes checks budget_is_over() afterwards
 * and gives something up.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

/* What a block from malloc() takes beyond its size, about; to be taken too. */
#define BUDGET_MALLOC 32

struct budget {
	size_t used;
	size_t limit;
};

static inline void
budget_take(struct budget *b, size_t n)
{
	b->used += n;
}

static inline void
budget_give(struct budget *b, size_t n)
{
	assert(n <= b->used);
	b->used -= n;
}

static inline bool
budget_is_over(const struct budget *b)
{
	return b->used > b->limit;
}

#endif
