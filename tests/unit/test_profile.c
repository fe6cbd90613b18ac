/* Rows that are found again: profiles and words, also when forgotten. */
#include "store/profile.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "store/schema.h"
#include "store/words.h"
#include "tests/lib/unit.h"

/* More than are remembered. */
#define MANY 5000

static struct db *
scratch(void)
{
	struct err err;
	struct db *db;

	ck_assert_int_eq(db_open(&db, NULL, DB_SCRATCH, &err), 0);
	ck_assert_int_eq(schema_create(db, &err), 0);
	return db;
}

static void
check_rows(struct db *db, const char *sql, int64_t want)
{
	struct err err;
	int64_t count;

	ck_assert_int_eq(db_number(db, sql, &count, &err), 0);
	ck_assert_int_eq(count, want);
}

static int64_t
number(struct profiles *p, const struct profile *profile)
{
	struct err err;
	int64_t id;

	ck_assert_msg(profiles_number(p, profile, &id, &err) == 0, "%s",
	    err.text);
	return id;
}

/* With every column that may be NULL so, or not. */
static struct profile
plain(bool null)
{
	struct profile p;

	for (int i = 0; i < PROFILE_COLUMNS; i++)
		p.columns[i] = null ? PROFILE_NULL : 1;
	p.columns[PROFILE_KIND] = p.columns[PROFILE_FLAWS] =
	    p.columns[PROFILE_FLAGS] = 0;
	return p;
}

START_TEST(each_column_makes_another_profile)
{
	struct db *db = scratch();
	struct profiles *p = profiles_new(db), *again;
	int64_t ids[2 * PROFILE_COLUMNS];

	for (int i = 0; i < 2 * PROFILE_COLUMNS; i++) {
		struct profile profile = plain(i % 2 != 0);

		profile.columns[i / 2] = 7;
		ids[i] = number(p, &profile);
		for (int j = 0; j < i; j++)
			ck_assert_int_ne(ids[i], ids[j]);
	}
	again = profiles_new(db); /* which remembers nothing */
	for (int i = 0; i < 2 * PROFILE_COLUMNS; i++) {
		struct profile profile = plain(i % 2 != 0);

		profile.columns[i / 2] = 7;
		ck_assert_int_eq(number(p, &profile), ids[i]);
		ck_assert_int_eq(number(again, &profile), ids[i]);
	}
	check_rows(db, "SELECT count(*) FROM profile", 2 * PROFILE_COLUMNS);
	profiles_free(p);
	profiles_free(again);
	db_close(db);
}
END_TEST

START_TEST(forgotten_profiles_are_found_again)
{
	struct db *db = scratch();
	struct profiles *p = profiles_new(db);
	struct profile profile = plain(false);

	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < MANY; i++) {
			profile.columns[PROFILE_STATUS] = i;
			ck_assert_int_eq(number(p, &profile), i + 1);
		}
	check_rows(db, "SELECT count(*) FROM profile", MANY);
	profiles_free(p);
	db_close(db);
}
END_TEST

START_TEST(words_are_stored_once)
{
	struct db *db = scratch();
	struct words *w = words_new(db);
	struct arena arena = ARENA_INIT;
	struct span text, odd = SPAN_LITERAL("\xff\0x");
	struct err err;
	int64_t id;

	ck_assert_int_eq(words_number(w, (struct span){ 0 }, &id, &err), 0);
	ck_assert_int_eq(id, 0);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < MANY; i++) {
			text = arena_printf(&arena, "w%d", i);
			ck_assert_int_eq(words_number(w, text, &id, &err), 0);
			ck_assert_int_eq(id, i + 1);
		}
	for (int turn = 0; turn < 2; turn++) {
		ck_assert_int_eq(words_number(w, odd, &id, &err), 0);
		ck_assert_int_eq(id, MANY + 1);
		ck_assert_int_eq(words_number(w, span_of_str(""), &id, &err),
		    0);
		ck_assert_int_eq(id, MANY + 2);
	}
	check_rows(db, "SELECT count(*) FROM word", MANY + 2);
	for (int i = 0; i < MANY; i += 7) {
		ck_assert_int_eq(words_text(w, i + 1, &arena, &text, &err), 0);
		ck_assert(span_eq(text, arena_printf(&arena, "w%d", i)));
	}
	ck_assert_int_eq(words_text(w, MANY + 1, &arena, &text, &err), 0);
	ck_assert(span_eq(text, odd));
	ck_assert_int_eq(words_text(w, MANY + 2, &arena, &text, &err), 0);
	ck_assert(text.p != NULL && text.len == 0);
	ck_assert_int_eq(words_text(w, 0, &arena, &text, &err), 0);
	ck_assert_ptr_null(text.p);
	ck_assert_int_eq(words_text(w, MANY + 3, &arena, &text, &err), -1);
	ck_assert_int_eq(err.code, ERR_CORRUPT);
	words_free(w);
	arena_release(&arena);
	db_close(db);
}
END_TEST

UNIT_MAIN("profile", each_column_makes_another_profile,
    forgotten_profiles_are_found_again, words_are_stored_once)
