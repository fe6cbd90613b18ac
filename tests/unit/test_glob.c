#include "deletion/glob.h"

#include <fnmatch.h>
#include <stdint.h>

#include "base/base.h"
#include "tests/lib/unit.h"

static uint64_t state = 88172645463325252u;

/* Marsaglia's xorshift64: the same patterns on every run. */
static unsigned
below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % n);
}

static void
make(char *out, const char *const *parts, unsigned kinds, unsigned most)
{
	out[0] = '\0';
	for (unsigned n = below(most + 1); n > 0; n--)
		strcat(out, parts[below(kinds)]);
}

/* What fnmatch(3) says, in the C locale, of patterns that it reads alike. */
START_TEST(it_agrees_with_fnmatch)
{
	static const char *const parts[] = { "a", "b", "A", ".", "*", "?",
		"[ab]", "[!a]", "[a-b]", "*" };
	static const char *const letters[] = { "a", "b", "A", ".", "B" };

	for (int i = 0; i < 300000; i++) {
		char pattern[64], text[32];
		bool wanted, seen;
		int flags = below(2) ? FNM_CASEFOLD : 0;

		make(pattern, parts, ARRAY_LEN(parts), 7);
		make(text, letters, ARRAY_LEN(letters), 7);
		wanted = fnmatch(pattern, text, flags) == 0;
		seen = glob_matches(span_of_str(pattern), span_of_str(text),
		    flags != 0);
		if (seen != wanted)
			ck_abort_msg("%s and %s, flags %d", pattern, text,
			    flags);
	}
}
END_TEST

START_TEST(a_pattern_is_told_from_a_name)
{
	ck_assert(!glob_is_pattern(span_of_str("InstanceIds.1")));
	ck_assert(glob_is_pattern(span_of_str("*Id")));
	ck_assert(glob_is_pattern(span_of_str("a?")));
	ck_assert(glob_is_pattern(span_of_str("[ab]")));
}
END_TEST

/* "a*a*a*...b" takes exponential time where every star is tried. */
START_TEST(many_stars_take_no_time)
{
	char pattern[2001], text[4001];

	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(pattern) - 1; i += 2)
		memcpy(pattern + i, "a*", 2);
	pattern[sizeof(pattern) - 2] = 'b';
	text[sizeof(text) - 1] = pattern[sizeof(pattern) - 1] = '\0';
	ck_assert(!glob_matches(span_of_str(pattern), span_of_str(text), true));
	pattern[sizeof(pattern) - 2] = '?';
	ck_assert(glob_matches(span_of_str(pattern), span_of_str(text), true));
}
END_TEST

UNIT_MAIN("glob", it_agrees_with_fnmatch, a_pattern_is_told_from_a_name,
    many_stars_take_no_time)
