/*
 * purge.h - which bodies of a recording were purged.
 *
 * A set of bodies by the place of their exchange in the recording and their
 * side: two bits for each exchange up to the last that has one.
 */
#ifndef STORE_PURGE_H
#define STORE_PURGE_H

#include <stddef.h>
#include <stdint.h>

struct exchange;

struct purge_set {
	uint8_t *bits;
	size_t size; /* bytes of them */
};

/* Take note of the bodies of x, exchange n from 0, that were purged. */
void purge_set_note(struct purge_set *set, uint64_t n,
    const struct exchange *x);

/* Add those of another set. */
void purge_set_join(struct purge_set *set, const struct purge_set *other);

/* Purge the bodies of x, exchange n, that are in the set. */
void purge_set_apply(const struct purge_set *set, uint64_t n,
    struct exchange *x);

void purge_set_release(struct purge_set *set);

#endif
