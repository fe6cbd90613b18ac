/*
 * merge.h - the recordings of several archives in one.
 *
 * A recording is one run of a recorder: its contents, and when it was
 * begun, by which program and from what.  Two archives that say the same
 * of a recording hold the same one, and it is written once.  The order of
 * what is written depends on the recordings alone, so that neither the
 * order of the sources nor how they were put together matters: the same
 * recordings give the same rows and the same root.
 *
 *	struct merge *m = merge_new();
 *
 *	merge_add(m, st, "a.obit", err);
 *	merge_add(m, other, "b.obit", err);
 *	merge_write(m, out, err);
 *	merge_free(m);
 *
 * Exchanges and recordings get new numbers, and what refers to an exchange
 * gets its new one; which ones they had, and where, is kept (origin.h).
 * A body that one source has and another has purged is purged.
 * Nothing else changes: a deletion that was pending when
 * its recording ended stays so, whatever another recording shows.
 */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

struct err;
struct merge;
struct store;

#define MERGE_SOURCES    10000   /* most archives */
#define MERGE_RECORDINGS 1000000 /* most recordings in all of them */

struct merge *merge_new(void);
void merge_free(struct merge *m); /* NULL is allowed */

/*
 * Take note of the recordings of st, which was verified and is opened again
 * by its path when they are written.  Errors: ERR_CORRUPT, ERR_SYSTEM,
 * ERR_LIMIT, ERR_UNSUPPORTED if something refers to an exchange of another
 * recording.
 */
int merge_add(struct merge *m, struct store *st, const char *path,
    struct err *err) MUST_CHECK;

/*
 * Write them to out, which is empty.  Errors: as above, those of writing,
 * and ERR_CORRUPT if a source is not any more what it was.
 */
int merge_write(struct merge *m, struct store *out, struct err *err) MUST_CHECK;

/* One recording in one source, in the order in which they are written. */
struct merge_part {
	const char *path;      /* as given to merge_add() */
	uint64_t recording;    /* its number there */
	uint64_t first, count; /* its exchanges there; first is 0 of none */
	bool finished;
	uint64_t new_recording; /* its number in what is written */
	uint64_t new_first;     /* and that of its first exchange */
	bool again;             /* the part before it is the same recording */
	const struct merge_part *like; /* another recording with the same
					  contents; NULL: none */
};

/* All of them, known once merge_write() is done; the merge's. */
const struct merge_part *merge_parts(const struct merge *m, size_t *count);

#endif
