#include "deletion/secret_bytes.h"

const uint8_t secret_classes[256] = {
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

/*
 * How issuers begin their keys and tokens, and what follows at least.  Some
 * stand behind what is no secret itself: "#" is six digits or more there, "+"
 * 17, and "@" six capitals or digits.
 */
struct secret_kind {
	struct span prefix;  /* absent: the end of the list */
	const char *between; /* NULL: the prefix is part of the secret */
	size_t least;
	unsigned class;
	const char *word;
};

#define KIND(prefix, least, class, word)                                       \
	{                                                                      \
		SPAN_LITERAL(prefix), NULL, least, class, word                 \
	}
#define BEHIND(prefix, between, least, class, word)                            \
	{                                                                      \
		SPAN_LITERAL(prefix), between, least, class, word              \
	}
#define END                                                                    \
	{                                                                      \
		{ NULL, 0 }, NULL, 0, 0, NULL                                  \
	}

static const struct secret_kind upper_a[] = {
	KIND("AKIA", 12, ALNUM, "aws-key"),
	KIND("ASIA", 12, ALNUM, "aws-key"), /* temporary */
	KIND("ABIA", 12, ALNUM, "aws-key"), /* bearer */
	KIND("AKLT", 12, ALNUM, "volcengine-key"),
	KIND("AKTP", 12, ALNUM, "volcengine-key"), /* temporary */
	KIND("AKID", 12, ALNUM, "tencent-key"),
	KIND("AGE-SECRET-KEY-1", 40, ALNUM, "age-key"),
	KIND("AIza", 24, WORD, "google-key"),
	END,
};
static const struct secret_kind upper_g[] = {
	KIND("GOCSPX-", 16, WORD, "google-key"), /* OAuth client */
	KIND("GOOG1", 16, ALNUM, "google-key"),  /* HMAC */
	END,
};
static const struct secret_kind upper_l[] = {
	KIND("LTAI", 12, ALNUM, "alibaba-key"),
	END,
};
static const struct secret_kind upper_m[] = {
	/* An RSA key without its armour, and one of PKCS #8. */
	KIND("MIIEpA", 30, TOKEN, "private-key"),
	KIND("MIIEvQ", 30, TOKEN, "private-key"),
	END,
};
static const struct secret_kind upper_s[] = {
	KIND("STS.", 16, ALNUM, "alibaba-key"), /* temporary */
	KIND("SG.", 20, TOKEN, "sendgrid-key"),
	END,
};
static const struct secret_kind lower_b[] = {
	BEHIND("bot", "#:", 30, WORD, "telegram-token"),
	BEHIND("base64url.bearer.authorization.k8s.io.", "", 1, WORD, "bearer"),
	END,
};
static const struct secret_kind lower_d[] = {
	KIND("dp.audit.", 30, TOKEN, "doppler-token"),
	KIND("dp.ct.", 30, TOKEN, "doppler-token"),
	KIND("dp.pt.", 30, TOKEN, "doppler-token"),
	KIND("dp.sa.", 30, TOKEN, "doppler-token"),
	KIND("dp.said.", 30, TOKEN, "doppler-token"),
	KIND("dp.scim.", 30, TOKEN, "doppler-token"),
	KIND("dp.st.", 30, TOKEN, "doppler-token"),
	KIND("dop_v1_", 20, WORD, "digitalocean-token"),
	END,
};
static const struct secret_kind lower_e[] = {
	KIND("eyJ", 10, TOKEN, "jwt"), /* '{"' in base64 */
	END,
};
static const struct secret_kind lower_g[] = {
	KIND("ghp_", 16, WORD, "github-token"),
	KIND("gho_", 16, WORD, "github-token"),
	KIND("ghu_", 16, WORD, "github-token"),
	KIND("ghs_", 16, WORD, "github-token"),
	KIND("ghr_", 16, WORD, "github-token"),
	KIND("github_pat_", 16, WORD, "github-token"),
	KIND("glpat-", 12, WORD, "gitlab-token"),
	KIND("gAAAAA", 30, TOKEN, "fernet-token"), /* Keystone */
	END,
};
static const struct secret_kind lower_h[] = {
	KIND("hf_", 20, WORD, "huggingface-token"),
	KIND("hvs.", 16, TOKEN, "vault-token"),
	END,
};
static const struct secret_kind lower_l[] = {
	KIND("lin_api_", 30, WORD, "linear-key"),
	KIND("lin_oauth_", 30, WORD, "linear-token"),
	END,
};
static const struct secret_kind lower_n[] = {
	KIND("npm_", 20, WORD, "npm-token"),
	END,
};
static const struct secret_kind lower_p[] = {
	KIND("pypi-", 20, WORD, "pypi-token"),
	END,
};
static const struct secret_kind lower_r[] = {
	KIND("rk_live_", 8, WORD, "stripe-key"),
	KIND("rk_test_", 8, WORD, "stripe-key"),
	END,
};
static const struct secret_kind lower_s[] = {
	KIND("sk_live_", 8, WORD, "stripe-key"),
	KIND("sk_test_", 8, WORD, "stripe-key"),
	KIND("sk-", 20, WORD, "api-key"), /* OpenAI... */
	BEHIND("services/T", "@/B@/", 20, ALNUM, "slack-webhook"),
	KIND("shpat_", 16, WORD, "shopify-token"),
	END,
};
static const struct secret_kind lower_w[] = {
	BEHIND("webhooks/", "+/", 60, WORD, "discord-webhook"),
	KIND("whsec_", 16, TOKEN, "stripe-key"),
	END,
};
static const struct secret_kind lower_x[] = {
	KIND("xoxb-", 8, WORD, "slack-token"),
	KIND("xoxp-", 8, WORD, "slack-token"),
	KIND("xoxa-", 8, WORD, "slack-token"),
	KIND("xoxr-", 8, WORD, "slack-token"),
	KIND("xoxs-", 8, WORD, "slack-token"),
	KIND("xapp-", 8, WORD, "slack-token"),
	END,
};
static const struct secret_kind lower_y[] = {
	KIND("ya29.", 10, TOKEN, "google-token"), /* OAuth */
	END,
};

/* By their first byte; no prefix is the start of another. */
const struct secret_kind *const secret_kinds[256] = {
	['A'] = upper_a,
	['G'] = upper_g,
	['L'] = upper_l,
	['M'] = upper_m,
	['S'] = upper_s,
	['b'] = lower_b,
	['d'] = lower_d,
	['e'] = lower_e,
	['g'] = lower_g,
	['h'] = lower_h,
	['l'] = lower_l,
	['n'] = lower_n,
	['p'] = lower_p,
	['r'] = lower_r,
	['s'] = lower_s,
	['w'] = lower_w,
	['x'] = lower_x,
	['y'] = lower_y,
};

/* How much of s one step of what stands between takes, or 0. */
static size_t
step_length(struct span s, char step)
{
	size_t n;

	if (step != '#' && step != '+' && step != '@') {
		if (s.len > 0 && s.p[0] == (uint8_t)step)
			return 1;
		return step == ':' &&
			span_eq_nocase(span_sub(s, 0, 3), span_of_str("%3A"))
		    ? 3
		    : 0;
	}
	n = secret_count(s, step == '@' ? DIGIT | UPPER : DIGIT);
	return n >= (step == '+' ? 17 : 6) ? n : 0;
}

/* How many bytes stand in front of the secret; false if it is no such one. */
static bool
skip_between(struct span s, const struct secret_kind *kind, size_t *n)
{
	*n = kind->prefix.len;
	for (const char *step = kind->between; *step != 0; step++) {
		size_t len = step_length(span_sub(s, *n, s.len), *step);

		if (len == 0)
			return false;
		*n += len;
	}
	return true;
}

static struct span
issued_as(struct span s, const struct secret_kind *kind, bool cut)
{
	size_t from = 0, at = kind->prefix.len, n;

	if (!span_has_prefix(s, kind->prefix))
		return (struct span){ 0 };
	if (kind->between != NULL) {
		if (!skip_between(s, kind, &at))
			return (struct span){ 0 };
		from = at;
	}
	n = secret_count(span_sub(s, at, s.len), kind->class);
	if (n < secret_enough(kind->least, secret_is_cut(s, at + n, cut)))
		return (struct span){ 0 };
	return n > 0 ? span_sub(s, from, at + n - from) : (struct span){ 0 };
}

struct span
secret_issued(struct span s, bool cut, const char **kind)
{
	const struct secret_kind *k = secret_kinds[s.p[0]];

	for (; k != NULL && k->prefix.p != NULL; k++) {
		struct span found = issued_as(s, k, cut);

		if (found.p == NULL)
			continue;
		if (kind != NULL)
			*kind = k->word;
		return found;
	}
	return (struct span){ 0 };
}
