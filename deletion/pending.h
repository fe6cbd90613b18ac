/*
 * pending.h - deletions that were accepted and not yet seen to be done.
 *
 * Each opens with the polls of its rule filled in, and closes with a
 * verdict, or when it is the oldest and all of them take too much memory.
 */
#ifndef DELETION_PENDING_H
#define DELETION_PENDING_H

#include "deletion/classify.h"

struct pending_table;

enum {
	PENDING_MAX_TARGETS = 1024, /* followed one by one, of one deletion */
};

/* memory: how many bytes all that are open may take. */
struct pending_table *pending_new(size_t memory);
void pending_free(struct pending_table *t); /* NULL is allowed */

/*
 * Open an entry if d, the deletion that s shows with its response and that
 * has this id, is to be followed.
 */
void pending_open(struct pending_table *t, struct subject *s,
    const struct rule *rule, const struct deletion *d, uint64_t id);

/* Is d a deletion that this poll of its rule follows? */
bool pending_follows(const struct poll *poll, const struct deletion *d);

/* Can a request, of which s may have only the head, be a follow-up? */
bool pending_may_concern(struct pending_table *t, struct subject *s);

/*
 * The follow-ups that s is, with its response; they live in arena.  Terminal
 * verdicts close their entries.
 */
size_t pending_follow(struct pending_table *t, struct subject *s,
    struct arena *arena, const struct follow_up **out);

#endif
