/*
 * orphans.h - rows that no exchange and no recording accounts for.
 */
#ifndef STORE_ORPHANS_H
#define STORE_ORPHANS_H

#include "base/base.h"

struct db;
struct err;
struct verification;

/* Look for rows that nobody refers to, and for terms that are gone. */
int orphans_find(struct db *db, struct verification *out,
    struct err *err) MUST_CHECK;

#endif
