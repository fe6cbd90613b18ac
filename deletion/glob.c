#include "deletion/glob.h"

static uint8_t
fold(uint8_t c, bool nocase)
{
	return nocase && c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The length of the bracket expression at p, or 0 if it is not closed. */
static size_t
bracket_length(struct span p)
{
	size_t i = 1;

	if (i < p.len && p.p[i] == '!')
		i++;
	if (i < p.len && p.p[i] == ']')
		i++;
	while (i < p.len && p.p[i] != ']')
		i++;
	return i < p.len ? i + 1 : 0;
}

/* set is what stands between the brackets. */
static bool
bracket_has(struct span set, uint8_t c, bool nocase)
{
	bool wanted = true, found = false;
	size_t i = 0;

	if (set.len > 0 && set.p[0] == '!') {
		wanted = false;
		i++;
	}
	while (i < set.len) {
		uint8_t low = fold(set.p[i], nocase), high = low;

		if (i + 2 < set.len && set.p[i + 1] == '-') {
			high = fold(set.p[i + 2], nocase);
			i += 2;
		}
		found |= c >= low && c <= high;
		i++;
	}
	return found == wanted;
}

/*
 * Match one byte with the element at the start of p.  Return the length of
 * the element, or 0 if they differ.
 */
static size_t
step(struct span p, uint8_t c, bool nocase)
{
	size_t len;

	if (p.p[0] == '?')
		return 1;
	len = p.p[0] == '[' ? bracket_length(p) : 0;
	if (len == 0)
		return fold(p.p[0], nocase) == c;
	return bracket_has(span_sub(p, 1, len - 2), c, nocase) ? len : 0;
}

static bool
is_special(uint8_t c)
{
	return c == '*' || c == '?' || c == '[';
}

/* Where, from t on, the pattern at p can begin to fit: SIZE_MAX if nowhere. */
static size_t
next_start(struct span pattern, size_t p, struct span text, size_t t)
{
	const uint8_t *found;

	if (p == pattern.len || t >= text.len || is_special(pattern.p[p]))
		return t;
	found = memchr(text.p + t, pattern.p[p], text.len - t);
	return found == NULL ? SIZE_MAX : (size_t)(found - text.p);
}

/* Does text end as the letters behind the pattern's last special one? */
static bool
ends_fit(struct span pattern, struct span text, bool nocase)
{
	size_t p = pattern.len, t = text.len;

	while (
	    p > 0 && !is_special(pattern.p[p - 1]) && pattern.p[p - 1] != ']') {
		if (t == 0 ||
		    fold(pattern.p[p - 1], nocase) !=
			fold(text.p[t - 1], nocase))
			return false;
		p--;
		t--;
	}
	return true;
}

bool
glob_matches(struct span pattern, struct span text, bool nocase)
{
	size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;

	if (!nocase && pattern.len > 0 && text.len > 0 &&
	    !is_special(pattern.p[0]) && pattern.p[0] != text.p[0])
		return false;
	if (!ends_fit(pattern, text, nocase))
		return false;
	while (t < text.len) {
		size_t n;

		if (p < pattern.len && pattern.p[p] == '*') {
			star = ++p;
			if (!nocase)
				t = next_start(pattern, p, text, t);
			mark = t;
			continue;
		}
		n = p < pattern.len ? step(span_sub(pattern, p, SIZE_MAX),
					  fold(text.p[t], nocase), nocase)
				    : 0;
		if (n > 0) {
			p += n;
			t++;
		} else if (star != SIZE_MAX) {
			p = star;
			t = ++mark;
			if (!nocase)
				mark = t = next_start(pattern, p, text, t);
		} else {
			return false;
		}
	}
	if (t == SIZE_MAX)
		return false;
	while (p < pattern.len && pattern.p[p] == '*')
		p++;
	return p == pattern.len;
}

bool
glob_is_pattern(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_special(s.p[i]))
			return true;
	return false;
}
