/*
 * unsqueeze.h - the compressed parts of an archive, read back.
 */
#ifndef STORE_UNSQUEEZE_H
#define STORE_UNSQUEEZE_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct arena;
struct db;
struct err;
struct unsqueezer;
struct words;

/* The connection must outlive the unsqueezer, and so must the words. */
struct unsqueezer *unsqueezer_new(struct db *db, struct words *words);
void unsqueezer_free(struct unsqueezer *u);

/*
 * Read the data of an exchange, which began at that time, into the arena.
 * Errors: ERR_CORRUPT, ERR_SYSTEM.
 */
int unsqueezer_get(struct unsqueezer *u, struct span data, struct span context,
    int64_t time, struct arena *arena, struct span *out,
    struct err *err) MUST_CHECK;

/* The same of version 1, where its size and dictionary were columns. */
int unsqueezer_old(struct unsqueezer *u, int64_t dictionary,
    struct span context, struct span data, int64_t size, struct arena *arena,
    struct span *out, struct err *err) MUST_CHECK;

/* Read a body that is stored alone; of id 0, absent. */
int unsqueezer_body(struct unsqueezer *u, int64_t id, struct arena *arena,
    struct span *out, struct err *err) MUST_CHECK;

#endif
