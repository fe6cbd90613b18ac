/*
 * db.h - the door to SQLite: one connection, its prepared statements, and
 * values in and out of them.
 *
 * Values are bound and read in order, so a statement's text and the calls
 * that serve it read alike.  Reading checks type and range; the first
 * value that does not fit makes the query bad, and the caller asks once at
 * the end of the row:
 *
 *	q = db_query(db, SQL_BODY_GET, err);
 *	put_int(q, id);
 *	if ((got = query_step(q, err)) == 1) {
 *		size = take_int(q, 0, MAX);
 *		data = take_bytes(q);
 *	}
 *
 * Archives come from strangers: connections are defensive, and nothing in
 * a file can make SQLite run code, triggers or views.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "store/sql.h"

struct db;
struct err;
struct query;

enum db_access {
	DB_READ,
	DB_IMMUTABLE, /* read, and nobody can be writing: needs no locks */
	DB_WRITE,
	DB_SCRATCH, /* in memory; path is not used */
};

/* The longest single value. */
#define DB_MAX_VALUE ((int64_t)512 << 20)

/* Open an existing file.  Errors: ERR_SYSTEM, ERR_FORMAT, ERR_CORRUPT. */
int db_open(struct db **out, const char *path, enum db_access access,
    struct err *err) MUST_CHECK;

/* NULL is allowed.  An open transaction is rolled back. */
void db_close(struct db *db);

/* Run statements that take and give nothing. */
int db_exec(struct db *db, const char *sql, struct err *err) MUST_CHECK;

/* Run a statement that gives one integer, such as a pragma. */
int db_number(struct db *db, const char *sql, int64_t *out,
    struct err *err) MUST_CHECK;

/* The whole database as it would be on disk; freed by db_image_free(). */
int db_image(struct db *db, uint8_t **out, size_t *len,
    struct err *err) MUST_CHECK;
void db_image_free(uint8_t *image);

/* Put all of from into to, in one transaction. */
int db_copy(struct db *to, struct db *from, struct err *err) MUST_CHECK;

/* Is a transaction open? */
bool db_is_open(const struct db *db);

/* Undo the open transaction, if there is one. */
void db_rollback(struct db *db);

/*
 * The statement of that id, ready for its values; it is prepared once and
 * stays the connection's.  NULL on an error.
 */
struct query *db_query(struct db *db, enum sql_id id, struct err *err);

/* Bind the next value.  The bytes must live until the query ran. */
void put_int(struct query *q, int64_t n);
void put_null(struct query *q);
/* Text if it is valid UTF-8, else a blob; absent is NULL. */
void put_text(struct query *q, struct span text);
void put_blob(struct query *q, struct span blob);

/* Step to the next row: 1, or 0 at the end, where the query is reset. */
int query_step(struct query *q, struct err *err) MUST_CHECK;

/* Step to a row that must be there; without it ERR_CORRUPT says missing. */
int query_row(struct query *q, const char *missing, struct err *err) MUST_CHECK;

/* Run a query that gives no row. */
int query_run(struct query *q, struct err *err) MUST_CHECK;

/* The same for one that inserts a row whose number SQLite chooses: which. */
int query_insert(struct query *q, int64_t *id, struct err *err) MUST_CHECK;

/* The same for one that inserts a row, unless one is there: 1, else 0. */
int query_add(struct query *q, struct err *err) MUST_CHECK;

/* Leave a query before its end; NULL is allowed. */
void query_reset(struct query *q);

/* Take the next column of the row; an integer within the bounds. */
int64_t take_int(struct query *q, int64_t min, int64_t max);

/* The same, but NULL is allowed and gives absent. */
int64_t take_int_or(struct query *q, int64_t min, int64_t max, int64_t absent);

/* Text or blob; NULL is absent.  Valid until the next step or reset. */
struct span take_bytes(struct query *q);

/* The same, and whether it is a blob. */
struct span take_value(struct query *q, bool *blob);

/* Did a column of this row not fit? */
bool query_is_bad(const struct query *q);

#endif
