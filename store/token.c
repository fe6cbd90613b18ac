#include "store/token.h"

#include "store/number.h"

#define DATE_LEN 29

/* Letters, digits, '-' and '_', a bit each: asked for each byte of all. */
static const uint64_t parts[4] = {
	UINT64_C(0x3ff) << 48 | UINT64_C(1) << 45,
	UINT64_C(0x3ffffff) << 1 | UINT64_C(1) << 31 |
	    UINT64_C(0x3ffffff) << 33,
};

static bool
is_part(uint8_t c)
{
	return parts[c >> 6] >> (c & 63) & 1;
}

/* "Tue, 14 Nov 2023 22:00:00 GMT", as far as that is cheap to see */
static bool
is_date(struct span s)
{
	return s.len >= DATE_LEN && s.p[3] == ',' && s.p[19] == ':' &&
	    s.p[22] == ':' && memcmp(s.p + 25, " GMT", 4) == 0;
}

size_t
token_length(struct span bytes, size_t at)
{
	size_t end = at;

	if (at < bytes.len && is_part(bytes.p[at]) &&
	    is_date(span_sub(bytes, at, bytes.len)))
		return DATE_LEN;
	while (end < bytes.len && is_part(bytes.p[end]))
		end++;
	return end - at;
}

static uint64_t
mix(uint64_t form, uint8_t c)
{
	return (form ^ c) * UINT64_C(0x100000001b3);
}

static bool
add(struct tokens *t, size_t at, size_t len)
{
	if (t->count == TOKENS_MAX)
		return false;
	t->list[t->count].at = (uint32_t)at;
	t->list[t->count++].len = (uint32_t)len;
	t->form = mix(t->form, '\\');
	return true;
}

static bool
scan_numbers(struct tokens *t, size_t numbers)
{
	struct span rest = span_sub(t->bytes, 0, numbers);
	uint64_t n;

	while (rest.len > 0) {
		size_t at = numbers - rest.len;

		if (!number_take(&rest, &n) ||
		    !add(t, at, numbers - rest.len - at))
			return false;
	}
	t->numbers = t->count;
	t->form = mix(t->form, '|');
	return true;
}

bool
tokens_scan(struct tokens *t, struct span bytes, size_t numbers)
{
	size_t at = numbers, len;

	t->bytes = bytes;
	t->count = 0;
	t->form = UINT64_C(0xcbf29ce484222325);
	if (bytes.len > UINT32_MAX || numbers > bytes.len ||
	    !scan_numbers(t, numbers))
		return false;
	for (; at < bytes.len; at += len) {
		if ((len = token_length(bytes, at)) == 0)
			t->form = mix(t->form, bytes.p[at++]);
		else if (!add(t, at, len))
			return false;
	}
	return true;
}

struct span
token_gap(const struct tokens *t, size_t i)
{
	size_t from = i == SIZE_MAX ? 0 : t->list[i].at + t->list[i].len;
	size_t next = i + 1; /* 0 before the first */
	size_t to = next < t->count ? t->list[next].at : t->bytes.len;

	return span_sub(t->bytes, from, to - from);
}
