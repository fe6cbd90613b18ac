#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#define BUSY_MS 5000

struct query {
	struct db *db;
	sqlite3_stmt *stmt;
	int put, taken; /* positions of the last value bound and read */
	int bind_error;
	bool bad;
	bool clean; /* nothing is bound, and no row is open */
};

struct db {
	sqlite3 *handle;
	struct query queries[SQL_COUNT];
};

static const struct {
	int id, value;
} limits[] = {
	{ SQLITE_LIMIT_LENGTH, DB_MAX_VALUE },
	{ SQLITE_LIMIT_SQL_LENGTH, 16384 },
	{ SQLITE_LIMIT_COLUMN, 64 },
	{ SQLITE_LIMIT_EXPR_DEPTH, 64 },
	{ SQLITE_LIMIT_COMPOUND_SELECT, 8 },
	{ SQLITE_LIMIT_VDBE_OP, 25000 },
	{ SQLITE_LIMIT_FUNCTION_ARG, 16 },
	{ SQLITE_LIMIT_ATTACHED, 0 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
	{ SQLITE_LIMIT_WORKER_THREADS, 0 },
};

static const struct {
	int option, value;
} options[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
};

/* A mapped file that another process cuts short would be a SIGBUS. */
#define PRAGMAS                                                                \
	"PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;"                       \
	"PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192;"

static int
set_code(struct err *err, int rc, int sys, const char *text)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_SYSTEM,
		    "is being written by another process");
	case SQLITE_FULL:
		return err_set(err, ERR_SYSTEM, "%s", strerror(ENOSPC));
	case SQLITE_NOTADB:
		return err_set(err, ERR_FORMAT, "is not an obit archive");
	case SQLITE_CORRUPT:
		return err_set(err, ERR_CORRUPT, "is damaged: %s", text);
	case SQLITE_TOOBIG:
		return err_set(err, ERR_LIMIT, "a value is too long");
	default:
		break;
	}
	errno = sys;
	if (sys != 0)
		return err_sys(err, "%s", text);
	return err_set(err, ERR_SYSTEM, "%s", text);
}

static int
fail(struct db *db, struct err *err)
{
	int saved_errno = errno;
	int rc = sqlite3_extended_errcode(db->handle);
	int sys = sqlite3_system_errno(db->handle);

	/* SQLite notes it for most calls, but not for COMMIT. */
	if (sys == 0 && (rc & 0xff) == SQLITE_IOERR)
		sys = saved_errno;
	return set_code(err, rc, sys, sqlite3_errmsg(db->handle));
}

static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' ||
	    c == '_';
}

/* "file:" and the path with all but the plainest characters escaped. */
static char *
make_uri(const char *path)
{
	char *uri = xmalloc(strlen(path) * 3 + sizeof("file:?immutable=1"));
	char *p = uri + sprintf(uri, "file:");

	for (; *path != '\0'; path++)
		p += sprintf(p, is_plain((uint8_t)*path) ? "%c" : "%%%02X",
		    (uint8_t)*path);
	strcpy(p, "?immutable=1");
	return uri;
}

static int
open_handle(struct db *db, const char *path, enum db_access access)
{
	/* No two threads use a handle at once. */
	int flags = SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_NOMUTEX;
	char *uri;
	int rc;

	if (access == DB_SCRATCH)
		return sqlite3_open_v2(":memory:", &db->handle,
		    flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (access == DB_WRITE)
		return sqlite3_open_v2(path, &db->handle,
		    flags | SQLITE_OPEN_READWRITE, NULL);
	if (access == DB_READ)
		return sqlite3_open_v2(path, &db->handle,
		    flags | SQLITE_OPEN_READONLY, NULL);
	uri = make_uri(path);
	rc = sqlite3_open_v2(uri, &db->handle,
	    flags | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	free(uri);
	return rc;
}

static int
harden(struct db *db, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (sqlite3_db_config(db->handle, options[i].option,
			options[i].value, (int *)NULL) != SQLITE_OK)
			return fail(db, err);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		sqlite3_limit(db->handle, limits[i].id, limits[i].value);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	return db_exec(db, PRAGMAS, err);
}

int
db_open(struct db **out, const char *path, enum db_access access,
    struct err *err)
{
	struct db *db = xcalloc(1, sizeof(*db));

	if (open_handle(db, path, access) != SQLITE_OK) {
		fail(db, err);
		db_close(db);
		return -1;
	}
	if (harden(db, err) < 0) {
		db_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->queries[i].stmt);
	sqlite3_close(db->handle);
	free(db);
}

int
db_exec(struct db *db, const char *sql, struct err *err)
{
	errno = 0;
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, err);
	return 0;
}

int
db_number(struct db *db, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		return fail(db, err);
	rc = sqlite3_step(stmt);
	*out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	if (sqlite3_finalize(stmt) != SQLITE_OK)
		return fail(db, err);
	return 0;
}

int
db_image(struct db *db, uint8_t **out, size_t *len, struct err *err)
{
	sqlite3_int64 size;

	*out = sqlite3_serialize(db->handle, "main", &size, 0);
	if (*out == NULL)
		return err_set(err, ERR_SYSTEM, "no image of the database");
	*len = (size_t)size;
	return 0;
}

void
db_image_free(uint8_t *image)
{
	sqlite3_free(image);
}

int
db_copy(struct db *to, struct db *from, struct err *err)
{
	sqlite3_backup *backup;

	errno = 0;
	backup = sqlite3_backup_init(to->handle, "main", from->handle, "main");
	if (backup == NULL)
		return fail(to, err);
	sqlite3_backup_step(backup, -1);
	if (sqlite3_backup_finish(backup) != SQLITE_OK)
		return fail(to, err);
	return 0;
}

bool
db_is_open(const struct db *db)
{
	return !sqlite3_get_autocommit(db->handle);
}

void
db_rollback(struct db *db)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		query_reset(&db->queries[i]);
	if (db_is_open(db))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

struct query *
db_query(struct db *db, enum sql_id id, struct err *err)
{
	struct query *q = &db->queries[id];

	if (q->stmt == NULL &&
	    sqlite3_prepare_v3(db->handle, sql_text[id], -1,
		SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL) != SQLITE_OK) {
		fail(db, err);
		return NULL;
	}
	q->db = db;
	query_reset(q);
	q->clean = false;
	return q;
}

static void
note_bind(struct query *q, int rc)
{
	if (rc != SQLITE_OK)
		q->bind_error = rc;
}

void
put_int(struct query *q, int64_t n)
{
	note_bind(q, sqlite3_bind_int64(q->stmt, ++q->put, n));
}

void
put_null(struct query *q)
{
	note_bind(q, sqlite3_bind_null(q->stmt, ++q->put));
}

void
put_blob(struct query *q, struct span blob)
{
	if (blob.p == NULL)
		put_null(q);
	else
		note_bind(q,
		    sqlite3_bind_blob64(q->stmt, ++q->put, blob.p, blob.len,
			SQLITE_STATIC));
}

void
put_text(struct query *q, struct span text)
{
	/* SQL functions stop at a NUL, so such text is no text. */
	if (text.p == NULL || !utf8_is_valid(text) ||
	    span_find(text, 0) < text.len)
		put_blob(q, text);
	else
		note_bind(q,
		    sqlite3_bind_text64(q->stmt, ++q->put, (const char *)text.p,
			text.len, SQLITE_STATIC, SQLITE_UTF8));
}

int
query_step(struct query *q, struct err *err)
{
	int rc;

	if (q->bind_error != SQLITE_OK)
		return set_code(err, q->bind_error, 0,
		    sqlite3_errstr(q->bind_error));
	errno = 0;
	rc = sqlite3_step(q->stmt);
	q->taken = 0;
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE) {
		fail(q->db, err);
		query_reset(q);
		return -1;
	}
	query_reset(q);
	return 0;
}

int
query_row(struct query *q, const char *missing, struct err *err)
{
	int got = query_step(q, err);

	if (got == 0)
		return err_set(err, ERR_CORRUPT, "%s", missing);
	return got < 0 ? -1 : 0;
}

int
query_run(struct query *q, struct err *err)
{
	int got = query_step(q, err);

	assert(got <= 0);
	return got;
}

int
query_insert(struct query *q, int64_t *id, struct err *err)
{
	if (query_run(q, err) < 0)
		return -1;
	/* RETURNING takes SQLite a table for each row. */
	*id = sqlite3_last_insert_rowid(q->db->handle);
	return 0;
}

int
query_add(struct query *q, struct err *err)
{
	if (query_run(q, err) < 0)
		return -1;
	return sqlite3_changes(q->db->handle) > 0;
}

void
query_reset(struct query *q)
{
	if (q == NULL || q->stmt == NULL || q->clean)
		return;
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
	*q = (struct query){ .db = q->db, .stmt = q->stmt, .clean = true };
}

int64_t
take_int(struct query *q, int64_t min, int64_t max)
{
	int64_t n = sqlite3_column_int64(q->stmt, q->taken);

	if (sqlite3_column_type(q->stmt, q->taken++) != SQLITE_INTEGER ||
	    n < min || n > max) {
		q->bad = true;
		return min;
	}
	return n;
}

int64_t
take_int_or(struct query *q, int64_t min, int64_t max, int64_t absent)
{
	if (sqlite3_column_type(q->stmt, q->taken) != SQLITE_NULL)
		return take_int(q, min, max);
	q->taken++;
	return absent;
}

struct span
take_bytes(struct query *q)
{
	int column = q->taken++;
	int type = sqlite3_column_type(q->stmt, column);
	struct span s = { 0 };

	if (type == SQLITE_NULL)
		return s;
	if (type != SQLITE_TEXT && type != SQLITE_BLOB) {
		q->bad = true;
		return s;
	}
	s.p = sqlite3_column_blob(q->stmt, column);
	s.len = (size_t)sqlite3_column_bytes(q->stmt, column);
	/* SQLite has no address for an empty value. */
	return s.len > 0 ? s : span_of_str("");
}

struct span
take_value(struct query *q, bool *blob)
{
	*blob = sqlite3_column_type(q->stmt, q->taken) == SQLITE_BLOB;
	return take_bytes(q);
}

bool
query_is_bad(const struct query *q)
{
	return q->bad;
}
