#include "deletion/redact_parts.h"

#include "base/base.h"

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

/* No Host has userinfo, but for clients that do not know. */
static void
redact_host(const struct redact *r, struct text value)
{
	struct span s = text_span(value);
	size_t at = s.len;

	while (at > 0 && s.p[at - 1] != '@')
		at--;
	if (at > 1)
		redact_all(r, span_sub(s, 0, at - 1),
		    text_part(value, span_sub(s, 0, at - 1)));
	redact_plain(r, value, LOOK_PREFIX);
}

/* What it holds may stand across segments, too. */
static void
redact_url(const struct redact *r, struct text value)
{
	redact_target(r, span_of_str("GET"), value);
	redact_plain(r, value, LOOK_PREFIX);
}

/* "Authentication" and "X-Zabbix-Auth" may have a scheme, too. */
static void
redact_named_field(const struct redact *r, struct span name, struct text value)
{
	if (redact_contains(name, "auth"))
		redact_authorization(r, value);
	else
		redact_all(r, text_span(value), value);
}

static enum secret_look
field_look(const struct redact *r, struct span name, unsigned what)
{
	if (!(what & NAME_HARMLESS))
		return LOOK_STRICT;
	if (r->redactor->harder &&
	    span_eq_nocase(name, span_of_str("User-Agent")))
		return LOOK_TEXT;
	return LOOK_PREFIX;
}

/* Names come again; whether they are secrets is looked at once. */
static void
redact_field_name(const struct redact *r, struct text name)
{
	if (name.len == 0)
		return; /* the line at the end of every head */
	if (redact_is_cut(r, name) ||
	    !(redact_name(r, REDACT_HEADER, text_span(name)) & NAME_PLAIN))
		redact_plain(r, name, LOOK_STRICT);
}

static void
redact_field(const struct redact *r, struct span name, struct text value)
{
	unsigned what;

	if (value.len == 0)
		return;
	what = redact_name(r, REDACT_HEADER, name);
	if (what & NAME_COOKIE)
		redact_cookies(r, value);
	else if (what & NAME_SET_COOKIE)
		redact_set_cookie(r, value);
	else if (what & NAME_AUTHORIZATION)
		redact_authorization(r, value);
	else if (what & NAME_SECRET)
		redact_all(r, text_span(value), value);
	else if (redact_named(what, text_span(value)))
		redact_named_field(r, name, value);
	else if (what & NAME_HOST)
		redact_host(r, value);
	else if (what & NAME_URL)
		redact_url(r, value);
	else
		redact_value(r, value, field_look(r, name, what));
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
		redact_field_name(r, text_part(t, *name));
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
