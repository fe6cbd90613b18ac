/*
 * archive.h - run a command's work on an open archive.
 */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include "base/base.h"
#include "store/store.h"

struct cmd_ctx;
struct err;

typedef int archive_work(struct store *st, struct cmd_ctx *ctx,
    struct err *err);

/*
 * Open the archive at path for reading, do the work, close it.  Returns
 * what the work returned, or -1; errors are those of the store, which name
 * the archive, and of the work.
 */
int archive_read(const char *path, archive_work *work, struct cmd_ctx *ctx,
    struct err *err);

/* Read the number of an exchange.  Errors: ERR_USAGE. */
int archive_id(uint64_t *id, const char *text, struct err *err) MUST_CHECK;

typedef int entry_work(const struct entry *e, struct cmd_ctx *ctx,
    struct err *err);

/*
 * As above, with the exchange of that number; errors of the work get the path
 * in front.  Errors: also ERR_USAGE if it is no number, ERR_NOT_FOUND.
 */
int archive_read_one(const char *path, const char *number, entry_work *work,
    struct cmd_ctx *ctx, struct err *err);

#endif
