#include "http/url.h"

#include "base/arena.h"

static bool
is_alpha(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_scheme(struct span s)
{
	if (s.len == 0 || !is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!is_alpha(s.p[i]) && (s.p[i] < '0' || s.p[i] > '9') &&
		    s.p[i] != '+' && s.p[i] != '-' && s.p[i] != '.')
			return false;
	return true;
}

/* The length of "scheme:" in front of "//", or 0. */
static size_t
scheme_length(struct span target)
{
	size_t colon;

	if (target.len > 0 && target.p[0] == '/')
		return 0; /* as almost always */
	colon = span_find(target, ':');
	if (!is_scheme(span_sub(target, 0, colon)) ||
	    !span_has_prefix(span_sub(target, colon, target.len),
		span_of_str("://")))
		return 0;
	return colon + 1;
}

static size_t
authority_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#')
		n++;
	return n;
}

/* A password may hold an "@" that somebody forgot to encode. */
static void
split_authority(struct url *u, struct span whole)
{
	size_t at = whole.len;

	while (at > 0 && whole.p[at - 1] != '@')
		at--;
	if (at > 0)
		u->userinfo = span_sub(whole, 0, at - 1);
	u->authority = span_sub(whole, at, whole.len);
}

static void
split_path(struct url *u, struct span rest)
{
	u->path = span_cut(&rest, '?');
	u->query = rest;
}

struct url
url_split(struct span method, struct span target)
{
	struct url u = { 0 };
	size_t scheme;

	if (span_eq_str(method, "CONNECT")) {
		u.authority = target;
		return u;
	}
	scheme = scheme_length(target);
	if (scheme > 0) {
		u.scheme = span_sub(target, 0, scheme - 1);
		target = span_sub(target, scheme + 2, target.len);
		size_t n = authority_length(target);

		split_authority(&u, span_sub(target, 0, n));
		target = span_sub(target, n, target.len);
	}
	split_path(&u, target);
	if (scheme > 0 && u.path.len == 0)
		u.path = span_of_str("/");
	return u;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that "%xy" at the start of s stands for, or -1. */
static int
escaped_byte(struct span s)
{
	int high, low;

	if (s.len < 3 || s.p[0] != '%')
		return -1;
	high = hex_digit(s.p[1]);
	low = hex_digit(s.p[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Decode one byte at s[*at] and step over it. */
static uint8_t
decode_one(struct span s, bool form, size_t *at)
{
	int byte = escaped_byte(span_sub(s, *at, 3));

	if (byte >= 0) {
		*at += 3;
		return (uint8_t)byte;
	}
	byte = s.p[(*at)++];
	return form && byte == '+' ? ' ' : (uint8_t)byte;
}

struct span
url_decode(struct span s, bool form, struct arena *arena)
{
	uint8_t *out;
	size_t n = 0;

	if (span_find(s, '%') == s.len && (!form || span_find(s, '+') == s.len))
		return s;
	out = arena_alloc(arena, s.len);
	for (size_t at = 0; at < s.len; n++)
		out[n] = decode_one(s, form, &at);
	return (struct span){ out, n };
}

/* Add a byte that stays as an escape. */
static size_t
escape(uint8_t *out, uint8_t byte)
{
	memcpy(out, byte == '/' ? "%2F" : "%25", 3);
	return 3;
}

struct span
url_decode_path(struct span s, struct arena *arena)
{
	uint8_t *out;
	size_t n = 0;

	if (span_find(s, '%') == s.len)
		return s;
	out = arena_alloc(arena, s.len);
	for (size_t at = 0; at < s.len;) {
		int byte = escaped_byte(span_sub(s, at, at + 3));

		out[n] = decode_one(s, false, &at);
		n += byte == '/' || byte == '%' ? escape(out + n, out[n]) : 1;
	}
	return (struct span){ out, n };
}

struct span
url_path_segment(struct span s, struct arena *arena)
{
	uint8_t *out;
	size_t n = 0;

	if (span_find(s, '%') == s.len && span_find(s, '/') == s.len)
		return s;
	out = arena_alloc(arena, 3 * s.len);
	for (size_t i = 0; i < s.len; i++) {
		out[n] = s.p[i];
		n += out[n] == '/' || out[n] == '%' ? escape(out + n, out[n])
						    : 1;
	}
	return (struct span){ out, n };
}

bool
url_next_pair(struct span *rest, struct pair *raw)
{
	while (rest->p != NULL) {
		struct span text = span_cut(rest, '&');

		if (text.len == 0)
			continue;
		raw->key = span_cut(&text, '=');
		raw->value = text;
		return true;
	}
	return false;
}

struct span
url_host(struct span authority)
{
	size_t close;

	if (authority.len > 0 && authority.p[0] == '[') {
		close = span_find(authority, ']');
		return span_sub(authority, 0, close + 1);
	}
	return span_sub(authority, 0, span_find(authority, ':'));
}

size_t
url_count_pairs(struct span text)
{
	struct pair pair;
	size_t n = 0;

	while (url_next_pair(&text, &pair))
		n++;
	return n;
}
