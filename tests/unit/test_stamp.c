#include "base/stamp.h"

#include "base/err.h"
#include "tests/lib/unit.h"

static const struct {
	const char *text;
	int64_t t;
} good[] = {
	{ "1970-01-01T00:00:00.000000000Z", 0 },
	{ "1970-01-01T00:00:00.000000001Z", 1 },
	{ "1969-12-31T23:59:59.999999999Z", -1 },
	{ "2026-11-20T20:00:22.034511000Z", 1795204822034511000 },
	{ "2262-04-11T23:47:16.854775807Z", INT64_MAX },
};

START_TEST(format_and_parse_are_inverse)
{
	char text[STAMP_SIZE];
	struct err err;
	int64_t t;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		ck_assert_str_eq(stamp_format(text, good[i].t), good[i].text);
		ck_assert_int_eq(stamp_parse(&t, good[i].text, &err), 0);
		ck_assert_int_eq(t, good[i].t);
	}
}
END_TEST

START_TEST(parse_reads_zones_dates_and_short_decimals)
{
	struct err err;
	int64_t t;

	ck_assert_int_eq(stamp_parse(&t, "1970-01-01T02:00:00.5+02:00", &err),
	    0);
	ck_assert_int_eq(t, 500000000);
	ck_assert_int_eq(stamp_parse(&t, "1970-01-02", &err), 0);
	ck_assert_int_eq(t, (int64_t)86400 * 1000000000);
}
END_TEST

START_TEST(parse_refuses_what_is_no_time)
{
	static const char *const bad[] = { "", "now", "2026-02-30",
		"2026-13-01", "2026-11-20T20:00:22", "2026-11-20T25:00:00Z",
		"2026-11-20T20:00:22.Z", "2026-11-20T20:00:22Z ",
		"2026-11-20T20:00:22+2" };
	struct err err;
	int64_t t;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(stamp_parse(&t, bad[i], &err), -1);
		ck_assert_int_eq(err.code, ERR_FORMAT);
	}
}
END_TEST

UNIT_MAIN("stamp", format_and_parse_are_inverse,
    parse_reads_zones_dates_and_short_decimals, parse_refuses_what_is_no_time)
