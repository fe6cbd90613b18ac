#include "base/utf8.h"

#include "base/base.h"
#include "tests/lib/unit.h"

/* Table 3-7 of the Unicode standard, its edges and what lies beyond. */
static const struct {
	const char *text;
	size_t length;
} cases[] = {
	{ "a", 1 },
	{ "\x7f", 1 },
	{ "\xc2\x80", 2 },
	{ "\xdf\xbf", 2 },
	{ "\xe0\xa0\x80", 3 },
	{ "\xed\x9f\xbf", 3 },
	{ "\xee\x80\x80", 3 },
	{ "\xf0\x90\x80\x80", 4 },
	{ "\xf4\x8f\xbf\xbf", 4 },
	{ "", 0 },
	{ "\x80", 0 },             /* a tail alone */
	{ "\xc1\xbf", 0 },         /* overlong */
	{ "\xe0\x9f\xbf", 0 },     /* overlong */
	{ "\xf0\x8f\xbf\xbf", 0 }, /* overlong */
	{ "\xed\xa0\x80", 0 },     /* a surrogate */
	{ "\xf4\x90\x80\x80", 0 }, /* above U+10FFFF */
	{ "\xe2\x82", 0 },         /* cut short */
	{ "\xff", 0 },
};

START_TEST(length_of_each_case)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_uint_eq(utf8_length(span_of_str(cases[i].text)),
		    cases[i].length);
}
END_TEST

START_TEST(valid_only_to_the_last_byte)
{
	ck_assert(utf8_is_valid(span_of_str("")));
	ck_assert(utf8_is_valid(span_of_str("gr\xc3\xbc\xc3\x9f")));
	ck_assert(!utf8_is_valid(span_of_str("gr\xc3")));
}
END_TEST

UNIT_MAIN("utf8", length_of_each_case, valid_only_to_the_last_byte)
