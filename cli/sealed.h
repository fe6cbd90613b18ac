/*
 * sealed.h - checkpoints and keys as the commands take them: by file name.
 */
#ifndef CLI_SEALED_H
#define CLI_SEALED_H

#include "base/base.h"
#include "base/buf.h"
#include "store/checkpoint.h"
#include "store/note.h"

struct err;

struct sealed {
	struct buf note;
	struct checkpoint checkpoint; /* its origin is in the note */
};

#define SEALED_INIT ((struct sealed){ .note = BUF_INIT(NOTE_MAX) })

void sealed_release(struct sealed *s);

/* Read a key from a file: ERR_FORMAT, ERR_NOT_FOUND, ERR_SYSTEM. */
int sealed_key(struct note_key *key, const char *path,
    struct err *err) MUST_CHECK;

/* Read a checkpoint from a file, whoever signed it. */
int sealed_read(struct sealed *s, const char *path, struct err *err) MUST_CHECK;

/*
 * Read the checkpoint of a note that the key has signed: 1; 0 if the key
 * has not; -1.
 */
int sealed_open(struct checkpoint *c, struct span note,
    const struct note_key *key, struct err *err) MUST_CHECK;

/* Read a private key; also ERR_USAGE if it is a public one. */
int sealed_signer(struct note_key *key, const char *path,
    struct err *err) MUST_CHECK;

/*
 * The checkpoint that is to be replaced: 1; 0 if there is none; -1 if it is
 * not signed with the key, as nobody should sign two that contradict each
 * other (C2SP tlog-checkpoint).
 */
int sealed_earlier(struct sealed *s, const struct note_key *key,
    const char *path, struct err *err) MUST_CHECK;

/* Sign it into a file, which is there as a whole or as it was. */
int sealed_write(const struct checkpoint *c, const struct note_key *key,
    const char *path, struct err *err) MUST_CHECK;

#endif
