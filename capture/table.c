#include "capture/table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

#define LEAST_ROOM 64

static void
put(struct table *t, uint32_t hash, void *item)
{
	size_t mask = t->room - 1, at = hash & mask;

	while (t->slots[at].item != NULL)
		at = (at + 1) & mask;
	t->slots[at] = (struct table_slot){ item, hash };
}

static void
grow(struct table *t)
{
	struct table old = *t;

	t->room = old.room > 0 ? 2 * old.room : LEAST_ROOM;
	t->slots = xcalloc(t->room, sizeof(*t->slots));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].item != NULL)
			put(t, old.slots[i].hash, old.slots[i].item);
	free(old.slots);
}

void
table_add(struct table *t, uint32_t hash, void *item)
{
	if (3 * (t->count + 1) > 2 * t->room)
		grow(t);
	put(t, hash, item);
	t->count++;
}

/* Move up what was pushed on by the one that goes, so that no hole is left. */
void
table_remove(struct table *t, uint32_t hash, const void *item)
{
	size_t mask = t->room - 1, hole = hash & mask, at;

	while (t->slots[hole].item != item) {
		assert(t->slots[hole].item != NULL);
		hole = (hole + 1) & mask;
	}
	for (at = (hole + 1) & mask; t->slots[at].item != NULL;
	     at = (at + 1) & mask) {
		size_t home = t->slots[at].hash & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		t->slots[hole] = t->slots[at];
		hole = at;
	}
	t->slots[hole].item = NULL;
	t->count--;
}

void *
table_next(const struct table *t, uint32_t hash, size_t *i)
{
	if (t->room == 0)
		return NULL;
	for (;;) {
		const struct table_slot *slot =
		    &t->slots[(hash + (*i)++) & (t->room - 1)];

		if (slot->item == NULL || slot->hash == hash)
			return slot->item;
	}
}

void
table_release(struct table *t)
{
	free(t->slots);
	*t = TABLE_INIT;
}
