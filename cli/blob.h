/*
 * blob.h - small files as a whole: keys, checkpoints and proofs.
 */
#ifndef CLI_BLOB_H
#define CLI_BLOB_H

#include "base/base.h"
#include "base/span.h"

struct buf;
struct err;

/* Append what the file holds.  Errors have the path in front. */
int blob_read(const char *path, struct buf *out, struct err *err) MUST_CHECK;

/*
 * Write a file that is there as a whole or not at all, in the place of one
 * that may be there; see outfile.h.
 */
int blob_write(const char *path, struct span data, struct err *err) MUST_CHECK;

/* The same with mode 0600; one that is there is ERR_EXISTS. */
int blob_write_secret(const char *path, struct span data,
    struct err *err) MUST_CHECK;

/* May only its owner read this file? */
int blob_check_secret(const char *path, struct err *err) MUST_CHECK;

#endif
