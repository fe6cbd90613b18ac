#include "base/spool.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/lib/unit.h"

/* Is all of it zero, and can all of it be written and read again? */
static void
use(size_t len)
{
	struct spool s;
	struct err err;
	uint8_t *p;

	ck_assert_int_eq(spool_open(&s, len, &err), 0);
	p = s.p;
	for (size_t i = 0; i < len; i += 4095) {
		ck_assert_uint_eq(p[i], 0);
		p[i] = (uint8_t)i;
	}
	for (size_t i = 0; i < len; i += 4095)
		ck_assert_uint_eq(p[i], (uint8_t)i);
	spool_close(&s);
	spool_close(&s);
	ck_assert_ptr_null(s.p);
}

START_TEST(small_and_large_ones_are_zeroed_memory)
{
	use(0);
	use(1);
	use(SPOOL_FILE - 1);
	use(SPOOL_FILE);
	use(3 * SPOOL_FILE + 1);
}
END_TEST

START_TEST(where_there_is_no_folder_only_large_ones_fail)
{
	struct spool s;
	struct err err;

	setenv("TMPDIR", "/nonexistent", 1);
	use(1000);
	ck_assert_int_eq(spool_open(&s, SPOOL_FILE, &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent"));
	spool_close(&s);
}
END_TEST

START_TEST(room_that_there_is_not_is_an_error)
{
	struct spool s;
	struct err err;

	ck_assert_int_eq(spool_open(&s, (size_t)1 << 60, &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
	spool_close(&s);
}
END_TEST

UNIT_MAIN("spool", small_and_large_ones_are_zeroed_memory,
    where_there_is_no_folder_only_large_ones_fail,
    room_that_there_is_not_is_an_error)
