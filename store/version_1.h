/*
 * version_1.h - an archive of version 1, written anew as what it is now.
 *
 * Numbers, contents and leaves stay what they were, and so does the root.
 */
#ifndef STORE_VERSION_1_H
#define STORE_VERSION_1_H

#include "base/base.h"

struct db;
struct err;

/* No larger file is brought up to date: all of it is done in memory. */
#define VERSION_1_MAX ((size_t)1 << 30)

/*
 * Write what is in old to an empty database.  Errors: ERR_CORRUPT, also if
 * an exchange is not what was recorded; ERR_SYSTEM; ERR_LIMIT.
 */
int version_1_convert(struct db *old, struct db *to,
    struct err *err) MUST_CHECK;

#endif
