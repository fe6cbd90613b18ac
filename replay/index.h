/*
 * index.h - the recorded exchanges of a key, read when first asked for.
 *
 * Opening costs nothing, whatever the archive's size; a key costs one
 * look-up.  What was read stays within a limit, and is read again
 * when it was given up.
 */
#ifndef REPLAY_INDEX_H
#define REPLAY_INDEX_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "deletion/deletion.h"
#include "replay/queue.h"

struct answers;
struct err;
struct index;
struct rekeyed;
struct store;

#define INDEX_RECENT 512 /* latest look-ups that are never given up */

/* The exchanges of one key that were sent to one host. */
struct group {
	struct span host; /* as recorded; may be empty */
	struct queue queue;
	bool follows; /* some of them are follow-ups */
	bool changes; /* some have a method that is not safe */
};

/* All exchanges of one key that can be served, by host. */
struct recorded {
	uint8_t key[MATCH_KEY_SIZE];
	struct group *groups; /* in the order of their first exchange */
	size_t group_count;   /* 0: nothing is recorded under this key */
};

/*
 * Look at exchanges up to id last that have an answer, with the keys that
 * they have today, and offer the first ones of what is read to the answers.
 * Keep this many bytes.  All must outlive the index.
 */
struct index *index_new(struct store *store, struct answers *answers,
    const struct rekeyed *rekeyed, uint64_t last, size_t bytes);

/* NULL is allowed. */
void index_free(struct index *index);

/*
 * Look up a key.  What is returned lives for INDEX_RECENT further calls.
 * Errors: those of the store.
 */
int index_find(struct index *index, const uint8_t key[MATCH_KEY_SIZE],
    const struct recorded **out, struct err *err) MUST_CHECK;

/* Another number once anything that was found may be gone. */
uint64_t index_age(const struct index *index);

/* The group of that host, in any case of letters, or NULL. */
const struct group *recorded_at(const struct recorded *r, struct span host);

/* Ids above this one are not served. */
uint64_t index_last(const struct index *index);

#endif
