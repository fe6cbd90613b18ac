#include "deletion/redact_parts.h"

/*
 * Not a parser: it must not stop at what is broken, cut or full of holes.
 * It only needs to know between which tags a text stands.
 */
struct scan {
	const struct redact *r;
	struct text t;
	size_t at;
	size_t depth;
	size_t secret_depth; /* all from this depth on is secret; 0: none */
	unsigned what;       /* that the innermost element's name says */
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span
trim(struct span s)
{
	while (s.len > 0 && is_blank(s.p[0]))
		s = span_sub(s, 1, s.len);
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static struct span
local_name(struct span name)
{
	size_t colon = span_find(name, ':');

	return colon < name.len ? span_sub(name, colon + 1, name.len) : name;
}

static void
text(struct scan *s, struct span part)
{
	part = trim(part);
	if (part.len == 0)
		return;
	if (s->secret_depth > 0 || redact_named(s->what, part))
		redact_all(s->r, part, text_part(s->t, part));
	else
		redact_value(s->r, text_part(s->t, part),
		    s->what & NAME_HARMLESS ? LOOK_PREFIX : LOOK_TEXT);
}

static size_t
name_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && !is_blank(s.p[n]) &&
	    memchr("=/>\"'", s.p[n], 5) == NULL)
		n++;
	return n;
}

/* Mask the value of one attribute; return the length of both. */
static size_t
attribute(struct scan *s, struct span rest)
{
	size_t n = name_length(rest), from;
	struct span name = local_name(span_sub(rest, 0, n)), value;
	unsigned what = redact_name(s->r, REDACT_XML, name);
	uint8_t quote;

	while (n < rest.len && (is_blank(rest.p[n]) || rest.p[n] == '='))
		n++;
	if (n >= rest.len || (rest.p[n] != '"' && rest.p[n] != '\''))
		return n > 0 ? n : 1;
	quote = rest.p[n];
	from = n + 1;
	value = span_sub(rest, from, rest.len);
	value = span_sub(value, 0, span_find(value, quote));
	if (s->secret_depth > 0 || redact_named(what, value))
		redact_all(s->r, value, text_part(s->t, value));
	else
		redact_value(s->r, text_part(s->t, value),
		    what & NAME_HARMLESS ? LOOK_PREFIX : LOOK_TEXT);
	return from + value.len + (from + value.len < rest.len);
}

/* The length of a tag up to its ">", which quotes may hide. */
static size_t
tag_length(struct span s)
{
	uint8_t quote = 0;
	size_t n = 0;

	for (; n < s.len && (quote != 0 || s.p[n] != '>'); n++) {
		if (quote == 0 && (s.p[n] == '"' || s.p[n] == '\''))
			quote = s.p[n];
		else if (s.p[n] == quote)
			quote = 0;
	}
	return n;
}

static void
open_element(struct scan *s, struct span tag)
{
	size_t n = name_length(tag);
	struct span name = local_name(span_sub(tag, 0, n));
	unsigned what = redact_name(s->r, REDACT_XML, name);
	bool empty = tag.len > 0 && tag.p[tag.len - 1] == '/';

	s->depth++;
	s->what = what;
	if (s->secret_depth == 0 && (what & NAME_SECRET) != 0)
		s->secret_depth = s->depth;
	for (tag = span_sub(tag, n, tag.len); tag.len > 0;)
		tag = span_sub(tag, attribute(s, tag), tag.len);
	if (empty && s->depth == s->secret_depth)
		s->secret_depth = 0;
	s->depth -= empty;
}

static void
close_element(struct scan *s)
{
	if (s->depth == s->secret_depth)
		s->secret_depth = 0;
	if (s->depth > 0)
		s->depth--;
	s->what = 0;
}

/* Step over what begins with open and ends with close; mask inside. */
static bool
section(struct scan *s, struct span rest, const char *open, const char *close)
{
	const uint8_t *end;
	size_t n;

	if (!span_has_prefix(rest, span_of_str(open)))
		return false;
	rest = span_sub(rest, strlen(open), rest.len);
	end = rest.len > 0 ? memmem(rest.p, rest.len, close, strlen(close))
			   : NULL;
	n = end != NULL ? (size_t)(end - rest.p) : rest.len;
	text(s, span_sub(rest, 0, n));
	s->at += strlen(open) + n + (end != NULL ? strlen(close) : 0);
	return true;
}

static void
markup(struct scan *s, struct span rest)
{
	struct span tag;

	if (section(s, rest, "<![CDATA[", "]]>") ||
	    section(s, rest, "<!--", "-->") || section(s, rest, "<?", "?>"))
		return;
	tag = span_sub(rest, 1, rest.len);
	tag = span_sub(tag, 0, tag_length(tag));
	s->at += tag.len + 1 + (tag.len + 1 < rest.len);
	if (tag.len > 0 && tag.p[0] == '/')
		close_element(s);
	else if (tag.len > 0 && tag.p[0] != '!')
		open_element(s, tag);
}

void
redact_xml(const struct redact *r, struct text t)
{
	struct scan s = { .r = r, .t = t };

	while (s.at < t.len) {
		struct span rest = span_sub(text_span(t), s.at, t.len);
		size_t n = span_find(rest, '<');

		text(&s, span_sub(rest, 0, n));
		s.at += n;
		if (n < rest.len)
			markup(&s, span_sub(rest, n, rest.len));
	}
}
