/*
 * handover.h - exchanges on their way to the archive, which another thread
 * writes.
 *
 * Masked and read they come in, so that nothing depends on how far the
 * writer is: what is written, and in which order, is the same at any speed
 * of either thread.  What was written is committed within a second, also
 * while nothing comes.  While it is open its thread alone uses the store.
 *
 *	handover_open(&h, store, limit, &err)
 *	handover_add(h, x, &reading, &err)
 *	handover_close(h, &err)
 */
#ifndef CLI_HANDOVER_H
#define CLI_HANDOVER_H

#include <stdint.h>

#include "base/base.h"
#include "deletion/deletion.h"

struct err;
struct exchange;
struct handover;
struct sealer;
struct store;

/*
 * Start writing to the open recording of store, and have sealer, which may
 * be NULL, seal it meanwhile.  At most limit bytes wait; an exchange above
 * that waits alone, and is waited for.  Errors: ERR_SYSTEM.
 */
int handover_open(struct handover **out, struct store *store,
    struct sealer *sealer, uint64_t limit, struct err *err) MUST_CHECK;

/*
 * Add x, which is taken whatever happens, with its reading, behind all
 * others; wait until there is room.  Errors: that of an earlier write, and
 * then nothing is written any more.
 */
int handover_add(struct handover *h, struct exchange *x,
    const struct reading *reading, struct err *err) MUST_CHECK;

/* The size of the archive as of what was written last; see store_size(). */
uint64_t handover_size(struct handover *h);

/* Write all that waits and free h.  NULL is allowed.  Errors: as above. */
int handover_close(struct handover *h, struct err *err) MUST_CHECK;

#endif
