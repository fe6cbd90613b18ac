#include "store/token.h"

#include <string.h>

#include "tests/lib/unit.h"

START_TEST(tokens_stand_between_gaps)
{
	struct tokens t, other;
	struct span s = span_of_str("\x01\x85\x01GET /a-b_c?d=Tue, 14 Nov 2023 "
				    "22:00:00 GMT;x");

	ck_assert(tokens_scan(&t, s, 3));
	ck_assert_uint_eq(t.numbers, 2);
	ck_assert_uint_eq(t.count, 7);
	ck_assert(span_eq_str(token_at(&t, 1), "\x85\x01"));
	ck_assert(span_eq_str(token_at(&t, 3), "a-b_c"));
	ck_assert(
	    span_eq_str(token_at(&t, 5), "Tue, 14 Nov 2023 22:00:00 GMT"));
	ck_assert(span_eq_str(token_gap(&t, 2), " /"));
	ck_assert(span_eq_str(token_gap(&t, SIZE_MAX), ""));
	ck_assert(span_eq_str(token_gap(&t, 6), ""));
	/* A number that does not end where the numbers do is none. */
	ck_assert(!tokens_scan(&t, s, 2));
	ck_assert(tokens_scan(&t, span_of_str("a=1;b"), 0));
	ck_assert(tokens_scan(&other, span_of_str("xyz=22;"), 0));
	ck_assert_uint_ne(t.form, other.form);
	ck_assert(tokens_scan(&other, span_of_str("xyz=22;_"), 0));
	ck_assert_uint_eq(t.form, other.form);
}
END_TEST

START_TEST(dates_are_one_token)
{
	static const struct {
		const char *text;
		size_t first; /* length of the first token */
	} cases[] = {
		{ "Tue, 14 Nov 2023 22:00:00 GMT", 29 },
		{ "Tue, 14 Nov 2023 22:00:00 GMTX", 29 },
		{ "Tue, 14 Nov 2023 22:00:00 GM", 3 },
		{ "Tue; 14 Nov 2023 22:00:00 GMT", 3 },
		{ "Tue, 14 Nov 2023 22-00:00 GMT", 3 },
		{ "Tue, 14 Nov 2023 22:00-00 GMT", 3 },
		{ "Tue, 14 Nov 2023 22:00:00 UTC", 3 },
		{ ", 14 Nov 2023 22:00:00 GMT", 0 },
		{ "a", 1 },
		{ "a b", 1 },
		{ "-_0Zz9A", 7 },
		{ "\x80", 0 },
		{ "@", 0 },
		{ "[", 0 },
		{ "`", 0 },
		{ "{", 0 },
		{ "/", 0 },
		{ ":", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(token_length(span_of_str(cases[i].text), 0) ==
			cases[i].first,
		    "%s", cases[i].text);
}
END_TEST

START_TEST(there_is_an_end_to_them)
{
	uint8_t bytes[2 * TOKENS_MAX + 2];
	struct tokens t;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 2 == 0 ? 'a' : 0;
	ck_assert(tokens_scan(&t, (struct span){ bytes, 2 * TOKENS_MAX }, 0));
	ck_assert_uint_eq(t.count, TOKENS_MAX);
	ck_assert(
	    !tokens_scan(&t, (struct span){ bytes, 2 * TOKENS_MAX + 1 }, 0));
	memset(bytes, 1, sizeof(bytes));
	ck_assert(
	    tokens_scan(&t, (struct span){ bytes, TOKENS_MAX }, TOKENS_MAX));
	ck_assert(!tokens_scan(&t, (struct span){ bytes, TOKENS_MAX + 1 },
	    TOKENS_MAX + 1));
	ck_assert(!tokens_scan(&t, span_of_str("a"), 2));
}
END_TEST

UNIT_MAIN("token", tokens_stand_between_gaps, dates_are_one_token,
    there_is_an_end_to_them)
