#include "replay/ids.h"

#include <stdlib.h>

#include "base/xalloc.h"

void
ids_add(struct ids *list, uint64_t id)
{
	if (list->count == list->cap) {
		list->cap = list->cap == 0 ? 4 : 2 * list->cap;
		list->id = xrealloc(list->id, list->cap * sizeof(list->id[0]));
	}
	list->id[list->count++] = id;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void
ids_sort(struct ids *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->id, list->count, sizeof(list->id[0]), compare);
	for (size_t i = 1; i < list->count; i++)
		if (list->id[i] != list->id[kept])
			list->id[++kept] = list->id[i];
	list->count = kept + 1;
}

size_t
ids_above(const struct ids *list, uint64_t id)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->id[middle] <= id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
ids_has(const struct ids *list, uint64_t id)
{
	size_t above = ids_above(list, id);

	return above > 0 && list->id[above - 1] == id;
}

void
ids_release(struct ids *list)
{
	free(list->id);
	*list = IDS_INIT;
}
