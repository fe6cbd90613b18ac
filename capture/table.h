/*
 * table.h - a hash table of pointers.
 *
 * Knows nothing of what it points at: whoever asks computes the hashes and
 * compares.  Open addressing, so that a look-up touches one line of memory
 * before the item itself, and an item costs TABLE_COST bytes at most.
 *
 *	for (size_t i = 0; (f = table_next(&t, hash, &i)) != NULL;)
 *		if (is_it(f))
 *			return f;
 */
#ifndef CAPTURE_TABLE_H
#define CAPTURE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	void *item; /* NULL: free */
	uint32_t hash;
};

struct table {
	struct table_slot *slots; /* owned */
	size_t room;              /* a power of two, or 0 */
	size_t count;
};

#define TABLE_INIT ((struct table){ 0 })
#define TABLE_COST (3 * sizeof(struct table_slot))

/* Add an item, which is not NULL and not there yet. */
void table_add(struct table *t, uint32_t hash, void *item);

/* Remove an item that is there. */
void table_remove(struct table *t, uint32_t hash, const void *item);

/* The next item of that hash, or NULL; *i is 0 at first. */
void *table_next(const struct table *t, uint32_t hash, size_t *i);

void table_release(struct table *t);

#endif
