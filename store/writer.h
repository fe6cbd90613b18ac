/*
 * writer.h - recordings and exchanges into the rows of an open archive.
 *
 * Rows gather in one transaction, the batch.  After a failure the batch is
 * rolled back and the writer takes nothing more.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/sql.h"
#include "store/store.h"

struct db;
struct query;
struct writer;

/* Go on where the archive ends.  The connection must outlive the writer. */
int writer_open(struct writer **out, struct db *db, struct err *err) MUST_CHECK;

/* What is not committed is lost.  NULL is allowed. */
void writer_close(struct writer *w);

/* These do what their namesakes in store.h do. */
int writer_begin(struct writer *w, struct recording *rec,
    struct err *err) MUST_CHECK;
uint64_t writer_next_id(const struct writer *w);
int writer_add(struct writer *w, const struct exchange *x,
    const struct reading *reading, struct err *err) MUST_CHECK;
int writer_commit(struct writer *w, struct err *err) MUST_CHECK;
int writer_end(struct writer *w, const struct coverage *coverage,
    struct err *err) MUST_CHECK;

int writer_leave(struct writer *w, struct err *err) MUST_CHECK;

/* Commit the last batch and put the tables in their final shape. */
int writer_finish(struct writer *w, struct err *err) MUST_CHECK;

/* Make all rows visible to queries of this connection. */
int writer_flush(struct writer *w, struct err *err) MUST_CHECK;

/* Was anything committed by this writer? */
bool writer_has_committed(const struct writer *w);

/*
 * A statement of the open batch, for rows that belong to the open recording.
 * NULL on an error.
 */
struct query *writer_query(struct writer *w, enum sql_id id, struct err *err);

/* The id of the open recording; 0: none. */
uint64_t writer_recording(const struct writer *w);

#endif
