#include "store/index_check.h"

#include "base/err.h"
#include "store/db.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

/* Enough for one segment when the archive is closed, and a batch behind it. */
enum {
	FIRST = 4096,
	SECOND = 10,
};

static struct err err;

static void
record(unsigned from, unsigned count)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1, .layers[LAYER_TCP] = 1 };
	struct reading reading;
	struct store *st;

	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(st, &rec, &err), 0);
	for (unsigned n = from; n < from + count; n++) {
		struct exchange *x = sample_exchange(n, &reading);

		ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
		exchange_free(x);
	}
	ck_assert_int_eq(store_end(st, &coverage, &err), 0);
	ck_assert_int_eq(store_close(st, &err), 0);
}

/* Read all of the archive past the check, once the SQL was run on it. */
static struct verification
check(const char *sql)
{
	struct verification out = { 0 };
	struct entry e = ENTRY_INIT;
	struct index_check c;
	struct store *st;
	struct db *db;

	ck_assert_int_eq(db_open(&db, folder_path("a.obit"), DB_WRITE, &err),
	    0);
	ck_assert_msg(db_exec(db, sql, &err) == 0, "%s", err.text);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
	index_check_init(&c, db);
	for (uint64_t id = 1; store_get(st, id, &e, &err) == 1; id++)
		ck_assert_int_eq(index_check_add(&c, &e, &out, &err), 0);
	ck_assert_int_eq(index_check_end(&c, &out, &err), 0);
	index_check_release(&c);
	entry_release(&e);
	ck_assert_int_eq(store_close(st, &err), 0);
	db_close(db);
	return out;
}

static void
found(const char *sql, uint64_t from, const char *what)
{
	struct verification out;

	folder_enter();
	record(0, FIRST);
	record(FIRST, SECOND);
	out = check(sql);
	ck_assert_int_eq(out.fault, FAULT_ALTERED);
	ck_assert_uint_eq(out.from, from);
	ck_assert_str_eq(out.what, what);
	folder_leave();
}

#define NOT_FOUND "they are not found by what they can be looked for"
#define NOBODY    "exchanges can be looked for that do not exist"

START_TEST(what_was_written_is_right)
{
	struct verification out;

	folder_enter();
	record(0, FIRST);
	out = check("");
	ck_assert_msg(out.fault == FAULT_NONE, "%s", out.what);
	record(FIRST, SECOND);
	out = check("");
	ck_assert_msg(out.fault == FAULT_NONE, "%s", out.what);
	folder_leave();
}
END_TEST

START_TEST(a_segment_that_differs_is_named)
{
	found("UPDATE lookup SET data = substr(data, 5) WHERE id ="
	      " (SELECT max(id) FROM lookup WHERE id & 0xffffffff = 1)",
	    1, NOT_FOUND);
	found("DELETE FROM lookup WHERE id = (SELECT min(id) FROM lookup)", 1,
	    NOT_FOUND);
	found("UPDATE segment SET count = count - 1 WHERE id = 1", 1,
	    NOT_FOUND);
}
END_TEST

START_TEST(what_is_in_no_segment_yet_is_checked)
{
	found("UPDATE recent SET data = data || substr(data, 1, 6)", FIRST + 1,
	    NOT_FOUND);
	found("DELETE FROM recent", FIRST + 1, NOT_FOUND);
	found("INSERT INTO segment VALUES(4100, 1)", FIRST + 1,
	    "it is in no segment, but others are");
}
END_TEST

START_TEST(operations_are_checked)
{
	found("DELETE FROM operation WHERE stretch = 7", 7 * 256,
	    "it is not found by its operation");
}
END_TEST

START_TEST(what_nothing_speaks_for_is_found)
{
	found("INSERT INTO operation VALUES(1, 99)", 0, NOBODY);
	found("INSERT INTO lookup VALUES((511 << 40) + 9999, x'00000000')", 0,
	    NOBODY);
}
END_TEST

UNIT_MAIN("index_check", what_was_written_is_right,
    a_segment_that_differs_is_named, what_is_in_no_segment_yet_is_checked,
    operations_are_checked, what_nothing_speaks_for_is_found)
