/* Ids in fewer bytes, and back. */
#include "store/compact.h"

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "store/schema.h"
#include "tests/lib/unit.h"

static const struct {
	struct span text;
	int bytes; /* in the archive */
} texts[] = {
	{ SPAN_LITERAL("d3a1c8f0-1111-4222-8333-944455556666"), 17 },
	{ SPAN_LITERAL("D3A1C8F0-1111-4222-8333-944455556666"), 36 },
	{ SPAN_LITERAL("d3a1c8f0-1111-4222-8333-94445555666g"), 36 },
	{ SPAN_LITERAL("d3a1c8f0-1111-4222-8333_944455556666"), 36 },
	{ SPAN_LITERAL("145483a5107745e9b3d80f956713e6a3"), 17 },
	{ SPAN_LITERAL("00000000"), 5 },
	{ SPAN_LITERAL("abcdef"), 6 },
	{ SPAN_LITERAL("abcdef012"), 9 },
	{ SPAN_LITERAL("i-ybo349sxoncm9t000001"), 22 },
	{ SPAN_LITERAL(""), 0 },
	{ SPAN_LITERAL("a\0b"), 4 },
	{ SPAN_LITERAL("\xff\xfe"), 3 },
	{ { 0 }, -1 },
};

START_TEST(what_goes_in_comes_out)
{
	struct arena arena = ARENA_INIT;
	struct span out, want = texts[_i].text;
	int64_t bytes;
	struct query *q;
	struct db *db;
	struct err err;

	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	q = db_query(db, SQL_TARGET_ADD, &err);
	put_int(q, 1);
	put_int(q, 2);
	put_null(q);
	put_compact(q, want, &arena);
	put_null(q);
	put_int(q, 0);
	put_null(q);
	ck_assert_msg(query_run(q, &err) == 0, "%s", err.text);
	ck_assert_int_eq(db_number(db,
			     "SELECT coalesce(length(CAST(id AS BLOB)), -1) "
			     "FROM target",
			     &bytes, &err),
	    0);
	ck_assert_int_eq(bytes, texts[_i].bytes);
	q = db_query(db, SQL_TARGET_GET, &err);
	put_int(q, 1);
	ck_assert_int_eq(query_row(q, "none", &err), 0);
	take_int(q, 2, 2);
	take_int_or(q, 1, 1, 0);
	ck_assert(take_compact(q, &arena, &out));
	ck_assert_int_eq(out.p == NULL, want.p == NULL);
	ck_assert(span_eq(out, want));
	db_close(db);
	arena_release(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compact");
	TCase *t = tcase_create("compact");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(t, what_goes_in_comes_out, 0, ARRAY_LEN(texts));
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
