/*
 * sealer.h - sign checkpoints of an archive while it is written.
 *
 * Each checkpoint is of what is committed, and takes the place of the one
 * before it when it is whole and on the disk: whatever ends the recorder,
 * the archive that is left extends the checkpoint that is left.
 *
 *	sealer_open(&s, &options, err)
 *	sealer_begin(s, st, err)	the archive is as it was signed
 *	sealer_added(s, st, err)	after each exchange
 *	sealer_tick(s, st, err)		when sealer_wait() says so
 *	sealer_end(s, st, err)		the recording has ended
 *
 * A sealer that is NULL does nothing.  Errors of signing and writing are
 * those of recording: nobody should learn later that nothing was signed.
 */
#ifndef CLI_SEALER_H
#define CLI_SEALER_H

#include <stdint.h>

#include "base/base.h"

struct err;
struct opt_list;
struct sealer;
struct store;

/* As they are on the command line; each may be NULL or empty. */
struct sealer_options {
	const char *key;              /* file of a private key */
	const char *checkpoint;       /* file to write */
	const struct opt_list *every; /* "1000" exchanges; "30s", "5m", "2h" */
};

/*
 * Get ready to seal archive; *out is NULL if there is no key.  Without a
 * file the checkpoint goes beside the archive, and without an interval it
 * is written every minute.  Errors: ERR_USAGE, and those of reading a key.
 */
int sealer_open(struct sealer **out, const struct sealer_options *options,
    const char *archive, struct err *err) MUST_CHECK;
void sealer_close(struct sealer *s);

/*
 * Before the first recording: verify what st holds, and that it extends the
 * checkpoint that is there.  Errors: ERR_EXISTS for a file that is none of
 * this key, ERR_CORRUPT.
 */
int sealer_begin(struct sealer *s, struct store *st,
    struct err *err) MUST_CHECK;

int sealer_added(struct sealer *s, struct store *st,
    struct err *err) MUST_CHECK;

/* How long, in ns, until sealer_tick() has something to do; or INT64_MAX. */
int64_t sealer_wait(const struct sealer *s);
int sealer_tick(struct sealer *s, struct store *st, struct err *err) MUST_CHECK;

/* Sign the whole archive, whatever was counted. */
int sealer_end(struct sealer *s, struct store *st, struct err *err) MUST_CHECK;

#endif
