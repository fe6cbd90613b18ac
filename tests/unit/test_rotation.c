#include "cli/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

static const struct {
	const char *text;
	uint64_t bytes;
	int64_t seconds;
} good[] = {
	{ "256K", 262144, 0 },
	{ "64M", 67108864, 0 },
	{ "2G", 2147483648, 0 },
	{ "30s", 0, 30 },
	{ "5m", 0, 300 },
	{ "1h", 0, 3600 },
	{ "7d", 0, 604800 },
};

START_TEST(a_size_or_a_time)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct rotation r;
		struct err err;

		ck_assert_int_eq(rotation_parse(&r, good[i].text, &err), 0);
		ck_assert_uint_eq(r.bytes, good[i].bytes);
		ck_assert_int_eq(r.ns, good[i].seconds * 1000000000);
	}
}
END_TEST

/* A number alone could be either. */
START_TEST(anything_else_is_refused)
{
	static const char *const bad[] = { "", "60", "0s", "255K", "0M", "M",
		"h", "1w", "5mm", "-1h", "1h30m", "64MB" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct rotation r;
		struct err err;

		ck_assert_int_eq(rotation_parse(&r, bad[i], &err), -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
}
END_TEST

static const struct {
	const char *base;
	uint64_t n;
	const char *name;
} names[] = {
	{ "live.obit", 1, "live-000001.obit" },
	{ "live", 12, "live-000012" },
	{ "/var/a.b/live", 3, "/var/a.b/live-000003" },
	{ "/var/a.b/live.x.obit", 3, "/var/a.b/live.x-000003.obit" },
	{ ".hidden", 1234567, ".hidden-1234567" },
};

START_TEST(the_number_stands_before_the_extension)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *name = rotation_name(names[i].base, names[i].n);

		ck_assert_str_eq(name, names[i].name);
		free(name);
	}
}
END_TEST

static void
make(const char *name)
{
	FILE *f = fopen(folder_path(name), "w");

	ck_assert_ptr_nonnull(f);
	fclose(f);
}

static uint64_t
next(const char *base)
{
	struct err err;
	uint64_t n = 0;

	ck_assert_msg(rotation_next(&n, folder_path(base), &err) == 0, "%s",
	    err.text);
	return n;
}

START_TEST(it_goes_on_after_the_highest_number)
{
	struct err err;
	uint64_t n;

	folder_enter();
	ck_assert_uint_eq(next("live.obit"), 1);
	make("live.obit");
	make("live-000007.obit-wal");
	make("live-7.obit");
	make("live-00000x.obit");
	make("other-000009.obit");
	make("live-99999999999999999999.obit");
	ck_assert_uint_eq(next("live.obit"), 1);
	make("live-000002.obit");
	make("live-1000000.obit");
	make("live-000041.obit");
	ck_assert_uint_eq(next("live.obit"), 1000001);
	ck_assert_int_eq(rotation_next(&n, folder_path("no/such"), &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
	folder_leave();
}
END_TEST

UNIT_MAIN("rotation", a_size_or_a_time, anything_else_is_refused,
    the_number_stands_before_the_extension, it_goes_on_after_the_highest_number)
