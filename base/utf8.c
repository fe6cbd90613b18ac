#include "base/utf8.h"

static bool
is_tail(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

/* The second byte decides about overlong forms, surrogates and the end. */
static bool
second_fits(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

static size_t
length_by_first(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

size_t
utf8_length(struct span s)
{
	size_t n = s.len > 0 ? length_by_first(s.p[0]) : 0;

	if (n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (!is_tail(s.p[i]))
			return 0;
	return n > 1 && !second_fits(s.p[0], s.p[1]) ? 0 : n;
}

bool
utf8_is_valid(struct span s)
{
	while (s.len > 0) {
		size_t n = utf8_length(s);

		if (n == 0)
			return false;
		s = span_sub(s, n, s.len);
	}
	return true;
}
