/*
 * sorted.h - match keys in order, in memory that somebody else owns.
 *
 * Filled in two rounds over the same keys, so that nothing is moved far:
 * count all of them, begin, place all of them in ascending order of ids,
 * finish.
 */
#ifndef REPLAY_SORTED_H
#define REPLAY_SORTED_H

#include <stddef.h>
#include <stdint.h>

#include "deletion/deletion.h"

struct sorted_key {
	uint8_t key[MATCH_KEY_SIZE];
	uint64_t id : 56;
	uint64_t kind : 8;
};

struct sorted {
	struct sorted_key *at;
	size_t count;
	size_t fill[257]; /* keys with a smaller first byte; [256]: all */
};

#define SORTED_INIT ((struct sorted){ 0 })

void sorted_count(struct sorted *s, const uint8_t key[MATCH_KEY_SIZE]);

/* Use this memory, which has room for all that were counted. */
void sorted_begin(struct sorted *s, struct sorted_key *at);

/* A key beyond those that were counted is passed over. */
void sorted_place(struct sorted *s, const uint8_t key[MATCH_KEY_SIZE],
    uint64_t id, uint8_t kind);

/* Sort by key, then by id. */
void sorted_finish(struct sorted *s);

/* The position of the first entry that is not below this key. */
size_t sorted_find(const struct sorted *s, const uint8_t key[MATCH_KEY_SIZE]);

#endif
