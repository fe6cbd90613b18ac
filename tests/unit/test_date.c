#include "http/date.h"
#include "tests/lib/unit.h"

/* 1994-11-06 08:49:37 UTC, the example of RFC 9110, section 5.6.7:
 * 9075 days after 1970-01-01, and 31777 seconds. */
#define EXAMPLE (INT64_C(9075) * 86400 + 31777)

START_TEST(three_forms_mean_the_same)
{
	static const char *const forms[] = { "Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" };

	for (size_t i = 0; i < 3; i++) {
		int64_t t = 0;

		ck_assert_msg(date_parse(&t, span_of_str(forms[i])), "%s",
		    forms[i]);
		ck_assert_int_eq(t, EXAMPLE);
	}
}
END_TEST

START_TEST(years_of_two_digits)
{
	int64_t t = 0;

	ck_assert(
	    date_parse(&t, span_of_str("Thursday, 01-Jan-70 00:00:00 GMT")));
	ck_assert_int_eq(t, 0);
	ck_assert(
	    date_parse(&t, span_of_str("Saturday, 01-Jan-00 00:00:00 GMT")));
	ck_assert_int_eq(t, INT64_C(10957) * 86400);
}
END_TEST

START_TEST(other_text_is_none)
{
	static const char *const bad[] = { "", "120", "tomorrow",
		"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 06 Now 1994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sun, 06 Nov 1994 08:-1:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 GMT and a very long tail" };
	int64_t t = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!date_parse(&t, span_of_str(bad[i])), "%s",
		    bad[i]);
}
END_TEST

UNIT_MAIN("date", three_forms_mean_the_same, years_of_two_digits,
    other_text_is_none)
