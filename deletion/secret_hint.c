/* Values under names that hint at a secret, and stand for other things too. */
#include "base/base.h"
#include "deletion/secret.h"
#include "deletion/secret_bytes.h"

#define LONGEST_WORD    24
#define LONGEST_NUMBER  9
#define LONGEST_NAME    8 /* with a number, as "sha256" */
#define SHORTEST_TICKET 12
#define SHORTEST_GRANT  12

/* Where "aB" stands in letters. */
static size_t
humps(struct span s)
{
	size_t n = 0;

	for (size_t i = 1; i < s.len; i++)
		n += secret_byte_is(s.p[i - 1], LOWER) &&
		    secret_byte_is(s.p[i], UPPER);
	return n;
}

/* Words of camel case have five letters, the random ones four. */
static bool
is_word(struct span s)
{
	return s.len <= LONGEST_WORD && (s.len < 8 || humps(s) * 5 <= s.len);
}

/* Is this run of letters and digits a word, a number, or "sha256"? */
static bool
is_ordinary_piece(struct span s)
{
	size_t letters = secret_count(s, UPPER | LOWER);
	struct span rest = span_sub(s, letters, s.len);

	if (secret_count(rest, DIGIT) < rest.len)
		return false;
	if (rest.len == 0)
		return is_word(s);
	if (letters == 0)
		return true; /* numbers are counted as a whole */
	return rest.len <= 3 && s.len <= LONGEST_NAME;
}

static bool
is_address(struct span s)
{
	return memmem(s.p, s.len, "://", 3) != NULL;
}

/* What other values nest is looked into elsewhere. */
static bool
is_nested(struct span s)
{
	return s.p[0] == '{' || s.p[0] == '[' || s.p[0] == '<';
}

/* What stands between words; padding is of base64. */
static bool
is_between(uint8_t c)
{
	return c >= 0x80 || (c != 0 && strchr("-_.,:;/ '!?()", c) != NULL);
}

static bool
is_ordinary(struct span s, enum secret_hint hint)
{
	size_t most = hint == HINT_PIN ? 3 : LONGEST_NUMBER, digits = 0;

	if (is_nested(s) || is_address(s))
		return true;
	while (s.len > 0 && digits <= most) {
		size_t n = secret_count(s, ALNUM);
		struct span piece = span_sub(s, 0, n);

		if (!is_ordinary_piece(piece))
			return false;
		digits += n - secret_count(piece, UPPER | LOWER);
		s = span_sub(s, n, s.len);
		if (s.len > 0 && !is_between(s.p[0]))
			return false;
		if (s.len > 0 && s.p[0] == ' ' && hint != HINT_PIN)
			digits = 0;
		s = span_sub(s, 1, s.len);
	}
	return digits <= most;
}

/* A ticket of CAS: what else has the name is a thing. */
static bool
is_cas_ticket(struct span s)
{
	static const char *const kinds[] = { "ST", "PT", "PGT", "PGTIOU", "TGT",
		"TGC" };
	size_t n = span_find(s, '-');

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (span_eq_str(span_sub(s, 0, n), kinds[i]))
			return s.len > SHORTEST_TICKET;
	return false;
}

bool
secret_is_hinted(enum secret_hint hint, struct span value)
{
	value = span_trim(value);
	if (value.len == 0)
		return false;
	switch (hint) {
	case HINT_NONE:
	case HINT_CODE:
		break;
	case HINT_SURE:
		return true;
	case HINT_TICKET:
		return is_cas_ticket(value);
	case HINT_LIKELY:
	case HINT_PIN:
		return !is_ordinary(value, hint);
	case HINT_GRANT:
		return value.len >= SHORTEST_GRANT && !is_ordinary(value, hint);
	}
	return false;
}
