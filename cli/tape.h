/*
 * tape.h - an archive while a recording is written to it.
 *
 * Other threads write the exchanges (handover.h) and, once the recording is
 * over, close the archive, so that whoever reads packets can go on with the
 * next one meanwhile.
 *
 *	tape_open(&t, path, &recording, &seal, memory, &err)
 *	handover_add(tape_handover(t), x, &reading, &err)
 *	tape_end(t, &coverage)
 *	tape_close(t, &err)
 */
#ifndef CLI_TAPE_H
#define CLI_TAPE_H

#include <stdint.h>

#include "base/base.h"
#include "store/store.h"

struct handover;
struct sealer_options;
struct tape;

/*
 * Begin a recording in the archive at path, opened to append to or as one that
 * must not exist, and seal it as asked; at most memory bytes wait to be
 * written.  Errors: those of sealer_open(), sealer_begin(), store_open() and
 * store_begin().
 */
int tape_open(struct tape **out, const char *path, enum store_mode mode,
    struct recording *rec, const struct sealer_options *seal, uint64_t memory,
    struct err *err) MUST_CHECK;

/* Where exchanges go. */
struct handover *tape_handover(struct tape *t);

/* The id that the first exchange gets. */
uint64_t tape_first_id(const struct tape *t);

/* These hold until the tape is closed; the coverage is that of its end. */
const char *tape_path(const struct tape *t);
const struct coverage *tape_coverage(const struct tape *t);

/* The recording is over and covered this: begin to close the archive. */
void tape_end(struct tape *t, const struct coverage *coverage);

/* Would tape_close() not have to wait? */
bool tape_is_done(struct tape *t);

/*
 * Wait until a tape that was ended is closed, and free it.  Errors: the
 * first that happened.  The archive has what was written before it.
 */
int tape_close(struct tape *t, struct err *err) MUST_CHECK;

#endif
