#include "store/token.h"

#include "store/number.h"

#define DATE_LEN 29

static bool
is_part(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* "Tue, 14 Nov 2023 22:00:00 GMT", as far as that is cheap to see */
static bool
is_date(struct span s)
{
	return s.len >= DATE_LEN && s.p[3] == ',' && s.p[19] == ':' &&
	    s.p[22] == ':' && memcmp(s.p + 25, " GMT", 4) == 0;
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
	size_t at = numbers, from;

	t->bytes = bytes;
	t->count = 0;
	t->form = UINT64_C(0xcbf29ce484222325);
	if (bytes.len > UINT32_MAX || numbers > bytes.len ||
	    !scan_numbers(t, numbers))
		return false;
	while (at < bytes.len) {
		if (!is_part(bytes.p[at])) {
			t->form = mix(t->form, bytes.p[at++]);
			continue;
		}
		from = at;
		if (is_date(span_sub(bytes, at, bytes.len)))
			at += DATE_LEN;
		else
			while (at < bytes.len && is_part(bytes.p[at]))
				at++;
		if (!add(t, from, at - from))
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
