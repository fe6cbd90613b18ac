/*
 * stats.h - how many rows an archive has, and what they take.
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "store/store.h"

struct db;

/* All but the size of the file, for which see store_stats().  Errors:
 * ERR_CORRUPT, ERR_SYSTEM. */
int stats_read(struct db *db, struct store_stats *out,
    struct err *err) MUST_CHECK;

#endif
