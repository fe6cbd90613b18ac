#include "capture/drafts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define FIRST_CAP 4

/* Make room for one more: move down what is left, or grow. */
static void
make_room(struct drafts *q)
{
	size_t count = drafts_count(q);

	if (q->head <= q->cap / 2) {
		q->cap = q->cap == 0 ? FIRST_CAP : q->cap * 2;
		q->all = xrealloc(q->all, q->cap * sizeof(*q->all));
	}
	memmove(q->all, q->all + q->head, count * sizeof(*q->all));
	q->head = 0;
	q->len = count;
}

void
drafts_add(struct drafts *q, struct draft *d)
{
	if (q->len == q->cap)
		make_room(q);
	q->all[q->len++] = d;
}

struct draft *
drafts_take(struct drafts *q)
{
	struct draft *d;

	assert(q->head < q->len);
	d = q->all[q->head++];
	if (q->head == q->len)
		q->head = q->len = 0;
	return d;
}

void
drafts_release(struct drafts *q)
{
	assert(q->head == q->len);
	free(q->all);
	*q = DRAFTS_INIT;
}
