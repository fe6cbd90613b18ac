#include "deletion/secret.h"

#include "base/base.h"

#define MAX_NAME 128 /* of a longer one only the end counts */

/* Where the pattern must stand in a name without case and punctuation. */
enum place {
	WHOLE,
	BEGIN,
	END,
	END_WORD, /* at the end, and a word of its own there */
	ANYWHERE,
};

struct pattern {
	enum place place;
	const char *text;
};

/* Named like secrets, yet not: what audits and retries need to see. */
static const struct pattern exempt[] = {
	{ END, "clienttoken" }, { END, "clientrequesttoken" },
	{ END, "idempotencytoken" }, { END, "idempotencykey" },
	{ END, "requesttoken" }, { END, "nexttoken" }, { END, "pagetoken" },
	{ END, "paginationtoken" }, { END, "continuationtoken" },
	{ END, "secretid" }, { END, "secretids" }, { END, "secretname" },
	{ END, "secretnames" }, { END, "secretarn" }, { END, "secretref" },
	{ END, "secretkeyref" }, { END, "pullsecrets" },
	{ END, "secretversion" }, { END, "passwordpolicy" },
	{ END, "mirrorsessionid" }, /* a thing of several clouds' networks */
	{ END, "mirrorsession" },
	{ END, "accountsid" }, /* who, as Twilio writes it */
	{ END, "objectsid" },  /* who, as Windows does */
};

static const struct pattern secrets[] = {
	{ ANYWHERE, "password" },
	{ ANYWHERE, "passwd" },
	{ ANYWHERE, "passphrase" },
	{ ANYWHERE, "secret" },
	{ ANYWHERE, "accesskey" },
	{ ANYWHERE, "apikey" },
	{ ANYWHERE, "privatekey" },
	{ ANYWHERE, "authkey" },
	{ ANYWHERE, "encryptionkey" },
	{ ANYWHERE, "credential" },
	{ END, "sharedkey" },
	{ END, "token" },
	{ END, "tokens" },
	{ END, "tokenvalue" },
	{ END, "pwd" },
	{ END, "userpw" },
	{ END, "newpw" },
	{ END, "oldpw" },
	{ END_WORD, "pw" },
	{ END, "adminpass" },
	{ END, "userpass" },
	{ END, "newpass" },
	{ END, "oldpass" },
	{ END, "confirmpass" },
	{ END, "currentpass" },
	{ END, "loginpass" },
	{ END, "rootpass" },
	{ END, "dbpass" },
	{ END, "passcode" },
	{ END_WORD, "otp" },
	{ END_WORD, "totp" },
	{ END, "otpcode" },
	{ END, "mfacode" },
	{ END_WORD, "psk" },
	{ END, "signature" },
	{ END, "authorization" },
	{ END, "cookie" },
	{ END, "cookies" },
	{ END, "connectionstring" },
	{ END, "subscriptionkey" },
	{ END, "kubeconfig" },
	{ WHOLE, "pass" },
	{ WHOLE, "auth" },
	{ WHOLE, "sig" },
	{ WHOLE, "sign" },
	{ WHOLE, "ak" },
	{ WHOLE, "sk" },
	{ WHOLE, "jwt" },
	/* Sessions that are how a browser proves who it is, and no things. */
	{ END, "phpsessid" },
	{ END, "jsessionid" },
	{ END, "aspnetsessionid" },
	{ BEGIN, "aspsessionid" },
	{ END, "sesskey" },
	{ END, "sessdata" },
	{ WHOLE, "connectsid" },
	{ WHOLE, "cfid" },
	{ WHOLE, "saml" },
	{ WHOLE, "samlart" },
	{ WHOLE, "samlresponse" },
	{ WHOLE, "samlassertion" },
	{ WHOLE, "clientassertion" },
	{ WHOLE, "codeverifier" },
};

/* Who has the id of a session is taken for whoever began it. */
static const struct pattern sessions[] = {
	{ END, "sessionid" },
	{ END, "sessid" },
	{ END, "sessionkey" },
	{ END_WORD, "sid" },
};

/* What follows stands for other things, too; see enum secret_hint. */
static const struct pattern likely_sessions[] = {
	{ END_WORD, "session" },
	{ END_WORD, "sess" },
};

static const struct pattern likely[] = {
	{ ANYWHERE, "csrf" },
	{ ANYWHERE, "xsrf" },
	{ END_WORD, "auth" },
	{ END_WORD, "authentication" },
	{ END_WORD, "assertion" },
	{ END_WORD, "hmac" },
	{ END_WORD, "pass" },
	{ END, "appkey" },
	{ END, "accountkey" },
	{ END, "masterkey" },
	{ END, "signingkey" },
	{ END, "sharekey" },
	{ END, "licencekey" },
	{ END, "licensekey" },
};

static const struct pattern tickets[] = {
	{ END_WORD, "ticket" },
};

static const struct pattern pins[] = {
	{ WHOLE, "pin" },
	{ END, "authcode" },
	{ END, "authorizationcode" },
	{ END, "verificationcode" },
	{ END, "securitycode" },
	{ END, "accesscode" },
};

static const struct pattern codes[] = {
	{ WHOLE, "code" },
	{ WHOLE, "devicecode" },
	{ WHOLE, "usercode" },
};

/* Values under these are ids, digests, addresses or lists of words. */
static const struct pattern harmless[] = {
	{ END, "id" },
	{ END, "ids" },
	{ END, "arn" },
	{ END, "urn" },
	{ END, "etag" },
	{ END, "digest" },
	{ END, "sha" },
	{ END, "md" },
	{ END, "crc" },
	{ END, "nonce" },
	{ END, "token" },
	{ END, "idempotencykey" },
	{ ANYWHERE, "contentsha" },
	{ ANYWHERE, "checksum" },
	{ WHOLE, "secwebsocketaccept" },
	{ WHOLE, "secwebsocketextensions" },
	{ WHOLE, "secwebsocketkey" },
	{ WHOLE, "accept" },
	{ WHOLE, "acceptencoding" },
	{ WHOLE, "acceptlanguage" },
	{ WHOLE, "allow" },
	{ WHOLE, "altsvc" },
	{ WHOLE, "cachecontrol" },
	{ WHOLE, "cfray" },
	{ WHOLE, "connection" },
	{ WHOLE, "contentdisposition" },
	{ WHOLE, "contentencoding" },
	{ WHOLE, "contentlanguage" },
	{ WHOLE, "contentlocation" },
	{ WHOLE, "contentsecuritypolicy" },
	{ WHOLE, "contenttype" },
	{ WHOLE, "date" },
	{ WHOLE, "expect" },
	{ WHOLE, "expires" },
	{ WHOLE, "host" },
	{ WHOLE, "ifmatch" },
	{ WHOLE, "ifnonematch" },
	{ WHOLE, "keepalive" },
	{ WHOLE, "lastmodified" },
	{ WHOLE, "link" },
	{ WHOLE, "location" },
	{ WHOLE, "operationlocation" },
	{ WHOLE, "azureasyncoperation" },
	{ WHOLE, "nel" },
	{ WHOLE, "origin" },
	{ WHOLE, "permissionspolicy" },
	{ WHOLE, "referer" },
	{ WHOLE, "reportto" },
	{ WHOLE, "retryafter" },
	{ WHOLE, "server" },
	{ WHOLE, "traceparent" },
	{ WHOLE, "tracestate" },
	{ WHOLE, "transferencoding" },
	{ WHOLE, "upgrade" },
	{ END, "useragent" },
	{ WHOLE, "vary" },
	{ WHOLE, "via" },
};

struct plain {
	char text[MAX_NAME];
	bool begins[MAX_NAME]; /* a word, after punctuation or "aB" */
	size_t len;
};

static bool
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
begins_word(struct span name, size_t at)
{
	uint8_t before = at > 0 ? name.p[at - 1] : 0, c = name.p[at];

	return (!is_lower(before) && !is_upper(before)) ||
	    (is_lower(before) && is_upper(c));
}

/* Lower-case letters and digits only, and no digits at the end. */
static struct plain
simplify(struct span name)
{
	struct plain out;

	out.len = 0;
	if (name.len > MAX_NAME)
		name = span_sub(name, name.len - MAX_NAME, MAX_NAME);
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.p[i];

		if (!is_lower(c) && !is_upper(c) && !is_digit(c))
			continue;
		out.begins[out.len] = begins_word(name, i);
		out.text[out.len++] = (char)(is_upper(c) ? c + ('a' - 'A') : c);
	}
	while (out.len > 0 && out.text[out.len - 1] <= '9')
		out.len--;
	return out;
}

static bool
fits(const struct plain *name, const struct pattern *p)
{
	size_t len = strlen(p->text);

	if (len > name->len)
		return false;
	if (p->place == ANYWHERE)
		return memmem(name->text, name->len, p->text, len) != NULL;
	if (p->place == BEGIN)
		return memcmp(name->text, p->text, len) == 0;
	if (p->place == WHOLE && len != name->len)
		return false;
	if (p->place == END_WORD && !name->begins[name->len - len])
		return false;
	return memcmp(name->text + name->len - len, p->text, len) == 0;
}

static bool
any_fits(const struct plain *name, const struct pattern *p, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fits(name, &p[i]))
			return true;
	return false;
}

#define FITS(name, list) any_fits(name, list, ARRAY_LEN(list))

static enum secret_hint
hint_of(const struct plain *name)
{
	if (FITS(name, exempt))
		return HINT_NONE;
	if (FITS(name, secrets) || FITS(name, sessions))
		return HINT_SURE;
	if (FITS(name, likely) || FITS(name, likely_sessions))
		return HINT_LIKELY;
	if (FITS(name, tickets))
		return HINT_TICKET;
	if (FITS(name, pins))
		return HINT_PIN;
	return FITS(name, codes) ? HINT_CODE : HINT_NONE;
}

enum secret_hint
secret_hint(struct span name)
{
	struct plain plain = simplify(name);

	return hint_of(&plain);
}

bool
secret_is_session(struct span name)
{
	struct plain plain = simplify(name);

	return (FITS(&plain, sessions) || FITS(&plain, likely_sessions)) &&
	    !FITS(&plain, secrets) && !FITS(&plain, likely) &&
	    !FITS(&plain, exempt);
}

static struct span
without_x(struct span name)
{
	return span_eq_nocase(span_sub(name, 0, 2), span_of_str("X-"))
	    ? span_sub(name, 2, name.len)
	    : name;
}

enum secret_hint
secret_header_hint(struct span name)
{
	static const struct pattern key = { END, "key" };
	static const struct pattern handshake = { WHOLE, "secwebsocketkey" };
	struct plain plain = simplify(without_x(name));

	if (FITS(&plain, exempt) || fits(&plain, &handshake))
		return HINT_NONE;
	if (fits(&plain, &key))
		return HINT_SURE;
	return FITS(&plain, tickets) ? HINT_LIKELY : hint_of(&plain);
}

bool
secret_is_harmless(struct span name)
{
	struct plain plain = simplify(name);

	return FITS(&plain, harmless);
}

/* How much of "AK/date/region..." is the key: up to a slash, also "%2F". */
static size_t
credential_length(struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.p[i] == '/' ||
		    span_eq_nocase(span_sub(value, i, 3), span_of_str("%2F")))
			return i;
	return value.len;
}

static bool
ends_with(struct span name, const char *end)
{
	size_t len = strlen(end);

	return name.len >= len &&
	    span_eq_nocase(span_sub(name, name.len - len, len),
		span_of_str(end));
}

struct span
secret_part(struct span name, struct span value)
{
	if (!ends_with(name, "credential"))
		return value;
	return span_sub(value, 0, credential_length(value));
}
