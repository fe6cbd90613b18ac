#include "deletion/secret.h"

#include "base/base.h"
#include "deletion/mask.h"

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_alnum(uint8_t c)
{
	return is_digit(c) || is_upper(c) || is_lower(c);
}

/* base64url */
static bool
is_word(uint8_t c)
{
	return is_alnum(c) || c == '_' || c == '-';
}

/* base64 in both alphabets, without its padding */
static bool
is_run(uint8_t c)
{
	return is_word(c) || c == '+' || c == '/';
}

/* token68 (RFC 9110, section 11.2), JWT */
static bool
is_token(uint8_t c)
{
	return is_run(c) || c == '.' || c == '~' || c == '=';
}

static size_t
count(struct span s, bool (*is)(uint8_t))
{
	size_t n = 0;

	while (n < s.len && is(s.p[n]))
		n++;
	return n;
}

static struct span
after(struct span s, size_t n)
{
	return span_sub(s, n, s.len);
}

/* How issuers begin their keys and tokens, and what follows at least. */
struct kind {
	const char *prefix;
	size_t least;
	bool (*is)(uint8_t);
};

static const struct kind kinds[] = {
	{ "AKIA", 12, is_alnum },       /* AWS */
	{ "ASIA", 12, is_alnum },       /* AWS, temporary */
	{ "ABIA", 12, is_alnum },       /* AWS, bearer */
	{ "AKLT", 12, is_alnum },       /* Volcengine */
	{ "AKTP", 12, is_alnum },       /* Volcengine, temporary */
	{ "LTAI", 12, is_alnum },       /* Alibaba */
	{ "STS.", 16, is_alnum },       /* Alibaba, temporary */
	{ "AKID", 12, is_alnum },       /* Tencent */
	{ "AIza", 24, is_word },        /* Google API key */
	{ "ya29.", 10, is_token },      /* Google OAuth */
	{ "GOCSPX-", 16, is_word },     /* Google OAuth client */
	{ "GOOG1", 16, is_alnum },      /* Google HMAC */
	{ "ghp_", 16, is_word },        /* GitHub */
	{ "gho_", 16, is_word },        /* GitHub */
	{ "ghu_", 16, is_word },        /* GitHub */
	{ "ghs_", 16, is_word },        /* GitHub */
	{ "ghr_", 16, is_word },        /* GitHub */
	{ "github_pat_", 16, is_word }, /* GitHub */
	{ "glpat-", 12, is_word },      /* GitLab */
	{ "sk_live_", 8, is_word },     /* Stripe */
	{ "sk_test_", 8, is_word },     /* Stripe */
	{ "rk_live_", 8, is_word },     /* Stripe */
	{ "rk_test_", 8, is_word },     /* Stripe */
	{ "whsec_", 16, is_token },     /* Stripe */
	{ "sk-", 20, is_word },         /* OpenAI and others */
	{ "xoxb-", 8, is_word },        /* Slack */
	{ "xoxp-", 8, is_word },        /* Slack */
	{ "xoxa-", 8, is_word },        /* Slack */
	{ "xoxr-", 8, is_word },        /* Slack */
	{ "xoxs-", 8, is_word },        /* Slack */
	{ "xapp-", 8, is_word },        /* Slack */
	{ "npm_", 20, is_word },        /* npm */
	{ "pypi-", 20, is_word },       /* PyPI */
	{ "hf_", 20, is_word },         /* Hugging Face */
	{ "dop_v1_", 20, is_word },     /* DigitalOcean */
	{ "hvs.", 16, is_token },       /* Vault */
	{ "SG.", 20, is_token },        /* SendGrid */
	{ "shpat_", 16, is_word },      /* Shopify */
	{ "eyJ", 10, is_token },        /* JWT: '{"' in base64 */
	{ "gAAAAA", 30, is_token },     /* Fernet: Keystone tokens */
	{ "MIIEpA", 30, is_token },     /* an RSA key without its armour */
	{ "MIIEvQ", 30, is_token },     /* PKCS #8 */
};

/* Do the first n bytes of s end where the capture does, or has a hole? */
static bool
is_cut(struct span s, size_t n, bool cut)
{
	return n >= s.len ? cut : s.p[n] == 0;
}

/* A cut hides how long it would have been. */
static size_t
enough(size_t least, bool cut)
{
	return cut && least > 2 ? 2 : least;
}

static struct span
with_prefix(struct span s, bool cut)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct span prefix;
		size_t n;

		if (s.p[0] != (uint8_t)kinds[i].prefix[0])
			continue;
		prefix = span_of_str(kinds[i].prefix);
		if (!span_has_prefix(s, prefix))
			continue;
		n = prefix.len + count(after(s, prefix.len), kinds[i].is);
		if (n - prefix.len >= enough(kinds[i].least, is_cut(s, n, cut)))
			return span_sub(s, 0, n);
	}
	return (struct span){ 0 };
}

/* PEM: a key, or something else that came with one; to its end. */
static struct span
armour(struct span s)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	const uint8_t *at;
	size_t n;

	if (!span_has_prefix(s, span_of_str(begin)) ||
	    memmem(s.p, s.len < 64 ? s.len : 64, "KEY", 3) == NULL)
		return (struct span){ 0 };
	at = memmem(s.p, s.len, end, strlen(end));
	if (at == NULL)
		return s;
	n = (size_t)(at - s.p) + strlen(end);
	at = memmem(s.p + n, s.len - n, "-----", 5);
	return at == NULL ? s : span_sub(s, 0, (size_t)(at - s.p) + 5);
}

/* "Bearer" and its like in front of a token, wherever they stand. */
static struct span
after_scheme(struct span s, bool cut)
{
	static const char *const schemes[] = { "bearer ", "basic " };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct span scheme = span_of_str(schemes[i]);
		struct span token = after(s, scheme.len);

		if (!span_eq_nocase(span_sub(s, 0, scheme.len), scheme))
			continue;
		token = span_sub(token, 0, count(token, is_token));
		/* "bearer authentication" is a phrase. */
		if (token.len >=
			enough(8, is_cut(s, scheme.len + token.len, cut)) &&
		    count(token, is_lower) < token.len)
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
	if (at == 0 && colon > 0 && is_cut(s, end, cut) &&
	    count(after(s, colon + 1), is_digit) < s.len - colon - 1)
		at = end;
	return at > 3 ? span_sub(s, 3, at - 3) : (struct span){ 0 };
}

static bool
is_name(uint8_t c)
{
	return is_word(c) || c == '.' || c == '[' || c == ']' || c == '%';
}

static bool
in_value(uint8_t c)
{
	return c > ' ' && memchr("&#\"'<>;,\\", c, 9) == NULL;
}

/*
 * "name=value", in a query or in plain words; a colon will do in words.
 */
static struct span
assigned(struct span s, bool colon)
{
	size_t n = count(span_sub(s, 0, 64), is_name);
	struct span name = span_sub(s, 0, n);

	while (colon && n < s.len && s.p[n] == ' ')
		n++;
	if (n >= s.len || (s.p[n] != '=' && !(colon && s.p[n] == ':')))
		return (struct span){ 0 };
	for (n++; colon && n < s.len && s.p[n] == ' '; n++)
		;
	if (!secret_name(name))
		return (struct span){ 0 };
	s = after(s, n);
	s = secret_part(name, span_sub(s, 0, count(s, in_value)));
	return s.len > 0 ? s : (struct span){ 0 };
}

/* What a run of letters and digits is made of. */
struct makeup {
	size_t alnum, upper, lower, digit, hex;
	size_t pieces;  /* parts between "-", "_", "+" and "/" */
	size_t changes; /* between kinds; "Word" has none */
};

static char
kind_of(uint8_t c)
{
	if (is_upper(c))
		return 'u';
	if (is_lower(c))
		return 'l';
	return is_digit(c) ? 'd' : 0;
}

static struct makeup
make_up(struct span s)
{
	struct makeup m = { 0 };
	char last = 0;

	for (size_t i = 0; i < s.len; i++) {
		char kind = kind_of(s.p[i]);

		m.upper += kind == 'u';
		m.lower += kind == 'l';
		m.digit += kind == 'd';
		m.hex += kind == 'd' || (s.p[i] | 32) <= 'f';
		m.pieces += kind != 0 && last == 0;
		m.changes +=
		    kind != 0 && kind != last && !(last == 'u' && kind == 'l');
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
is_random_mix(const struct makeup *m, size_t least)
{
	return m->alnum >= least && m->upper > 0 && m->lower > 0 &&
	    m->changes * 4 >= m->alnum && m->pieces * 8 <= m->alnum;
}

static bool
is_random_piece(const struct makeup *m, size_t least)
{
	bool hex = m->hex == m->alnum && (m->upper == 0 || m->lower == 0);

	/* Up to 36 hexadecimal digits they are ids (UUID, ids of clouds). */
	if (hex)
		return m->alnum >= 40 && m->digit < m->alnum;
	if (m->upper > 0 && m->lower > 0)
		return is_random_mix(m, least);
	return m->alnum >= 32 && m->digit > 0 && m->changes * 5 >= m->alnum;
}

/* Of s, a path, a UUID or a random word: is it the last? */
static bool
is_random(struct span s, size_t least)
{
	struct makeup whole = make_up(s);
	bool path = s.p[0] == '/';

	while (s.len > 0) {
		size_t n = count(s, is_alnum);
		struct makeup piece = make_up(span_sub(s, 0, n));

		if (is_random_piece(&piece, least))
			return true;
		s = after(s, n + 1);
	}
	return !path && whole.hex < whole.alnum && is_random_mix(&whole, least);
}

static struct span
random_run(struct span s, enum secret_look look, bool cut)
{
	size_t n = count(s, is_run);
	size_t least = look == LOOK_STRICT ? 20 : 28;

	if (is_cut(s, n, cut))
		least = 12;
	if (n < least || !is_random(span_sub(s, 0, n), least))
		return (struct span){ 0 };
	while (n < s.len && s.p[n] == '=')
		n++;
	return span_sub(s, 0, n);
}

/* What stands at the start of s, where a word begins. */
static struct span
at_word(struct span s, enum secret_look look, bool cut)
{
	struct span found = with_prefix(s, cut);

	if (found.p == NULL)
		found = after_scheme(s, cut);
	if (found.p == NULL && look != LOOK_PREFIX)
		found = assigned(s, true);
	return found;
}

static struct span
at_mark(struct span s, bool cut)
{
	if (span_has_prefix(s, span_of_str("://")))
		return userinfo(s, cut);
	if (s.p[0] == '-')
		return armour(s);
	if (s.p[0] != '?' && s.p[0] != '&')
		return (struct span){ 0 };
	s = after(s, 1);
	if (span_has_prefix(s, span_of_str("amp;")))
		s = after(s, 4);
	return assigned(s, false);
}

/* What stands at s; before is the byte in front of it, 0 for none. */
static struct span
at(struct span s, uint8_t before, enum secret_look look, bool cut)
{
	struct span found = { 0 };

	if (!is_alnum(s.p[0]))
		found = at_mark(s, cut);
	else if (!is_alnum(before))
		found = at_word(s, look, cut);
	if (found.p == NULL && look != LOOK_PREFIX && is_run(s.p[0]) &&
	    !is_run(before))
		found = random_run(s, look, cut);
	return found;
}

bool
secret_next(struct span *rest, enum secret_look look, bool cut,
    struct span *found)
{
	uint8_t before = 0;

	while (rest->len > 0) {
		size_t step = rest->p[0] == 'o' ? mask_length(*rest) : 0;

		if (step > 0) {
			before = rest->p[step - 1];
			*rest = after(*rest, step);
			continue;
		}
		*found = at(*rest, before, look, cut);
		if (found->p != NULL && !mask_is(*found)) {
			*rest = after(*rest,
			    (size_t)(found->p - rest->p) + found->len);
			return true;
		}
		/* Nothing begins inside a word. */
		step = count(*rest, is_alnum);
		step += step == 0;
		before = rest->p[step - 1];
		*rest = after(*rest, step);
	}
	return false;
}
