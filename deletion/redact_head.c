#include "deletion/redact_parts.h"

#include "base/base.h"

static bool
any_of(struct span s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq_nocase(s, span_of_str(list[i])))
			return true;
	return false;
}

static bool
contains(struct span s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++)
		if (span_eq_nocase(span_sub(s, i, len), span_of_str(word)))
			return true;
	return false;
}

static struct text
rest_of(struct text t, size_t from)
{
	return text_part(t, span_sub(text_span(t), from, t.len));
}

/* What a signature covers is evidence; everything else is masked. */
static void
redact_parameter(const struct redact *r, struct span name, struct text value)
{
	static const char *const kept[] = { "SignedHeaders", "SignedQueries",
		"headers", "algorithm", "realm", "qop", "version", "created",
		"expires" };
	struct span v = text_span(value);

	if (v.len > 1 && v.p[0] == '"') {
		bool closed = v.p[v.len - 1] == '"';

		value = text_part(value, span_sub(v, 1, v.len - 1 - closed));
		v = text_span(value);
	}
	if (any_of(name, kept, ARRAY_LEN(kept))) {
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
			redact_parameter(r, name, text_part(t, value));
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

void
redact_authorization(const struct redact *r, struct text value)
{
	static const char *const pairs[] = { "AWS", "OBS", "acs", "SharedKey",
		"SharedKeyLite", "COS", "OSS", "GOOG1" };
	struct span all = text_span(value);
	size_t blank = span_find(all, ' ');
	struct span scheme = span_sub(all, 0, blank);
	struct text t;

	if (blank == all.len || !is_scheme(scheme)) {
		redact_all(r, all, value);
		return;
	}
	t = text_part(value, span_trim(span_sub(all, blank, all.len)));
	if (contains(scheme, "HMAC") || contains(text_span(t), "Signature="))
		redact_parameters(r, t);
	else if (any_of(scheme, pairs, ARRAY_LEN(pairs)))
		redact_key_and_signature(r, t);
	else
		redact_all(r, text_span(t), t);
}

/* The part after "="; without one, all of it. */
static void
redact_cookie(const struct redact *r, struct text t)
{
	struct span value = text_span(t);
	struct span name = span_cut(&value, '=');

	if (value.p == NULL)
		value = name;
	value = span_trim(value);
	if (value.len > 1 && value.p[0] == '"' && value.p[value.len - 1] == '"')
		value = span_sub(value, 1, value.len - 2);
	redact_all(r, value, text_part(t, value));
}

static void
redact_cookies(const struct redact *r, struct text t)
{
	struct span rest = text_span(t);

	while (rest.p != NULL)
		redact_cookie(r, text_part(t, span_trim(span_cut(&rest, ';'))));
}

static void
redact_set_cookie(const struct redact *r, struct text t)
{
	struct span rest = text_span(t);

	redact_cookie(r, text_part(t, span_trim(span_cut(&rest, ';'))));
	if (rest.p != NULL)
		redact_value(r, text_part(t, rest), LOOK_TEXT);
}

static void
redact_field(const struct redact *r, struct span name, struct text value)
{
	static const char *const cookies[] = { "Cookie", "Cookie2" };
	static const char *const set[] = { "Set-Cookie", "Set-Cookie2" };

	if (value.len == 0)
		return;
	if (any_of(name, cookies, ARRAY_LEN(cookies)))
		redact_cookies(r, value);
	else if (any_of(name, set, ARRAY_LEN(set)))
		redact_set_cookie(r, value);
	else if (contains(name, "authorization"))
		redact_authorization(r, value);
	else if (redact_is_secret(r, REDACT_HEADER, name))
		redact_all(r, text_span(value), value);
	else
		redact_value(r, value,
		    secret_is_harmless(name) ? LOOK_PREFIX : LOOK_STRICT);
}

static bool
is_version(struct span s)
{
	return span_has_prefix(s, span_of_str("HTTP/"));
}

/* "METHOD target HTTP/1.1"; a cut one may lack its end. */
static void
redact_request_line(const struct redact *r, struct text t)
{
	struct span rest = text_span(t);
	struct span method = span_cut(&rest, ' ');
	size_t end = rest.len;

	while (end > 0 && rest.p[end - 1] != ' ')
		end--;
	if (end > 0 && is_version(span_sub(rest, end, rest.len)))
		rest = span_sub(rest, 0, end - 1);
	if (rest.p != NULL)
		redact_target(r, method, text_part(t, rest));
	redact_plain(r, t, LOOK_PREFIX);
}

/* A field line, or one that has no colon and so is nobody knows what. */
static void
redact_field_line(const struct redact *r, struct text t, struct span *name)
{
	struct span line = text_span(t), value = line;
	bool folded = line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t');

	if (!folded) {
		*name = span_trim(span_cut(&value, ':'));
		redact_plain(r, text_part(t, *name), LOOK_STRICT);
	}
	if (value.p != NULL)
		redact_field(r, *name, text_part(t, span_trim(value)));
}

static void
redact_line(const struct redact *r, struct text t, struct span *name)
{
	if (is_version(text_span(t)))
		redact_plain(r, t, LOOK_TEXT);
	else
		redact_field_line(r, t, name);
}

void
redact_lines(const struct redact *r, struct text t, bool request)
{
	struct span rest = text_span(t), name = { 0 };

	for (; rest.len > 0; request = false) {
		struct span line = span_cut(&rest, '\n');

		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		if (request)
			redact_request_line(r, text_part(t, line));
		else
			redact_line(r, text_part(t, line), &name);
	}
}
