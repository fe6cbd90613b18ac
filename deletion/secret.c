#include "deletion/secret.h"

#include "base/base.h"
#include "deletion/mask.h"

/* What a byte can be part of; one look-up instead of many comparisons. */
enum {
	DIGIT = 1,
	UPPER = 2,
	LOWER = 4,
	LINE = 8,    /* "_" and "-" */
	BASE = 16,   /* "+" and "/" */
	DOT = 32,    /* ".", "~" and "=" */
	NAME = 64,   /* ".", "[", "]" and "%" */
	VALUE = 128, /* all that is not blank, control or a delimiter */

	ALNUM = DIGIT | UPPER | LOWER,
	WORD = ALNUM | LINE, /* base64url */
	RUN = WORD | BASE,   /* base64 in both alphabets, no padding */
	TOKEN = RUN | DOT,   /* token68 (RFC 9110, 11.2), JWT */
	IN_NAME = WORD | NAME,
};

static const uint8_t classes[256] = {
	/* clang-format off */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x80, 0x00, 0x00, 0x80, 0xc0, 0x00, 0x00,
	0x80, 0x80, 0x80, 0x90, 0x00, 0x88, 0xe0, 0x90,
	0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81,
	0x81, 0x81, 0x80, 0x00, 0x00, 0xa0, 0x00, 0x80,
	0x80, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82,
	0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82,
	0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82,
	0x82, 0x82, 0x82, 0xc0, 0x00, 0xc0, 0x80, 0x88,
	0x80, 0x84, 0x84, 0x84, 0x84, 0x84, 0x84, 0x84,
	0x84, 0x84, 0x84, 0x84, 0x84, 0x84, 0x84, 0x84,
	0x84, 0x84, 0x84, 0x84, 0x84, 0x84, 0x84, 0x84,
	0x84, 0x84, 0x84, 0x80, 0x80, 0x80, 0xa0, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	/* clang-format on */
};

static bool
is(uint8_t c, unsigned class)
{
	return (classes[c] & class) != 0;
}

/* How many bytes at the start of s are of that class. */
static size_t
count(struct span s, unsigned class)
{
	size_t n = 0;

	while (n < s.len && is(s.p[n], class))
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
	struct span prefix; /* absent: the end of the list */
	size_t least;
	unsigned class;
};

static const struct kind upper_a[] = {
	{ SPAN_LITERAL("AKIA"), 12, ALNUM }, /* AWS */
	{ SPAN_LITERAL("ASIA"), 12, ALNUM }, /* AWS, temporary */
	{ SPAN_LITERAL("ABIA"), 12, ALNUM }, /* AWS, bearer */
	{ SPAN_LITERAL("AKLT"), 12, ALNUM }, /* Volcengine */
	{ SPAN_LITERAL("AKTP"), 12, ALNUM }, /* Volcengine, temporary */
	{ SPAN_LITERAL("AKID"), 12, ALNUM }, /* Tencent */
	{ SPAN_LITERAL("AIza"), 24, WORD },  /* Google API key */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind upper_g[] = {
	{ SPAN_LITERAL("GOCSPX-"), 16, WORD }, /* Google OAuth client */
	{ SPAN_LITERAL("GOOG1"), 16, ALNUM },  /* Google HMAC */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind upper_l[] = {
	{ SPAN_LITERAL("LTAI"), 12, ALNUM }, /* Alibaba */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind upper_m[] = {
	{ SPAN_LITERAL("MIIEpA"), 30,
	    TOKEN }, /* an RSA key without its armour */
	{ SPAN_LITERAL("MIIEvQ"), 30, TOKEN }, /* PKCS #8 */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind upper_s[] = {
	{ SPAN_LITERAL("STS."), 16, ALNUM }, /* Alibaba, temporary */
	{ SPAN_LITERAL("SG."), 20, TOKEN },  /* SendGrid */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_d[] = {
	{ SPAN_LITERAL("dop_v1_"), 20, WORD }, /* DigitalOcean */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_e[] = {
	{ SPAN_LITERAL("eyJ"), 10, TOKEN }, /* JWT: '{"' in base64 */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_g[] = {
	{ SPAN_LITERAL("ghp_"), 16, WORD },        /* GitHub */
	{ SPAN_LITERAL("gho_"), 16, WORD },        /* GitHub */
	{ SPAN_LITERAL("ghu_"), 16, WORD },        /* GitHub */
	{ SPAN_LITERAL("ghs_"), 16, WORD },        /* GitHub */
	{ SPAN_LITERAL("ghr_"), 16, WORD },        /* GitHub */
	{ SPAN_LITERAL("github_pat_"), 16, WORD }, /* GitHub */
	{ SPAN_LITERAL("glpat-"), 12, WORD },      /* GitLab */
	{ SPAN_LITERAL("gAAAAA"), 30, TOKEN },     /* Fernet: Keystone tokens */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_h[] = {
	{ SPAN_LITERAL("hf_"), 20, WORD },   /* Hugging Face */
	{ SPAN_LITERAL("hvs."), 16, TOKEN }, /* Vault */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_n[] = {
	{ SPAN_LITERAL("npm_"), 20, WORD }, /* npm */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_p[] = {
	{ SPAN_LITERAL("pypi-"), 20, WORD }, /* PyPI */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_r[] = {
	{ SPAN_LITERAL("rk_live_"), 8, WORD }, /* Stripe */
	{ SPAN_LITERAL("rk_test_"), 8, WORD }, /* Stripe */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_s[] = {
	{ SPAN_LITERAL("sk_live_"), 8, WORD }, /* Stripe */
	{ SPAN_LITERAL("sk_test_"), 8, WORD }, /* Stripe */
	{ SPAN_LITERAL("sk-"), 20, WORD },     /* OpenAI and others */
	{ SPAN_LITERAL("shpat_"), 16, WORD },  /* Shopify */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_w[] = {
	{ SPAN_LITERAL("whsec_"), 16, TOKEN }, /* Stripe */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_x[] = {
	{ SPAN_LITERAL("xoxb-"), 8, WORD }, /* Slack */
	{ SPAN_LITERAL("xoxp-"), 8, WORD }, /* Slack */
	{ SPAN_LITERAL("xoxa-"), 8, WORD }, /* Slack */
	{ SPAN_LITERAL("xoxr-"), 8, WORD }, /* Slack */
	{ SPAN_LITERAL("xoxs-"), 8, WORD }, /* Slack */
	{ SPAN_LITERAL("xapp-"), 8, WORD }, /* Slack */
	{ { NULL, 0 }, 0, 0 },
};
static const struct kind lower_y[] = {
	{ SPAN_LITERAL("ya29."), 10, TOKEN }, /* Google OAuth */
	{ { NULL, 0 }, 0, 0 },
};

/* By their first byte; no prefix is the start of another. */
static const struct kind *const kinds[256] = {
	['A'] = upper_a,
	['G'] = upper_g,
	['L'] = upper_l,
	['M'] = upper_m,
	['S'] = upper_s,
	['d'] = lower_d,
	['e'] = lower_e,
	['g'] = lower_g,
	['h'] = lower_h,
	['n'] = lower_n,
	['p'] = lower_p,
	['r'] = lower_r,
	['s'] = lower_s,
	['w'] = lower_w,
	['x'] = lower_x,
	['y'] = lower_y,
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
	const struct kind *kind = kinds[s.p[0]];

	for (; kind != NULL && kind->prefix.p != NULL; kind++) {
		size_t n = kind->prefix.len;

		if (!span_has_prefix(s, kind->prefix))
			continue;
		n += count(after(s, n), kind->class);
		if (n - kind->prefix.len >=
		    enough(kind->least, is_cut(s, n, cut)))
			return span_sub(s, 0, n);
	}
	return (struct span){ 0 };
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
		token = span_sub(token, 0, count(token, TOKEN));
		/* "bearer authentication" is a phrase. */
		if (token.len >=
			enough(8, is_cut(s, scheme.len + token.len, cut)) &&
		    count(token, LOWER) < token.len)
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
	    count(after(s, colon + 1), DIGIT) < s.len - colon - 1)
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

/*
 * "name=value", in a query or in plain words; a colon will do in words.
 */
static struct span
assigned(struct span s, bool colon)
{
	size_t n = count(span_sub(s, 0, 64), IN_NAME);
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
	s = without_segments(span_sub(s, 0, count(s, VALUE)));
	s = secret_part(name, s);
	return s.len > 0 ? s : (struct span){ 0 };
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
		unsigned kind = classes[s.p[i]] & ALNUM;

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
		size_t n = count(s, ALNUM);
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
	size_t n = count(s, RUN);
	size_t least = look == LOOK_STRICT ? 20 : 28;
	size_t piece = look == LOOK_STRICT ? 5 : 6;

	if (is_cut(s, n, cut))
		least = 12;
	if (n < least || !is_random(span_sub(s, 0, n), least, piece))
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
	return assigned(s, false);
}

/* What stands at s; before is the byte in front of it, 0 for none. */
static struct span
at(struct span s, uint8_t before, enum secret_look look, bool cut)
{
	struct span found = { 0 };

	if (!is(s.p[0], ALNUM))
		found = at_mark(s, cut);
	else if (!is(before, ALNUM))
		found = at_word(s, look, cut);
	if (found.p == NULL && look != LOOK_PREFIX && is(s.p[0], RUN) &&
	    !is(before, RUN))
		found = random_run(s, look, cut);
	return found;
}

/* Can a secret, whatever its look, begin with this byte?  Most cannot. */
static bool
may_begin(uint8_t c, enum secret_look look)
{
	if (look != LOOK_PREFIX && is(c, RUN))
		return true;
	return kinds[c] != NULL || c == 'b' || c == 'B' || c == ':' ||
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
		step = count(*rest, ALNUM);
		step += step == 0;
		before = rest->p[step - 1];
		*rest = after(*rest, step);
	}
	return false;
}
