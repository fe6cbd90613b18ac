/*
 * columns.h - what rows repeat of messages, so that it can be asked for.
 */
#ifndef STORE_COLUMNS_H
#define STORE_COLUMNS_H

#include "base/base.h"

struct db;
struct entry;
struct err;
struct verification;

/* Set the fault if a row says something else than the messages do. */
int columns_check(struct db *db, const struct entry *e,
    struct verification *out, struct err *err) MUST_CHECK;

#endif
