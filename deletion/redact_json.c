#include "deletion/redact_parts.h"

#include "base/arena.h"
#include "base/base.h"

#define MAX_DEPTH 3 /* JSON in a string of JSON in a string... */

/*
 * How to go on after zeros that stand for missing bytes: nothing says
 * whether they end inside a string, so each reading is tried.
 */
enum resume {
	RESUME_AS_WRITTEN,
	RESUME_OUTSIDE,
	RESUME_INSIDE,
};

struct scan {
	const struct redact *r;
	struct text t;
	size_t at;
	enum resume resume;
	size_t depth;
	size_t secret_depth; /* all from this depth on is secret; 0: none */
	size_t list_depth;   /* here is a list of what may be secrets */
	unsigned list;       /* and its name hints at this */
	size_t named_depth;  /* here {"name": "password", "value": ... */
	unsigned named;      /* and that hints at this */
	unsigned what;       /* that the name before says */
	bool names;          /* the name before is "name" or "key" */
};

static int
hex4(struct span s)
{
	int value = 0;

	if (s.len < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		uint8_t c = s.p[i], low = c | 32;

		if (c >= '0' && c <= '9')
			value = value * 16 + c - '0';
		else if (low >= 'a' && low <= 'f')
			value = value * 16 + low - 'a' + 10;
		else
			return -1;
	}
	return value;
}

/* Surrogates come out as they are: this is for comparing, not for show. */
static size_t
put_utf8(uint8_t *out, unsigned c)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (uint8_t)(0xe0 | c >> 12);
	out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c & 0x3f));
	return 3;
}

/* Decode the escape at the start of s into out; return its length. */
static size_t
unescape_one(struct span s, uint8_t *out, size_t *n)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *plain;
	int code;

	if (s.len < 2)
		return s.len;
	code = s.p[1] == 'u' ? hex4(span_sub(s, 2, 4)) : -1;
	if (code >= 0) {
		*n += put_utf8(out + *n, (unsigned)code);
		return 6;
	}
	plain = s.p[1] != 0 ? strchr(from, s.p[1]) : NULL;
	out[(*n)++] = plain != NULL ? (uint8_t)to[plain - from] : s.p[1];
	return 2;
}

struct span
redact_unescape(struct span s, struct arena *arena)
{
	uint8_t *out;
	size_t n = 0;

	if (span_find(s, '\\') == s.len)
		return s;
	out = arena_alloc(arena, s.len);
	while (s.len > 0) {
		size_t step = 1;

		if (s.p[0] == '\\')
			step = unescape_one(s, out, &n);
		else
			out[n++] = s.p[0];
		s = span_sub(s, step, s.len);
	}
	return (struct span){ out, n };
}

static uint8_t
peek(const struct scan *s)
{
	return s->at < s->t.len ? s->t.p[s->at] : 0;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->t.len && is_blank(s->t.p[s->at]))
		s->at++;
}

/* What stands directly in a list is named as the list is. */
static void
forget_name(struct scan *s)
{
	s->what = s->list_depth > 0 && s->depth == s->list_depth ? s->list : 0;
	s->names = false;
}

static void
open_value(struct scan *s)
{
	s->depth++;
	if ((s->what & NAME_SECRET) != 0 && s->secret_depth == 0)
		s->secret_depth = s->depth;
	if ((s->what & NAME_HINTS) != 0 && peek(s) == '[') {
		s->list_depth = s->depth;
		s->list = s->what & NAME_HINTS;
	}
	forget_name(s);
	s->at++;
}

static void
close_value(struct scan *s)
{
	if (s->depth > 0)
		s->depth--;
	if (s->depth < s->secret_depth)
		s->secret_depth = 0;
	if (s->depth < s->list_depth)
		s->list_depth = 0;
	if (s->depth < s->named_depth)
		s->named_depth = 0;
	forget_name(s);
	s->at++;
}

static void
take_name(struct scan *s, struct span name)
{
	s->what = redact_name(s->r, REDACT_JSON, name);
	if (s->named_depth == s->depth && s->named_depth > 0 &&
	    span_eq_nocase(name, span_of_str("value")))
		s->what = redact_both(s->what, s->named);
	s->names = span_eq_nocase(name, span_of_str("name")) ||
	    span_eq_nocase(name, span_of_str("key"));
}

/* A string names the member "value" beside it. */
static void
take_named(struct scan *s, struct span name)
{
	s->named = redact_hint(secret_hint(name));
	if (s->named != 0)
		s->named_depth = s->depth;
}

/* Is this value a secret by the names above it? */
static bool
is_named(const struct scan *s, struct span value)
{
	return s->secret_depth > 0 || redact_named(s->what, value);
}

static bool
is_json(struct span s)
{
	s = span_trim(s);
	return s.len > 0 && (s.p[0] == '{' || s.p[0] == '[');
}

bool
redact_holds_json(const struct redact *r, struct span decoded)
{
	struct redact inner = *r;
	struct span copy;

	if (!is_json(decoded) || r->depth >= MAX_DEPTH)
		return false;
	copy = arena_copy(r->scratch, decoded);
	inner.cut = NULL;
	inner.depth++;
	redact_json(&inner,
	    (struct text){ (uint8_t *)(uintptr_t)copy.p, copy.len });
	return !span_eq(copy, decoded);
}

static void
take_string(struct scan *s, struct text t)
{
	struct span decoded = redact_unescape(text_span(t), s->r->scratch);
	enum secret_look look =
	    s->what & NAME_HARMLESS ? LOOK_PREFIX : LOOK_TEXT;

	if (is_named(s, decoded)) {
		redact_all(s->r, decoded, t);
		return;
	}
	if (s->names)
		take_named(s, decoded);
	if (decoded.p == t.p) {
		redact_value(s->r, t, look);
	} else {
		redact_escaped(s->r, t, look);
		decoded = redact_unescape(text_span(t), s->r->scratch);
		if (redact_would(decoded, look, redact_is_cut(s->r, t)))
			redact_all(s->r, decoded, t);
	}
	if (redact_holds_json(s->r, decoded))
		redact_all(s->r, decoded, t);
}

/* The length of the string whose inside begins at s, its quote excluded. */
static size_t
string_length(struct span s, uint8_t quote, enum resume resume)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != quote) {
		if (s.p[n] == 0 && resume != RESUME_AS_WRITTEN)
			break;
		n += s.p[n] == '\\' ? 2 : 1;
	}
	return n < s.len ? n : s.len;
}

/* Between double quotes, or between single ones, as Python writes them. */
static void
string(struct scan *s)
{
	uint8_t quote = peek(s);
	struct span inside = span_sub(text_span(s->t), s->at + 1, s->t.len);

	inside = span_sub(inside, 0, string_length(inside, quote, s->resume));
	s->at += inside.len + 1;
	if (peek(s) == quote)
		s->at++;
	skip_blanks(s);
	if (peek(s) == ':')
		take_name(s, redact_unescape(inside, s->r->scratch));
	else
		take_string(s, text_part(s->t, inside));
}

static bool
is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') &&
		    memchr("+-.eE", s.p[i], 5) == NULL)
			return false;
	return true;
}

static bool
is_literal(struct span s)
{
	static const char *const literals[] = { "true", "false", "null",
		"none" };

	return redact_any_of(s, literals, ARRAY_LEN(literals));
}

static bool
is_masked_number(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] == '9')
		n++;
	return n == s.len;
}

/* A name without quotes, as JavaScript has it, is none of JSON's. */
static bool
takes_name(struct scan *s, struct text t)
{
	skip_blanks(s);
	if (peek(s) != ':' || t.len == 0)
		return false;
	take_name(s, text_span(t));
	return true;
}

/* A number must stay one: nines, which say nothing but their count. */
static void
bare_word(struct scan *s)
{
	size_t from = s->at;
	struct text t;

	while (s->at < s->t.len && !is_blank(s->t.p[s->at]) &&
	    memchr("\"{}[],:", s->t.p[s->at], 7) == NULL && peek(s) != 0)
		s->at++;
	t = text_part(s->t, span_sub(text_span(s->t), from, s->at - from));
	if (s->what == 0 && s->secret_depth == 0 && takes_name(s, t))
		return;
	if (is_literal(text_span(t)) || !is_named(s, text_span(t)))
		return;
	if (!is_number(text_span(t))) {
		redact_all(s->r, text_span(t), t);
		return;
	}
	if (s->r->part != NULL && !is_masked_number(text_span(t)))
		redact_tell(s->r, text_span(t), t);
	memset(t.p, '9', t.len);
}

/*
 * Does the apostrophe here begin a string, behind which something else
 * begins?  One in the middle of words must not hide the names behind it.
 */
static bool
begins_string(const struct scan *s)
{
	struct scan end = *s;

	end.at++;
	end.at += string_length(span_sub(text_span(s->t), end.at, s->t.len),
	    '\'', s->resume);
	if (peek(&end) != '\'')
		return false;
	end.at++;
	skip_blanks(&end);
	return end.at == end.t.len || memchr(":,]}", peek(&end), 4) != NULL;
}

/*
 * What follows missing bytes up to a quote may be the end of a string
 * whose name is lost.  A single word there could be a secret's rest.
 */
static void
after_hole(struct scan *s)
{
	struct span tail;
	size_t n;

	while (s->at < s->t.len && s->t.p[s->at] == 0)
		s->at++;
	if (s->resume != RESUME_INSIDE)
		return;
	tail = span_sub(text_span(s->t), s->at, s->t.len);
	n = string_length(tail, '"', s->resume);
	tail = span_sub(tail, 0, n);
	s->at += n;
	if (peek(s) == '"')
		s->at++;
	for (size_t i = 0; i < n; i++)
		if (memchr(" ,:{}[]", tail.p[i], 7) != NULL)
			return;
	skip_blanks(s);
	if (peek(s) != ':')
		redact_all(s->r, tail, text_part(s->t, tail));
}

static void
step(struct scan *s)
{
	switch (peek(s)) {
	case 0:
		after_hole(s);
		break;
	case '"':
		string(s);
		break;
	case '\'':
		if (begins_string(s))
			string(s);
		else
			bare_word(s);
		break;
	case '{':
	case '[':
		open_value(s);
		break;
	case '}':
	case ']':
		close_value(s);
		break;
	case ',':
		forget_name(s);
		s->at++;
		break;
	case ':':
		s->at++;
		break;
	default:
		if (is_blank(peek(s)))
			skip_blanks(s);
		else
			bare_word(s);
	}
}

static void
scan(const struct redact *r, struct text t, enum resume resume)
{
	struct scan s = { .r = r, .t = t, .resume = resume };

	while (s.at < t.len)
		step(&s);
}

void
redact_json(const struct redact *r, struct text t)
{
	struct redact inner = *r;

	inner.is_oauth = redact_is_oauth_json(text_span(t));
	scan(&inner, t, RESUME_AS_WRITTEN);
	if (span_find(text_span(t), 0) == t.len)
		return;
	scan(&inner, t, RESUME_OUTSIDE);
	scan(&inner, t, RESUME_INSIDE);
}
