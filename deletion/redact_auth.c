#include "base/base.h"
#include "deletion/redact_parts.h"
#include "http/exchange.h"
#include "http/url.h"

#define SIGNATURE_MIN 27 /* SHA-1 in base64 */

static struct text
rest_of(struct text t, size_t from)
{
	return text_part(t, span_sub(text_span(t), from, t.len));
}

static struct span
unquoted(struct span s)
{
	if (s.len < 2 || s.p[0] != '"')
		return s;
	return span_sub(s, 1, s.len - 1 - (s.p[s.len - 1] == '"'));
}

/* What a signature covers is evidence; everything else is masked. */
static void
mask_parameter(const struct redact *r, struct span name, struct text value)
{
	static const char *const kept[] = { "SignedHeaders", "SignedQueries",
		"headers", "algorithm", "realm", "qop", "version", "created",
		"expires" };
	struct span v = unquoted(text_span(value));

	value = text_part(value, v);
	if (redact_any_of(name, kept, ARRAY_LEN(kept))) {
		redact_plain(r, value, LOOK_PREFIX);
		return;
	}
	if (span_eq_nocase(name, span_of_str("Credential"))) {
		size_t slash = span_find(v, '/');

		redact_plain(r, rest_of(value, slash), LOOK_TEXT);
		value = text_part(value, span_sub(v, 0, slash));
	}
	redact_all(r, text_span(value), value);
}

/* The length of one parameter; a comma between quotes does not end it. */
static size_t
parameter_length(struct span s)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < s.len; n++) {
		if (s.p[n] == '"')
			quoted = !quoted;
		if (!quoted && (s.p[n] == ',' || s.p[n] == ' '))
			break;
	}
	return n;
}

static void
redact_parameters(const struct redact *r, struct text t)
{
	while (t.len > 0) {
		size_t n = parameter_length(text_span(t));
		struct span value = span_sub(text_span(t), 0, n);
		struct span name = span_cut(&value, '=');

		if (value.p != NULL)
			mask_parameter(r, name, text_part(t, value));
		else
			redact_all(r, name, text_part(t, name));
		t = rest_of(t, n + 1);
	}
}

/* "AWS AK:signature" */
static void
redact_key_and_signature(const struct redact *r, struct text t)
{
	size_t colon = span_find(text_span(t), ':');
	struct text ak = text_part(t, span_sub(text_span(t), 0, colon));
	struct text signature = rest_of(t, colon + 1);

	redact_all(r, text_span(ak), ak);
	redact_all(r, text_span(signature), signature);
}

static bool
is_scheme(struct span s)
{
	if (s.len > 24)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

enum form {
	OPAQUE,            /* a token, or nobody knows what */
	PARAMETERS,        /* "HMAC-SHA256 Credential=..., Signature=..." */
	KEY_AND_SIGNATURE, /* "AWS AK:signature" */
};

struct authorization {
	enum form form;
	struct span scheme; /* empty if there is none */
	struct span rest;
};

static struct authorization
take_apart(struct span value)
{
	static const char *const pairs[] = { "AWS", "OBS", "acs", "SharedKey",
		"SharedKeyLite", "COS", "OSS", "GOOG1" };
	size_t blank = span_find(value, ' ');
	struct authorization a = { .rest = value };

	if (blank == value.len || !is_scheme(span_sub(value, 0, blank)))
		return a;
	a.scheme = span_sub(value, 0, blank);
	a.rest = span_trim(span_sub(value, blank, value.len));
	if (redact_contains(a.scheme, "HMAC") ||
	    redact_contains(a.rest, "Signature="))
		a.form = PARAMETERS;
	else if (redact_any_of(a.scheme, pairs, ARRAY_LEN(pairs)))
		a.form = KEY_AND_SIGNATURE;
	return a;
}

void
redact_authorization(const struct redact *r, struct text value)
{
	struct authorization a = take_apart(text_span(value));
	struct text rest = text_part(value, a.rest);

	switch (a.form) {
	case PARAMETERS:
		redact_parameters(r, rest);
		break;
	case KEY_AND_SIGNATURE:
		redact_key_and_signature(r, rest);
		break;
	case OPAQUE:
		redact_all(r, a.rest, rest);
	}
}

/* The value of the first parameter that names who signs, or absent. */
static struct span
signer(struct span s)
{
	static const char *const names[] = { "Access", "Credential", "keyId",
		"username", "id" };

	while (s.len > 0) {
		size_t n = parameter_length(s);
		struct span value = span_sub(s, 0, n);
		struct span name = span_cut(&value, '=');

		if (redact_any_of(name, names, ARRAY_LEN(names))) {
			value = unquoted(value);
			return span_sub(value, 0, span_find(value, '/'));
		}
		s = span_sub(s, n + 1, s.len);
	}
	return (struct span){ 0 };
}

struct span
redact_signer(struct span value, const char **kind)
{
	struct authorization a = take_apart(value);

	*kind = "ak";
	switch (a.form) {
	case PARAMETERS:
		return signer(a.rest);
	case KEY_AND_SIGNATURE:
		return span_sub(a.rest, 0, span_find(a.rest, ':'));
	case OPAQUE:
		break;
	}
	*kind =
	    span_eq_nocase(a.scheme, span_of_str("Basic")) ? "basic" : "token";
	return a.rest;
}

/* In hexadecimal or base64, perhaps percent-encoded, no digest is shorter. */
static bool
is_signature(struct span value)
{
	if (value.len < SIGNATURE_MIN)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.p[i], low = c | 32;

		if ((c < '0' || c > '9') && (low < 'a' || low > 'z') &&
		    (c == 0 || strchr("%+/=-_", c) == NULL))
			return false;
	}
	return true;
}

/* "Signature" or "X-Amz-Signature", but not "email_signature". */
static bool
is_signature_name(struct span name)
{
	static const struct span tail = SPAN_LITERAL("-Signature");
	size_t from = name.len < tail.len ? 0 : name.len - tail.len;

	return span_eq_nocase(name, span_of_str("Signature")) ||
	    span_eq_nocase(span_sub(name, from, name.len), tail);
}

static bool
has_signature(struct span query)
{
	struct pair pair;

	while (url_next_pair(&query, &pair))
		if (is_signature_name(pair.key) && is_signature(pair.value))
			return true;
	return false;
}

bool
redact_is_signed(const struct message *request)
{
	const struct head *h;
	struct span value;

	if (request == NULL)
		return false;
	h = &request->parsed;
	value = head_field(h, "Authorization");
	return take_apart(value).form != OPAQUE ||
	    has_signature(url_split(h->method, h->target).query);
}
