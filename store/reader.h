/*
 * reader.h - rows of an open archive as exchanges, recordings, evidence.
 *
 * Nothing in a row is believed: types, ranges and lengths are checked, and
 * what does not fit is ERR_CORRUPT.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/store.h"

struct coverage;
struct db;
struct reader;

/* The connection must outlive the reader. */
struct reader *reader_new(struct db *db);
void reader_free(struct reader *r);

/* These do what their namesakes in store.h do. */
int reader_get(struct reader *r, uint64_t id, struct entry *e,
    struct err *err) MUST_CHECK;

/* The row of exchange row with all that other tables say of exchange as. */
int reader_get_as(struct reader *r, uint64_t row, uint64_t as, struct entry *e,
    struct err *err) MUST_CHECK;
int reader_evidence(struct reader *r, uint64_t deletion, struct arena *arena,
    const struct evidence **out, size_t *count, struct err *err) MUST_CHECK;
int reader_recording(struct reader *r, uint64_t id, struct arena *arena,
    struct recording *out, struct err *err) MUST_CHECK;

/*
 * What recording id covered; the table is the same in every version.  Counts
 * that it does not name stay as they are in c.  Errors: ERR_CORRUPT,
 * ERR_SYSTEM.
 */
int reader_coverage(struct db *db, uint64_t id, struct coverage *c,
    struct err *err) MUST_CHECK;

#endif
