/* Files that are no archive, or one that somebody tampered with. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/err.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

static void
make(void)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1 };
	struct reading reading;
	struct exchange *x;
	struct store *st;
	struct err err;

	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	for (unsigned n = 0; n < SAMPLE_COUNT; n++) {
		x = sample_exchange(n, &reading);
		ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
		exchange_free(x);
	}
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	ck_assert_int_eq(store_close(st, &err), 0);
}

static void
put_file(const char *name, const char *bytes, size_t len)
{
	FILE *f = fopen(folder_path(name), "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
tamper_with(const char *name, const char *sql)
{
	sqlite3 *db;
	char *text = NULL;

	ck_assert_int_eq(sqlite3_open(folder_path(name), &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &text) == SQLITE_OK,
	    "%s", text);
	sqlite3_close(db);
}

/* Opening must fail so, for reading and for writing. */
static void
refused(const char *name, enum err_code code, const char *what)
{
	static const enum store_mode modes[] = { STORE_READ, STORE_APPEND };
	int before = folder_count();
	struct store *st;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		ck_assert_int_eq(store_open(&st, folder_path(name), modes[i],
				     &err),
		    -1);
		ck_assert_msg(err.code == code, "%s: code %d", err.text,
		    (int)err.code);
		ck_assert_msg(strstr(err.text, what) != NULL, "%s", err.text);
		ck_assert_ptr_eq(strstr(err.text, folder_path(name)), err.text);
		ck_assert_ptr_null(strchr(err.text, '\n'));
		ck_assert_int_eq(folder_count(), before);
	}
}

START_TEST(what_is_no_archive_is_refused)
{
	static char zeros[200];

	folder_enter();
	put_file("empty", "", 0);
	refused("empty", ERR_FORMAT, "is empty, not an obit archive");
	put_file("one", "S", 1);
	refused("one", ERR_FORMAT, "is not an obit archive");
	put_file("text", "SQLite format 3", 15);
	refused("text", ERR_FORMAT, "is not an obit archive");
	put_file("zeros", zeros, sizeof(zeros));
	refused("zeros", ERR_FORMAT, "is not an obit archive");
	tamper_with("other", "CREATE TABLE t(a)");
	refused("other", ERR_FORMAT, "is a database, but not an obit archive");
	refused(".", ERR_FORMAT, "is a folder");
	folder_leave();
}
END_TEST

START_TEST(a_name_of_nothing_is_an_error)
{
	struct store *st;
	struct err err;

	folder_enter();
	ck_assert_int_eq(store_open(&st, folder_path("none"), STORE_READ, &err),
	    -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	refused("no/such", ERR_NOT_FOUND, "No such file or directory");
	ck_assert_int_eq(symlink("nowhere", folder_path("link")), 0);
	refused("link", ERR_NOT_FOUND, "No such file or directory");
	folder_leave();
}
END_TEST

/* SQLite would wait for the other end of a pipe. */
START_TEST(a_pipe_for_a_journal_is_refused)
{
	static const char *const names[] = { "a.obit-wal", "a.obit-shm",
		"a.obit-journal" };

	folder_enter();
	make();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ck_assert_int_eq(mkfifo(folder_path(names[i]), 0600), 0);
		refused("a.obit", ERR_FORMAT, "is no regular file");
		ck_assert_int_eq(unlink(folder_path(names[i])), 0);
	}
	folder_leave();
}
END_TEST

static const struct {
	const char *sql;
	enum err_code code;
	const char *what;
} schemas[] = {
	{ "PRAGMA user_version=3", ERR_UNSUPPORTED, "version 3" },
	{ "PRAGMA user_version=1", ERR_FORMAT, "did not write" },
	{ "PRAGMA user_version=0", ERR_FORMAT, "is not an obit archive" },
	{ "PRAGMA user_version=-1", ERR_FORMAT, "is not an obit archive" },
	{ "PRAGMA application_id=1", ERR_FORMAT, "not an obit archive" },
	{ "CREATE TABLE t(a)", ERR_FORMAT, "schema that obit did not write" },
	{ "CREATE VIEW v AS SELECT 1", ERR_FORMAT, "did not write" },
	{ "CREATE TRIGGER g INSERT ON word BEGIN DELETE FROM word; END",
	    ERR_FORMAT, "did not write" },
	{ "CREATE INDEX i ON word(id)", ERR_FORMAT, "did not write" },
	{ "ANALYZE", ERR_FORMAT, "did not write" },
	{ "DROP VIEW history", ERR_FORMAT, "did not write" },
	{ "DROP INDEX profile_host", ERR_FORMAT, "did not write" },
	{ "DROP VIEW history; CREATE VIEW history AS SELECT 1", ERR_FORMAT,
	    "did not write" },
	{ "ALTER TABLE body ADD COLUMN more", ERR_FORMAT, "did not write" },
	{ "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = "
	  "'CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL "
	  "CHECK(load_extension(1)))' WHERE name = 'word'",
	    ERR_FORMAT, "did not write" },
	{ "UPDATE term SET name = 'denied' WHERE name = 'deleted'",
	    ERR_UNSUPPORTED, "term" },
	{ "INSERT INTO term VALUES('flaw', 99, 'x')", ERR_UNSUPPORTED, "term" },
};

START_TEST(another_schema_is_refused)
{
	folder_enter();
	make();
	tamper_with("a.obit", schemas[_i].sql);
	refused("a.obit", schemas[_i].code, schemas[_i].what);
	folder_leave();
}
END_TEST

/* Each makes exchange 3, a deletion, something that makes no sense. */
static const char *const rows[] = {
	"UPDATE connection SET recording = 'x'",
	"UPDATE connection SET recording = 0",
	"UPDATE exchange SET connection = 99999 WHERE id = 3",
	"UPDATE exchange SET connection = -1 WHERE id = 3",
	"UPDATE exchange SET time = x'00' WHERE id = 3",
	"UPDATE exchange SET profile = 99999 WHERE id = 3",
	"UPDATE exchange SET scope = 99999 WHERE id = 3",
	"UPDATE exchange SET target = x'' WHERE id = 3",
	"UPDATE exchange SET target = x'03' WHERE id = 3",
	"UPDATE exchange SET target = x'0100' WHERE id = 3",
	"UPDATE exchange SET request_id = 5 WHERE id = 3",
	"UPDATE exchange SET attempt_of = -1 WHERE id = 3",
	"UPDATE exchange SET attempt_number = 1 << 32 WHERE id = 3",
	"UPDATE exchange SET request_body = 99999 WHERE id = 3",
	"UPDATE exchange SET data = x'' WHERE id = 3",
	"UPDATE exchange SET data = 7 WHERE id = 3",
	"UPDATE exchange SET data = x'ff' WHERE id = 3",
	"UPDATE exchange SET data = x'000000' WHERE id = 3",
	"UPDATE exchange SET data = x'0000ffffffff0f' WHERE id = 3",
	"UPDATE exchange SET data = x'00ff0f' || substr(data, 3) WHERE id = 3",
	"UPDATE exchange SET data = zeroblob(1000000) WHERE id = 3",
	"UPDATE exchange SET data = substr(data, 2) WHERE id = 3",
	"UPDATE exchange SET data = data || x'00' WHERE id = 3",
	"UPDATE word SET text = 'nonsense' WHERE text = '192.0.2.1'",
	"UPDATE word SET text = '1.2.3' WHERE text = '192.0.2.1'",
	"UPDATE word SET text = 17 WHERE text = '192.0.2.1'",
	"UPDATE word SET text = hex(zeroblob(500)) WHERE text = '192.0.2.1'",
	"UPDATE connection SET client = 0",
	"UPDATE connection SET server_port = 65536",
	"UPDATE connection SET number = 'x'",
	"UPDATE connection SET time = 'x'",
	"DELETE FROM connection",
	"DELETE FROM word",
	"DELETE FROM profile",
	"UPDATE profile SET kind = 3",
	"UPDATE profile SET kind = -1",
	"UPDATE profile SET reason = 0",
	"UPDATE profile SET reason = 7",
	"UPDATE profile SET flaws = -1",
	"UPDATE profile SET flaws = 1 << 32",
	"UPDATE profile SET flags = 64",
	"UPDATE profile SET principal = 99999",
	"UPDATE profile SET outcome = 11",
	"UPDATE profile SET outcome = NULL",
	"UPDATE profile SET findings = 64",
	"UPDATE profile SET operation = 'x'",
	"UPDATE profile SET operation = NULL",
	"UPDATE profile SET target_outcome = 11",
	"UPDATE target SET outcome = 'x'",
	"UPDATE target SET outcome = 11",
	"UPDATE target SET type = 'x'",
	"UPDATE target SET number = 7 - number",
	"UPDATE target SET id = x'07'",
};

START_TEST(a_row_that_makes_no_sense_is_corrupt)
{
	struct entry e = ENTRY_INIT;
	struct store *st;
	struct err err;
	int got;

	folder_enter();
	make();
	tamper_with("a.obit", rows[_i]);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	got = store_get(st, 3, &e, &err);
	ck_assert_msg(got == -1, "%s", rows[_i]);
	ck_assert_msg(err.code == ERR_CORRUPT, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "a.obit: exchange 3: "));
	ck_assert_ptr_null(e.exchange);
	ck_assert_int_eq(store_close(st, &err), 0);
	folder_leave();
}
END_TEST

static void
read_all(void)
{
	struct entry e = ENTRY_INIT;
	struct store *st;
	struct err err;

	if (store_open(&st, folder_path("a.obit"), STORE_READ, &err) < 0)
		return;
	for (uint64_t id = 1; id <= SAMPLE_COUNT; id++)
		if (store_get(st, id, &e, &err) < 0)
			ck_assert_int_ne(err.code, ERR_NONE);
	entry_release(&e);
	ck_assert_int_eq(store_close(st, &err), 0);
}

/* From the end, so that each cut takes more away. */
START_TEST(a_torn_file_reads_or_fails)
{
	struct stat file;

	folder_enter();
	make();
	ck_assert_int_eq(stat(folder_path("a.obit"), &file), 0);
	for (off_t size = file.st_size; size > 0; size -= 1111) {
		ck_assert_int_eq(truncate(folder_path("a.obit"), size), 0);
		read_all();
	}
	folder_leave();
}
END_TEST

/* Root may do anything; these would tell nothing. */
static bool
is_root(void)
{
	return geteuid() == 0;
}

START_TEST(permissions_are_said)
{
	struct store *st;
	struct err err;

	if (is_root())
		return;
	folder_enter();
	make();
	ck_assert_int_eq(chmod(folder_path("a.obit"), 0), 0);
	refused("a.obit", ERR_SYSTEM, "Permission denied");
	ck_assert_int_eq(chmod(folder_path("a.obit"), 0400), 0);
	ck_assert_int_eq(chmod(folder_path("."), 0500), 0);
	ck_assert_int_eq(store_open(&st, folder_path("new.obit"), STORE_APPEND,
			     &err),
	    -1);
	ck_assert_ptr_nonnull(strstr(err.text, "Permission denied"));
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	ck_assert_int_eq(store_close(st, &err), 0);
	folder_leave();
}
END_TEST

/* An archive as a killed writer leaves it: still marked as journalled. */
START_TEST(a_folder_that_cannot_be_written_is_read)
{
	struct entry e = ENTRY_INIT;
	struct store *st;
	struct err err;

	if (is_root())
		return;
	folder_enter();
	make();
	tamper_with("a.obit", "PRAGMA journal_mode=WAL");
	ck_assert_int_eq(chmod(folder_path("."), 0500), 0);
	ck_assert_msg(store_open(&st, folder_path("a.obit"), STORE_READ,
			  &err) == 0,
	    "%s", err.text);
	ck_assert_int_eq(store_get(st, 1, &e, &err), 1);
	entry_release(&e);
	ck_assert_int_eq(store_close(st, &err), 0);
	ck_assert_int_eq(chmod(folder_path("."), 0700), 0);
	put_file("a.obit-wal", "x", 1);
	ck_assert_int_eq(chmod(folder_path("."), 0500), 0);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    -1);
	ck_assert_ptr_nonnull(strstr(err.text, "was not closed"));
	folder_leave();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_hostile");
	TCase *t = tcase_create("store_hostile");
	SRunner *runner;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, what_is_no_archive_is_refused);
	tcase_add_test(t, a_name_of_nothing_is_an_error);
	tcase_add_test(t, a_pipe_for_a_journal_is_refused);
	tcase_add_loop_test(t, another_schema_is_refused, 0,
	    ARRAY_LEN(schemas));
	tcase_add_loop_test(t, a_row_that_makes_no_sense_is_corrupt, 0,
	    ARRAY_LEN(rows));
	tcase_add_test(t, a_torn_file_reads_or_fails);
	tcase_add_test(t, permissions_are_said);
	tcase_add_test(t, a_folder_that_cannot_be_written_is_read);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
