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
span_eq_nocase_bytes(struct span a, struct span b)
{
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}
