#include "cli/text.h"

#include <stdlib.h>

#include "base/base.h"
#include "tests/lib/unit.h"

START_TEST(bytes_in_the_unit_that_fits)
{
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1048575, "1.0 MiB" },
		{ 1536 * 1024, "1.5 MiB" },
		{ (uint64_t)5 << 40, "5.0 TiB" },
	};
	char text[TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_str_eq(text_bytes(text, cases[i].n), cases[i].text);
}
END_TEST

START_TEST(durations_in_the_unit_that_fits)
{
	char text[TEXT_SIZE];

	ck_assert_str_eq(text_duration(text, 850000), "850 us");
	ck_assert_str_eq(text_duration(text, 1500000), "1.5 ms");
	ck_assert_str_eq(text_duration(text, 1250000000), "1.25 s");
	ck_assert_str_eq(text_duration(text, 200000000000), "3 min 20 s");
}
END_TEST

START_TEST(days_and_clocks)
{
	char text[TEXT_SIZE];

	ck_assert_str_eq(text_day(text, 1795204822034511000), "2026-11-20");
	ck_assert_str_eq(text_clock(text, 1795204822034511000), "20:00:22");
	ck_assert_str_eq(text_day(text, -1), "1969-12-31");
}
END_TEST

static void
check_put(void (*put)(FILE *, struct span), const char *in, const char *want)
{
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	put(out, span_of_str(in));
	fclose(out);
	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(nothing_moves_the_cursor)
{
	check_put(text_put, "a\r\n\tb\x1b[2J\x7f\x80",
	    "a\n\tb\\x1b[2J\\x7f\\x80");
	check_put(text_put_line, "a\r\n\tb", "a\\x0d\\x0a\\x09b");
	/* U+009B is a control sequence introducer, U+00A0 is a space. */
	check_put(text_put_line, "\xc2\x9b|\xc2\xa0", "\\xc2\\x9b|\xc2\xa0");
}
END_TEST

UNIT_MAIN("text", bytes_in_the_unit_that_fits, durations_in_the_unit_that_fits,
    days_and_clocks, nothing_moves_the_cursor)
