#include "deletion/redact_parts.h"

/* What the bytes are, whatever the header says of them. */
static struct span
leading(struct span s)
{
	while (s.len > 0 && memchr(" \t\r\n", s.p[0], 4) != NULL)
		s = span_sub(s, 1, s.len);
	return s;
}

static bool
looks_like_json(struct span s)
{
	s = leading(s);
	return s.len > 0 && (s.p[0] == '{' || s.p[0] == '[' || s.p[0] == '"');
}

static bool
looks_like_xml(struct span s)
{
	s = leading(s);
	return s.len > 0 && s.p[0] == '<';
}

/* One word with "=" in it. */
static bool
looks_like_form(struct span s)
{
	size_t equals = span_find(s, '=');

	return equals > 0 && equals < s.len && span_find(s, ' ') == s.len &&
	    span_find(s, '\n') == s.len;
}

static bool
is_binary(struct span s)
{
	size_t odd = 0;

	s = span_sub(s, 0, 1024);
	for (size_t i = 0; i < s.len; i++)
		odd += s.p[i] < ' ' && memchr("\t\r\n\f", s.p[i], 4) == NULL;
	return odd * 10 > s.len;
}

struct span
redact_part_name(struct span line)
{
	static const char name[] = "name=\"";
	const uint8_t *at =
	    line.len > 0 ? memmem(line.p, line.len, name, strlen(name)) : NULL;
	struct span s;

	if (at == NULL)
		return (struct span){ 0 };
	s = span_sub(line, (size_t)(at - line.p) + strlen(name), line.len);
	return span_sub(s, 0, span_find(s, '"'));
}

/* What the name of this form field says of every line.  (RFC 7578) */
static unsigned
part_name(const struct redact *r, struct span line, unsigned what)
{
	struct span name;

	if (span_has_prefix(line, span_of_str("--")))
		return 0;
	if (!redact_contains(line, "Content-Disposition:"))
		return what;
	name = redact_part_name(line);
	return name.p != NULL ? redact_name(r, REDACT_FORM, name) : 0;
}

/* A part may be a document itself, whatever its header says. */
static void
redact_part_line(const struct redact *r, struct text t)
{
	struct span s = text_span(t);

	if (looks_like_json(s))
		redact_json(r, t);
	else if (looks_like_xml(s))
		redact_xml(r, t);
	redact_plain(r, t, LOOK_TEXT);
}

static void
redact_multipart(const struct redact *r, struct text t)
{
	struct span rest = text_span(t);
	unsigned what = 0;

	while (rest.len > 0) {
		struct span line = span_cut(&rest, '\n');

		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		what = part_name(r, line, what);
		if (redact_named(what, line) &&
		    !redact_contains(line, "Content-"))
			redact_all(r, line, text_part(t, line));
		else
			redact_part_line(r, text_part(t, line));
	}
}

enum redact_form
redact_form_of(struct span type, struct span s)
{
	if (redact_contains(type, "multipart/"))
		return REDACT_IS_MULTIPART;
	if (looks_like_json(s) || redact_contains(type, "json"))
		return REDACT_IS_JSON;
	if (looks_like_xml(s) || redact_contains(type, "xml"))
		return REDACT_IS_XML;
	if (redact_contains(type, "urlencoded") || looks_like_form(s))
		return REDACT_IS_FORM;
	return REDACT_IS_TEXT;
}

void
redact_entity(const struct redact *r, struct span type, struct text t)
{
	struct span s = text_span(t);

	switch (redact_form_of(type, s)) {
	case REDACT_IS_MULTIPART:
		redact_multipart(r, t);
		break;
	case REDACT_IS_JSON:
		redact_json(r, t);
		break;
	case REDACT_IS_XML:
		redact_xml(r, t);
		break;
	case REDACT_IS_FORM:
		redact_pairs(r, REDACT_FORM, t);
		break;
	case REDACT_IS_TEXT:
		redact_plain(r, t, is_binary(s) ? LOOK_PREFIX : LOOK_TEXT);
	}
	redact_plain(r, t, LOOK_PREFIX);
}
