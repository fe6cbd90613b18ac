#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "store/db.h"
#include "store/file.h"
#include "store/handle.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/stats.h"
#include "store/treetop.h"
#include "store/version_1.h"
#include "store/writer.h"

struct store {
	char *path;
	char *name; /* what errors call it */
	struct db *db;
	struct reader *reader;
	struct writer *writer; /* NULL: only read */
	int lock;              /* descriptor that holds it, or -1 */
	bool made;             /* by this store */
};

/*
 * A commit in WAL mode is durable once the journal is synced, which is
 * what FULL does; in between nothing has to be.  EXTRA does that as well, and
 * makes durable that the rollback journal of the switch to WAL is gone: back
 * after a power cut, it would be rolled back over all that came since.
 */
#define WRITER_PRAGMAS                                                         \
	"PRAGMA secure_delete=ON; PRAGMA synchronous=EXTRA;"                   \
	"PRAGMA journal_mode=WAL;"

const char *
store_path(const struct store *st)
{
	return st->path;
}

int
store_fail(const struct store *st, struct err *err)
{
	return err_prefix(err, "%s", st->name);
}

/* Make the archive that one of an earlier version stands for, in memory. */
static int
modernise(struct store *st, struct db **out, struct err *err)
{
	struct stat file;

	if (stat(st->path, &file) < 0)
		return err_sys(err, "cannot read its size");
	if ((uint64_t)file.st_size > VERSION_1_MAX)
		return err_set(err, ERR_LIMIT,
		    "is of version 1, and too large to be brought up to date");
	if (db_open(out, NULL, DB_SCRATCH, err) < 0)
		return -1;
	if (version_1_convert(st->db, *out, err) == 0)
		return 0;
	db_close(*out);
	return -1;
}

/* Read it as what it stands for; the file stays as it is. */
static int
read_old(struct store *st, struct err *err)
{
	struct db *now;

	if (modernise(st, &now, err) < 0)
		return -1;
	db_close(st->db);
	st->db = now;
	return 0;
}

/* Bring the file up to date. */
static int
rewrite_old(struct store *st, struct err *err)
{
	struct db *now;
	int rc;

	if (modernise(st, &now, err) < 0)
		return -1;
	rc = db_copy(st->db, now, err);
	db_close(now);
	return rc;
}

static int
try_to_read(struct store *st, enum db_access access, struct err *err)
{
	int version;

	if (db_open(&st->db, st->path, access, err) < 0)
		return -1;
	if (schema_check(st->db, &version, err) == 0 &&
	    (version == SCHEMA_VERSION || read_old(st, err) == 0))
		return 0;
	db_close(st->db);
	st->db = NULL;
	return -1;
}

/*
 * A writer that was stopped while it opened or closed the archive leaves a
 * journal that is to be undone, and only who may write can do that.
 */
static int
undo_journal(struct store *st, struct err *err)
{
	int64_t version;
	struct db *db;
	int lock, rc;

	if (file_lock(&lock, st->path, err) < 0)
		return -1;
	rc = db_open(&db, st->path, DB_WRITE, err);
	if (rc == 0)
		rc = db_number(db, "PRAGMA user_version", &version, err);
	if (rc == 0)
		db_close(db);
	close(lock);
	return rc;
}

/*
 * In a folder that cannot be written, or on a full disk, SQLite cannot make
 * the file through which readers and a writer of a WAL archive agree.  With
 * nothing in the journal and no writer there is nothing to agree about.
 */
static int
open_to_read(struct store *st, struct err *err)
{
	struct err ignored;

	if (try_to_read(st, DB_READ, err) == 0)
		return 0;
	if (err->code != ERR_SYSTEM)
		return -1;
	if (file_has_journal(st->path) && undo_journal(st, &ignored) == 0)
		return try_to_read(st, DB_READ, err);
	if (file_is_at_rest(st->path))
		return try_to_read(st, DB_IMMUTABLE, err);
	if (file_folder_is_writable(st->path))
		return -1;
	return err_set(err, ERR_SYSTEM,
	    "was not closed, and its journal can only be read where its "
	    "folder can be written");
}

static int
open_to_write(struct store *st, struct err *err)
{
	int version;

	if (file_lock(&st->lock, st->path, err) < 0 ||
	    db_open(&st->db, st->path, DB_WRITE, err) < 0 ||
	    schema_check(st->db, &version, err) < 0)
		return -1;
	if (version < SCHEMA_VERSION && rewrite_old(st, err) < 0)
		return -1;
	if (db_exec(st->db, WRITER_PRAGMAS, err) < 0 ||
	    schema_add_terms(st->db, err) < 0)
		return -1;
	return writer_open(&st->writer, st->db, err);
}

static int
open_archive(struct store *st, enum store_mode mode, struct err *err)
{
	int made = 0;

	if (mode != STORE_READ && (made = file_create(st->path, err)) < 0)
		return -1;
	if (mode == STORE_CREATE && made == 0)
		return err_set(err, ERR_EXISTS, "exists already");
	st->made = made == 1;
	if (file_check(st->path, err) < 0)
		return -1;
	if (mode != STORE_READ)
		return open_to_write(st, err);
	return open_to_read(st, err);
}

static void
release(struct store *st)
{
	reader_free(st->reader);
	db_close(st->db);
	if (st->lock >= 0)
		close(st->lock);
	free(st->path);
	free(st->name);
	free(st);
}

static char *
copy(const char *s)
{
	char *p = xmalloc(strlen(s) + 1);

	return strcpy(p, s);
}

static int
open_as(struct store **out, const char *path, const char *name,
    enum store_mode mode, struct err *err)
{
	struct store *st = xcalloc(1, sizeof(*st));

	err->code = ERR_NONE;
	st->lock = -1;
	st->path = copy(path);
	st->name = copy(name);
	if (open_archive(st, mode, err) < 0) {
		store_fail(st, err);
		writer_close(st->writer);
		if (st->made)
			file_remove(st->path);
		release(st);
		return -1;
	}
	st->reader = reader_new(st->db);
	*out = st;
	return 0;
}

int
store_open(struct store **out, const char *path, enum store_mode mode,
    struct err *err)
{
	return open_as(out, path, path, mode, err);
}

int
store_make(struct store **out, const char *path, const char *name,
    struct err *err)
{
	return open_as(out, path, name, STORE_APPEND, err);
}

/*
 * Make one file of archive and journal.  While somebody reads, the journal
 * has to stay; the next writer will fold it in.
 */
static int
fold(struct store *st, struct err *err)
{
	int64_t busy;

	if (db_number(st->db, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err) <
	    0)
		return -1;
	if (busy != 0)
		return 0;
	if (db_exec(st->db, "PRAGMA busy_timeout=0;PRAGMA journal_mode=DELETE",
		err) < 0 &&
	    file_is_alone(st->path))
		return -1;
	return 0;
}

int
store_close(struct store *st, struct err *err)
{
	bool empty;
	int rc = 0;

	if (st == NULL)
		return 0;
	if (st->writer != NULL) {
		rc = writer_finish(st->writer, err);
		empty = st->made && !writer_has_committed(st->writer);
		writer_close(st->writer);
		if (empty)
			file_remove(st->path);
		else if (fold(st, err) < 0)
			rc = -1;
	}
	if (rc < 0)
		store_fail(st, err);
	release(st);
	return rc;
}

int
store_begin(struct store *st, struct recording *rec, struct err *err)
{
	return writer_begin(st->writer, rec, err) < 0 ? store_fail(st, err) : 0;
}

uint64_t
store_next_id(const struct store *st)
{
	return writer_next_id(st->writer);
}

int
store_add(struct store *st, const struct exchange *x,
    const struct reading *reading, struct err *err)
{
	if (writer_add(st->writer, x, reading, err) < 0)
		return store_fail(st, err);
	return 0;
}

int
store_commit(struct store *st, struct err *err)
{
	return writer_commit(st->writer, err) < 0 ? store_fail(st, err) : 0;
}

int
store_size(struct store *st, uint64_t *bytes, struct err *err)
{
	int64_t pages, size;

	if (db_number(st->db, "PRAGMA page_count", &pages, err) < 0 ||
	    db_number(st->db, "PRAGMA page_size", &size, err) < 0)
		return store_fail(st, err);
	*bytes = (uint64_t)pages * (uint64_t)size;
	return 0;
}

int
store_end(struct store *st, const struct coverage *coverage, struct err *err)
{
	if (writer_end(st->writer, coverage, err) < 0)
		return store_fail(st, err);
	return 0;
}

int
store_leave(struct store *st, struct err *err)
{
	return writer_leave(st->writer, err) < 0 ? store_fail(st, err) : 0;
}

void
entry_release(struct entry *e)
{
	exchange_free(e->exchange);
	*e = ENTRY_INIT;
}

/* Rows that wait for their dictionary are to be found as well. */
static int
settle(struct store *st, struct err *err)
{
	return st->writer != NULL ? writer_flush(st->writer, err) : 0;
}

int
store_db(struct store *st, struct db **out, struct err *err)
{
	*out = st->db;
	return settle(st, err) < 0 ? store_fail(st, err) : 0;
}

struct reader *
store_reader(struct store *st)
{
	return st->reader;
}

struct writer *
store_writer(struct store *st)
{
	return st->writer;
}

int
store_get(struct store *st, uint64_t id, struct entry *e, struct err *err)
{
	int got = settle(st, err);

	if (got == 0)
		got = reader_get(st->reader, id, e, err);
	return got < 0 ? store_fail(st, err) : got;
}

int
store_hold(struct store *st, struct err *err)
{
	struct treetop top;

	assert(st->writer == NULL);
	store_let_go(st);
	/* The first read is what takes the lock. */
	if (db_exec(st->db, "BEGIN", err) == 0 &&
	    treetop_load(&top, st->db, err) == 0)
		return 0;
	store_let_go(st);
	return store_fail(st, err);
}

void
store_let_go(struct store *st)
{
	if (st->writer == NULL)
		db_rollback(st->db);
}

int
store_evidence(struct store *st, uint64_t deletion, struct arena *arena,
    const struct evidence **out, size_t *count, struct err *err)
{
	if (reader_evidence(st->reader, deletion, arena, out, count, err) < 0)
		return store_fail(st, err);
	return 0;
}

int
store_recording(struct store *st, uint64_t id, struct arena *arena,
    struct recording *out, struct err *err)
{
	int got = reader_recording(st->reader, id, arena, out, err);

	return got < 0 ? store_fail(st, err) : got;
}

int
store_stats(struct store *st, struct store_stats *out, struct err *err)
{
	bool reads = st->writer == NULL;
	int rc;

	/* One state of the archive, whoever writes it meanwhile. */
	if (settle(st, err) < 0)
		return store_fail(st, err);
	if (reads && store_hold(st, err) < 0)
		return -1;
	rc = stats_read(st->db, out, err);
	if (reads)
		store_let_go(st);
	return rc < 0 ? store_fail(st, err) : 0;
}

int
store_root(struct store *st, uint8_t root[DIGEST_SIZE], uint64_t *size,
    struct err *err)
{
	struct treetop top;

	if (treetop_load(&top, st->db, err) < 0)
		return store_fail(st, err);
	*size = top.size;
	memcpy(root, top.root, DIGEST_SIZE);
	return 0;
}
