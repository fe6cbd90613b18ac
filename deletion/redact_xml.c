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
	bool names;          /* it is "name" or "key" */
	size_t named_depth;  /* one this deep names the "value" beside it */
	unsigned named;      /* and that hints at this */
};

/* An attribute; what is absent has no quotes around it. */
struct attribute {
	struct span name, value;
	size_t len; /* of both */
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

static bool
is_any(struct span name, const char *a, const char *b)
{
	return span_eq_nocase(name, span_of_str(a)) ||
	    span_eq_nocase(name, span_of_str(b));
}

/* XML-RPC's <name>password</name><value>, a property list's <key>. */
static void
take_named(struct scan *s, struct span name)
{
	s->named = redact_hint(secret_hint(name));
	s->named_depth = s->depth;
}

static void
text(struct scan *s, struct span part)
{
	part = trim(part);
	if (part.len == 0)
		return;
	if (s->secret_depth > 0 || redact_named(s->what, part)) {
		redact_all(s->r, part, text_part(s->t, part));
		return;
	}
	if (s->names)
		take_named(s, part);
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

/* The value at s, which stands between quotes or, as in HTML, does not. */
static struct span
attribute_value(struct span s)
{
	size_t n = 0;

	if (s.len > 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
		s = span_sub(s, 1, s.len);
		return span_sub(s, 0, span_find(s, s.p[-1]));
	}
	while (n < s.len && !is_blank(s.p[n]))
		n++;
	return span_sub(s, 0, n);
}

static struct attribute
next_attribute(struct span rest)
{
	struct attribute a;
	size_t n = name_length(rest), at = n;
	bool assigned = false;

	a.name = local_name(span_sub(rest, 0, n));
	a.value = (struct span){ 0 };
	for (; at < rest.len && (is_blank(rest.p[at]) || rest.p[at] == '=');
	     at++)
		assigned |= rest.p[at] == '=';
	if (assigned) {
		a.value = attribute_value(span_sub(rest, at, rest.len));
		at = (size_t)(a.value.p + a.value.len - rest.p);
		at +=
		    at < rest.len && (rest.p[at] == '"' || rest.p[at] == '\'');
	}
	a.len = at > 0 ? at : 1;
	return a;
}

/* <input name="password" value="...">, <add key=... value=...> */
static unsigned
named_by_attribute(struct span tag)
{
	while (tag.len > 0) {
		struct attribute a = next_attribute(tag);

		if (a.value.len > 0 && is_any(a.name, "name", "key"))
			return redact_hint(secret_hint(a.value));
		tag = span_sub(tag, a.len, tag.len);
	}
	return 0;
}

static void
mask_attribute(struct scan *s, const struct attribute *a, unsigned named)
{
	unsigned what = redact_name(s->r, REDACT_XML, a->name);

	if (a->value.len == 0)
		return;
	if (is_any(a->name, "value", "content"))
		what = redact_both(what, named);
	if (s->secret_depth > 0 || redact_named(what, a->value))
		redact_all(s->r, a->value, text_part(s->t, a->value));
	else
		redact_value(s->r, text_part(s->t, a->value),
		    what & NAME_HARMLESS ? LOOK_PREFIX : LOOK_TEXT);
}

/* What an attribute names, it may hold in another, or the element in words. */
static void
attributes(struct scan *s, struct span tag)
{
	unsigned named = named_by_attribute(tag);

	s->what = redact_both(s->what, named);
	while (tag.len > 0) {
		struct attribute a = next_attribute(tag);

		mask_attribute(s, &a, named);
		tag = span_sub(tag, a.len, tag.len);
	}
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

/* What the element beside this one says of it, which named it. */
static unsigned
named_by_element(const struct scan *s, struct span name)
{
	bool beside = s->depth == s->named_depth ||
	    s->depth == s->named_depth + 1; /* <value><string> */

	return s->named_depth > 0 && beside && is_any(name, "value", "string")
	    ? s->named
	    : 0;
}

static void
open_element(struct scan *s, struct span tag)
{
	size_t n = name_length(tag);
	struct span name = local_name(span_sub(tag, 0, n));
	bool empty = tag.len > 0 && tag.p[tag.len - 1] == '/';

	s->depth++;
	s->what = redact_name(s->r, REDACT_XML, name);
	s->what = redact_both(s->what, named_by_element(s, name));
	s->names = is_any(name, "name", "key");
	if (s->secret_depth == 0 && (s->what & NAME_SECRET) != 0)
		s->secret_depth = s->depth;
	attributes(s, span_sub(tag, n, tag.len));
	if (empty && s->depth == s->secret_depth)
		s->secret_depth = 0;
	s->depth -= empty;
}

static void
close_element(struct scan *s)
{
	if (s->depth == s->secret_depth)
		s->secret_depth = 0;
	if (s->depth < s->named_depth)
		s->named_depth = 0;
	if (s->depth > 0)
		s->depth--;
	s->what = 0;
	s->names = false;
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
