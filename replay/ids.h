/*
 * ids.h - a growing list of exchange ids.
 */
#ifndef REPLAY_IDS_H
#define REPLAY_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ids {
	uint64_t *id; /* owned */
	size_t count, cap;
};

#define IDS_INIT ((struct ids){ 0 })

void ids_add(struct ids *list, uint64_t id);

/* Sort ascending and drop repeated ids. */
void ids_sort(struct ids *list);

/* The position of the first id above this one, or count.  Sorted lists. */
size_t ids_above(const struct ids *list, uint64_t id);

/* Is it in the list?  Sorted lists. */
bool ids_has(const struct ids *list, uint64_t id);

void ids_release(struct ids *list);

#endif
