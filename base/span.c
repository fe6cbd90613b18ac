#include "base/span.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

int
span_cmp(struct span a, struct span b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int diff = common > 0 ? memcmp(a.p, b.p, common) : 0;

	if (diff != 0)
		return diff;
	return (a.len > b.len) - (a.len < b.len);
}

bool
span_eq_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

size_t
span_find(struct span s, uint8_t c)
{
	const uint8_t *at = s.len > 0 ? memchr(s.p, c, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.p) : s.len;
}

struct span
span_cut(struct span *s, uint8_t c)
{
	size_t at = span_find(*s, c);
	struct span before = span_sub(*s, 0, at);

	if (at == s->len)
		*s = (struct span){ NULL, 0 };
	else
		*s = span_sub(*s, at + 1, s->len);
	return before;
}
