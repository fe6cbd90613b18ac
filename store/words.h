/*
 * words.h - texts that come again and again, each stored once.
 *
 * Methods, hosts, operations, types and the like are numbers in the rows
 * of other tables.  What was seen lately is remembered, within a limit.
 */
#ifndef STORE_WORDS_H
#define STORE_WORDS_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct arena;
struct db;
struct err;
struct words;

struct words *words_new(struct db *db);
void words_free(struct words *w);

/* The number of text, which is added if it is new; 0 if it is absent. */
int words_number(struct words *w, struct span text, int64_t *out,
    struct err *err) MUST_CHECK;

/* The text of a number, in the arena; absent of 0.  ERR_CORRUPT if none. */
int words_text(struct words *w, int64_t id, struct arena *arena,
    struct span *out, struct err *err) MUST_CHECK;

#endif
