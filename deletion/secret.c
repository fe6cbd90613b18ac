#include "deletion/secret.h"

#include "base/base.h"
#include "deletion/mask.h"
#include "deletion/secret_bytes.h"

#define LONGEST_ORDINARY 128 /* bytes without a blank */

static struct span
after(struct span s, size_t n)
{
	return span_sub(s, n, s.len);
}

/* PEM: a key, or something else that came with one; to its end. */
static struct span
armour(struct span s)
{
	static const struct span begin = SPAN_LITERAL("-----BEGIN ");
	static const struct span end = SPAN_LITERAL("-----END ");
	const uint8_t *at;
	size_t n;

	if (!span_has_prefix(s, begin) ||
	    memmem(s.p, s.len < 64 ? s.len : 64, "KEY", 3) == NULL)
		return (struct span){ 0 };
	at = memmem(s.p, s.len, end.p, end.len);
	if (at == NULL)
		return s;
	n = (size_t)(at - s.p) + end.len;
	at = memmem(s.p + n, s.len - n, "-----", 5);
	return at == NULL ? s : span_sub(s, 0, (size_t)(at - s.p) + 5);
}

/* "Bearer" and its like in front of a token, wherever they stand. */
static struct span
after_scheme(struct span s, bool cut)
{
	static const struct span schemes[] = { SPAN_LITERAL("bearer "),
		SPAN_LITERAL("basic ") };

	if ((s.p[0] | 32) != 'b')
		return (struct span){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct span scheme = schemes[i];
		struct span token = after(s, scheme.len);

		if (!span_eq_nocase(span_sub(s, 0, scheme.len), scheme))
			continue;
		token = span_sub(token, 0, secret_count(token, TOKEN));
		/* "bearer authentication" is a phrase. */
		if (token.len >=
			secret_enough(8,
			    secret_is_cut(s, scheme.len + token.len, cut)) &&
		    secret_count(token, LOWER) < token.len)
			return token;
	}
	return (struct span){ 0 };
}

static bool
ends_authority(uint8_t c)
{
	return c <= ' ' || memchr("/?#\"'<>\\", c, 8) != NULL;
}

/* s begins with "://"; find what stands before the "@". */
static struct span
userinfo(struct span s, bool cut)
{
	size_t end = 3, at = 0, colon = 0;

	for (; end < s.len && !ends_authority(s.p[end]); end++) {
		if (s.p[end] == '@')
			at = end;
		if (s.p[end] == ':' && colon == 0)
			colon = end;
	}
	if (at == 0 && colon > 0 && secret_is_cut(s, end, cut) &&
	    secret_count(after(s, colon + 1), DIGIT) < s.len - colon - 1)
		at = end;
	return at > 3 ? span_sub(s, 3, at - 3) : (struct span){ 0 };
}

/* The length of the mask that s begins with. */
static size_t
mask_at(struct span s)
{
	return s.len > 2 && s.p[0] == 'o' && s.p[1] == 'b' ? mask_length(s) : 0;
}

/* Of a value that was masked in a path, the next segment is no part. */
static struct span
without_segments(struct span value)
{
	size_t n = mask_at(value);

	return n < value.len && value.p[n] == '/' ? span_sub(value, 0, n)
						  : value;
}

/* A long one is no word, and is not looked at from each of its bytes. */
static bool
is_assigned(enum secret_hint hint, struct span value)
{
	return value.len > LONGEST_ORDINARY || secret_is_hinted(hint, value);
}

/* The length of the quote that s begins with, as code or escaped, too. */
static size_t
quote_length(struct span s)
{
	static const struct span code = SPAN_LITERAL("&quot;");
	size_t n = s.len > 1 && s.p[0] == '\\';

	if (s.len > n && (s.p[n] == '"' || s.p[n] == '\''))
		return n + 1;
	return span_has_prefix(s, code) ? code.len : 0;
}

/* What stands between the quote that s begins with and the next; or absent. */
static struct span
quoted(struct span s)
{
	size_t n = quote_length(s);
	const uint8_t *end;

	if (n == 0)
		return (struct span){ 0 };
	end = s.len > n ? memmem(s.p + n, s.len - n, s.p, n) : NULL;
	if (end != NULL)
		return span_sub(s, n, (size_t)(end - s.p) - n);
	s = after(s, n);
	return span_sub(s, 0, secret_count(s, VALUE));
}

static size_t
blanks(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != 0 && strchr(" \t\r\n", s.p[n]) != NULL)
		n++;
	return n;
}

/*
 * The length of what stands between a name and what is assigned to it, or 0:
 * "=" or, in words, also ":", blanks, and the quote after the name.
 */
static size_t
between(struct span s, bool words)
{
	size_t n = words ? quote_length(s) : 0;

	n += words ? blanks(after(s, n)) : 0;
	if (n >= s.len || (s.p[n] != '=' && !(words && s.p[n] == ':')))
		return 0;
	n++;
	return n + (words ? blanks(after(s, n)) : 0);
}

/* Has it letters and digits?  Most passwords and tokens have. */
static bool
is_mixed(struct span s)
{
	bool letter = false, digit = false;

	for (size_t i = 0; i < s.len && !(letter && digit); i++) {
		letter |= secret_byte_is(s.p[i], UPPER | LOWER);
		digit |= secret_byte_is(s.p[i], DIGIT);
	}
	return letter && digit;
}

/*
 * Does a colon alone, in s, end what is no name: "arn:aws:secretsmanager:...",
 * "a/auth-token:1.2"?  Or does a word stand behind it: "token:delete"?
 */
static bool
is_other_colon(struct span s, struct span value, uint8_t before)
{
	if (s.p[0] != ':' || value.p != s.p + 1)
		return false;
	return (before > ' ' && strchr("\"'({[,;<>", before) == NULL) ||
	    !is_mixed(value);
}

/*
 * Quotes around the name ask for quotes around the value: JSON, where it may
 * be null, is not read here.
 */
static struct span
value_at(struct span s, bool words, bool quotes)
{
	struct span value = words ? quoted(s) : (struct span){ 0 };

	if (value.p != NULL || quotes)
		return value;
	return without_segments(span_sub(s, 0, secret_count(s, VALUE)));
}

/* What scripts set there, document.cookie="a=", is a name and no secret. */
static bool
is_of_scripts(struct span name, uint8_t before)
{
	return span_eq_nocase(name, span_of_str("document.cookie")) ||
	    (before == '.' && span_eq_nocase(name, span_of_str("cookie")));
}

/*
 * "name=value", in a query or in words, where it may also be "name: value" or
 * "'name': 'value'".  There a name that only hints stands for a thing: the key
 * of an object, a label, what is looked for.
 */
static struct span
assigned(struct span s, bool words, uint8_t before)
{
	struct span name =
	    span_sub(s, 0, secret_count(span_sub(s, 0, 64), IN_NAME));
	struct span value;
	size_t n;
	enum secret_hint hint;

	s = after(s, name.len);
	n = between(s, words);
	if (n == 0)
		return (struct span){ 0 };
	hint = secret_hint(name);
	if (hint == HINT_NONE || hint == HINT_CODE ||
	    (words && (hint != HINT_SURE || is_of_scripts(name, before))))
		return (struct span){ 0 };
	value = value_at(after(s, n), words, quote_length(s) > 0);
	if (words && is_other_colon(s, value, before))
		return (struct span){ 0 };
	s = secret_part(name, value);
	return s.len > 0 && is_assigned(hint, s) ? s : (struct span){ 0 };
}

/* What a run of letters and digits is made of. */
struct makeup {
	size_t alnum, upper, lower, digit, hex;
	size_t pieces;  /* parts between "-", "_", "+" and "/" */
	size_t changes; /* between kinds; "Word" has none */
};

static struct makeup
make_up(struct span s)
{
	struct makeup m = { 0 };
	unsigned last = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned kind = secret_classes[s.p[i]] & ALNUM;

		m.upper += kind == UPPER;
		m.lower += kind == LOWER;
		m.digit += kind == DIGIT;
		m.hex += kind == DIGIT || (s.p[i] | 32) <= 'f';
		m.pieces += kind != 0 && last == 0;
		m.changes += kind != 0 && kind != last &&
		    !(last == UPPER && kind == LOWER);
		last = kind;
	}
	m.alnum = m.upper + m.lower + m.digit;
	return m;
}

/*
 * Measured on random base62 and base64 of 20 characters and more: changes
 * per character stay above 0.25 for 99 in 100; words in camel case or
 * between dashes stay below, or have short pieces.
 */
static bool
is_random_mix(const struct makeup *m, size_t least, size_t piece)
{
	return m->alnum >= least && m->upper > 0 && m->lower > 0 &&
	    m->changes * 4 >= m->alnum && m->pieces * piece <= m->alnum;
}

static bool
is_random_piece(const struct makeup *m, size_t least)
{
	bool hex = m->hex == m->alnum && (m->upper == 0 || m->lower == 0);

	/* Up to 36 hexadecimal digits they are ids (UUID, ids of clouds). */
	if (hex)
		return m->alnum >= 40 && m->digit < m->alnum;
	if (m->upper > 0 && m->lower > 0)
		return is_random_mix(m, least, 1);
	return m->alnum >= 32 && m->digit > 0 && m->changes * 5 >= m->alnum;
}

/*
 * Of s, a path, a UUID or a random word: is it the last?  Base64url of 32
 * bytes has pieces shorter than 8 characters once in a hundred, and shorter
 * than 5 once in a hundred thousand.
 */
static bool
is_random(struct span s, size_t least, size_t shortest)
{
	struct makeup whole = make_up(s);
	bool path = s.p[0] == '/';

	while (s.len > 0) {
		size_t n = secret_count(s, ALNUM);
		struct makeup piece = make_up(span_sub(s, 0, n));

		if (is_random_piece(&piece, least))
			return true;
		s = after(s, n + 1);
	}
	return !path && whole.hex < whole.alnum &&
	    is_random_mix(&whole, least, shortest);
}

static struct span
random_run(struct span s, enum secret_look look, bool cut)
{
	size_t n = secret_count(s, RUN);
	size_t least = look == LOOK_STRICT ? 20 : 28;
	size_t piece = look == LOOK_STRICT ? 5 : 6;

	if (secret_is_cut(s, n, cut))
		least = 12;
	if (n < least || !is_random(span_sub(s, 0, n), least, piece))
		return (struct span){ 0 };
	while (n < s.len && s.p[n] == '=')
		n++;
	return span_sub(s, 0, n);
}

/* What stands at the start of s, where a word begins. */
static struct span
at_word(struct span s, uint8_t before, enum secret_look look, bool cut)
{
	struct span found = secret_issued(s, cut, NULL);

	if (found.p == NULL)
		found = after_scheme(s, cut);
	if (found.p == NULL && look != LOOK_PREFIX)
		found = assigned(s, true, before);
	return found;
}

static struct span
at_mark(struct span s, bool cut)
{
	static const struct span colon = SPAN_LITERAL("://");
	static const struct span amp = SPAN_LITERAL("amp;");

	if (s.p[0] == ':')
		return span_has_prefix(s, colon) ? userinfo(s, cut)
						 : (struct span){ 0 };
	if (s.p[0] == '-')
		return armour(s);
	if (s.p[0] != '?' && s.p[0] != '&')
		return (struct span){ 0 };
	s = after(s, 1);
	if (span_has_prefix(s, amp))
		s = after(s, 4);
	return assigned(s, false, 0);
}

/* What stands at s; before is the byte in front of it, 0 for none. */
static struct span
at(struct span s, uint8_t before, enum secret_look look, bool cut)
{
	struct span found = { 0 };

	if (!secret_byte_is(s.p[0], ALNUM))
		found = at_mark(s, cut);
	else if (!secret_byte_is(before, ALNUM))
		found = at_word(s, before, look, cut);
	if (found.p == NULL && look != LOOK_PREFIX &&
	    secret_byte_is(s.p[0], RUN) && !secret_byte_is(before, RUN))
		found = random_run(s, look, cut);
	return found;
}

/* Can a secret, whatever its look, begin with this byte?  Most cannot. */
static bool
may_begin(uint8_t c, enum secret_look look)
{
	if (look != LOOK_PREFIX && secret_byte_is(c, RUN))
		return true;
	return secret_may_issue(c) || c == 'b' || c == 'B' || c == ':' ||
	    c == '-' || c == '?' || c == '&';
}

bool
secret_next(struct span *rest, enum secret_look look, bool cut,
    struct span *found)
{
	uint8_t before = 0;

	while (rest->len > 0) {
		size_t step = mask_at(*rest);

		if (step > 0) {
			before = rest->p[step - 1];
			*rest = after(*rest, step);
			continue;
		}
		*found = may_begin(rest->p[0], look)
		    ? at(*rest, before, look, cut)
		    : (struct span){ 0 };
		if (found->p != NULL && !mask_is(*found)) {
			*rest = after(*rest,
			    (size_t)(found->p - rest->p) + found->len);
			return true;
		}
		/* Nothing begins inside a word. */
		step = secret_count(*rest, ALNUM);
		step += step == 0;
		before = rest->p[step - 1];
		*rest = after(*rest, step);
	}
	return false;
}
