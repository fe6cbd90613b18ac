#include "capture/bulk.h"

#include <utlist.h>

#include "base/budget.h"
#include "capture/draft.h"

/* The power of two that n bytes fit in; 0 for what does not count. */
static unsigned
class_of(size_t n)
{
	unsigned class = 0;

	if (n < BULK_MIN)
		return 0;
	while (class < BULK_CLASSES - 1 && (size_t)1 << class < n)
		class += 1;
	return class;
}

static void
reserve(struct bulk *b, struct budget *budget)
{
	size_t size = 0;

	if (b->largest > 0)
		size = BULK_WORK * ((size_t)1 << b->largest);
	budget_take(budget, size);
	budget_give(budget, b->reserve);
	b->reserve = size;
}

void
bulk_note(struct bulk *b, struct draft *d, struct budget *budget)
{
	unsigned old = class_of(d->bulk), class = class_of(d->body.cap);

	b->held += class > 0 ? d->body.cap : 0;
	b->held -= old > 0 ? d->bulk : 0;
	d->bulk = d->body.cap;
	if (class == old)
		return;
	if (old > 0)
		DL_DELETE2(b->classes[old], d, bulk_prev, bulk_next);
	if (class > 0)
		DL_APPEND2(b->classes[class], d, bulk_prev, bulk_next);
	if (class > b->largest)
		b->largest = class;
	while (b->largest > 0 && b->classes[b->largest] == NULL)
		b->largest--;
	reserve(b, budget);
}

struct draft *
bulk_largest(const struct bulk *b)
{
	return b->classes[b->largest];
}
