#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "deletion/compiler.h"
#include "deletion/glob.h"

static const struct kind_word {
	struct span word;
	bool named;
	enum side side;
} kind_words[SOURCE_COUNT] = {
	[SOURCE_PATH] = { SPAN_LITERAL("path"), true, SIDE_REQUEST },
	[SOURCE_PLAIN] = { SPAN_LITERAL("plain"), true, SIDE_REQUEST },
	[SOURCE_QUERY] = { SPAN_LITERAL("query"), true, SIDE_REQUEST },
	[SOURCE_FORM] = { SPAN_LITERAL("form"), true, SIDE_REQUEST },
	[SOURCE_HEADER] = { SPAN_LITERAL("header"), true, SIDE_REQUEST },
	[SOURCE_JSON] = { SPAN_LITERAL("json"), true, SIDE_REQUEST },
	[SOURCE_XML] = { SPAN_LITERAL("xml"), true, SIDE_REQUEST },
	[SOURCE_AUTH] = { SPAN_LITERAL("auth"), true, SIDE_REQUEST },
	[SOURCE_METHOD] = { SPAN_LITERAL("method"), false, SIDE_REQUEST },
	[SOURCE_HOST] = { SPAN_LITERAL("host"), false, SIDE_REQUEST },
	[SOURCE_TARGET] = { SPAN_LITERAL("target"), false, SIDE_REQUEST },
	[SOURCE_STATUS] = { SPAN_LITERAL("status"), false, SIDE_RESPONSE },
	[SOURCE_CODE] = { SPAN_LITERAL("code"), false, SIDE_RESPONSE },
	[SOURCE_RHEADER] = { SPAN_LITERAL("rheader"), true, SIDE_RESPONSE },
	[SOURCE_RJSON] = { SPAN_LITERAL("rjson"), true, SIDE_RESPONSE },
	[SOURCE_RXML] = { SPAN_LITERAL("rxml"), true, SIDE_RESPONSE },
};

bool
mistake(struct compiler *c, const struct yaml_node *at, const char *fmt, ...)
{
	char what[256], text[768];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s:%u:%u: %s", c->file, at->line,
	    at->column, what);
	c->mistakes++;
	c->tell(c->arg, text);
	return false;
}

struct place
place_of(const struct compiler *c, const struct yaml_node *at)
{
	return (struct place){ c->file, at->line };
}

static bool
is_blank(uint8_t b)
{
	return b == ' ' || b == '\t' || b == '\n' || b == '\r';
}

bool
next_word(struct span *rest, struct span *word)
{
	size_t from = 0, to;

	while (from < rest->len && is_blank(rest->p[from]))
		from++;
	for (to = from; to < rest->len && !is_blank(rest->p[to]);)
		to++;
	*word = span_sub(*rest, from, to - from);
	*rest = span_sub(*rest, to, SIZE_MAX);
	return word->len > 0;
}

size_t
count_words(struct span text)
{
	struct span word;
	size_t n = 0;

	while (next_word(&text, &word))
		n++;
	return n;
}

bool
want_text(struct compiler *c, const struct yaml_node *at)
{
	return at->kind == YAML_TEXT ||
	    mistake(c, at, "expected text, not a list or a map");
}

bool
want_number(struct compiler *c, const struct yaml_node *at, struct span text,
    int max, int *out)
{
	int n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || n > INT_MAX / 10 - 1)
			return mistake(c, at, "'%.*s' is not a number",
			    WORD(text));
		n = n * 10 + (text.p[i] - '0');
	}
	if (text.len == 0 || n > max)
		return mistake(c, at, "'%.*s' is not a number from 0 to %d",
		    WORD(text), max);
	*out = n;
	return true;
}

bool
want_outcome(struct compiler *c, const struct yaml_node *at, struct span text,
    enum outcome *out)
{
	*out = outcome_of_name(text);
	return *out != OUTCOME_COUNT ||
	    mistake(c, at, "unknown outcome '%.*s'", WORD(text));
}

static enum source_kind
kind_of_word(struct span word)
{
	enum source_kind k = 0;

	while (k < SOURCE_COUNT && !span_eq(word, kind_words[k].word))
		k++;
	return k;
}

bool
is_source(struct span word)
{
	struct span rest = word, kind;
	enum source_kind k;

	kind = span_cut(&rest, ':');
	k = kind_of_word(kind);
	return k < SOURCE_COUNT && kind_words[k].named == (rest.p != NULL);
}

/* RFC 6901: "~" only as "~0" and "~1". */
static bool
pointer_is_good(struct span p)
{
	for (size_t i = 0; i < p.len; i++)
		if (p.p[i] == '~' &&
		    (i + 1 == p.len ||
			(p.p[i + 1] != '0' && p.p[i + 1] != '1')))
			return false;
	return p.len == 0 || p.p[0] == '/' || span_find(p, '/') == p.len;
}

static bool
tags_are_good(struct span p)
{
	return p.len > 0 && p.p[p.len - 1] != '/';
}

static bool
auth_is_good(struct span name)
{
	return span_eq_str(name, "service") || span_eq_str(name, "region") ||
	    span_eq_str(name, "ak") || span_eq_str(name, "scheme");
}

static bool
name_is_good(const struct source *s)
{
	switch (s->kind) {
	case SOURCE_JSON:
	case SOURCE_RJSON:
		return pointer_is_good(s->name);
	case SOURCE_XML:
	case SOURCE_RXML:
		return tags_are_good(s->name);
	case SOURCE_AUTH:
		return auth_is_good(s->name);
	default:
		return s->name.len > 0 || s->name.p == NULL;
	}
}

bool
parse_source(struct compiler *c, const struct yaml_node *at, struct span word,
    enum side side, struct source *out)
{
	struct span rest = word, kind = span_cut(&rest, ':');
	enum source_kind k = kind_of_word(kind);

	if (k == SOURCE_COUNT)
		return mistake(c, at, "unknown source '%.*s'", WORD(word));
	if (kind_words[k].named != (rest.p != NULL))
		return mistake(c, at,
		    kind_words[k].named ? "'%.*s' lacks a name"
					: "'%.*s' takes no name",
		    WORD(word));
	*out = (struct source){ .kind = k,
		.name = rest,
		.text = word,
		.place = place_of(c, at) };
	if (!name_is_good(out))
		return mistake(c, at, "bad name or pointer in '%.*s'",
		    WORD(word));
	if (side != SIDE_BOTH && kind_words[k].side != side)
		return mistake(c, at, "'%.*s' is of the %s", WORD(word),
		    side == SIDE_REQUEST ? "response" : "request");
	return true;
}

bool
parse_sources(struct compiler *c, const struct yaml_node *at, bool alternatives,
    enum side side, struct sources *out)
{
	struct span rest = at->text, word;
	struct source *list;
	size_t n = 0;

	if (!want_text(c, at))
		return false;
	list = arena_alloc(c->arena, (count_words(rest) + 1) * sizeof(*list));
	for (bool bar = false; next_word(&rest, &word); bar = !bar) {
		if (alternatives && bar && !span_eq_str(word, "|"))
			return mistake(c, at, "expected '|', not '%.*s'",
			    WORD(word));
		if (alternatives && bar)
			continue;
		if (!parse_source(c, at, word, side, &list[n++]))
			return false;
	}
	*out = (struct sources){ list, n };
	return n > 0 || mistake(c, at, "a source is missing");
}

bool
parse_source_list(struct compiler *c, const struct yaml_node *at,
    enum side side, struct sources *out)
{
	struct source *list;
	size_t n = 0;

	if (at->kind == YAML_TEXT)
		return parse_sources(c, at, true, side, out);
	list = arena_alloc(c->arena, (at->weight + 1) * sizeof(*list));
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next) {
		if (at->kind != YAML_LIST || i->kind != YAML_TEXT)
			return mistake(c, i, "expected a list of sources");
		if (!parse_source(c, i, i->text, side, &list[n++]))
			return false;
	}
	*out = (struct sources){ list, n };
	return true;
}

bool
parse_globs(struct compiler *c, const struct yaml_node *at, struct span text,
    struct globs *out)
{
	struct span *list =
	    arena_alloc(c->arena, (text.len + 1) * sizeof(*list));
	struct span rest = text;
	size_t n = 0;

	while (rest.p != NULL) {
		list[n] = span_cut(&rest, ',');
		if (list[n++].len == 0)
			return mistake(c, at, "an empty pattern in '%.*s'",
			    WORD(text));
	}
	*out = (struct globs){ list, n };
	return true;
}

bool
parse_cond(struct compiler *c, const struct yaml_node *at, struct span word,
    enum side side, struct cond *out)
{
	struct span rest = word, source;

	*out = (struct cond){ .text = word };
	if (rest.len > 0 && rest.p[0] == '!') {
		out->negated = true;
		rest = span_sub(rest, 1, SIZE_MAX);
	}
	source = span_cut(&rest, '=');
	if (!parse_source(c, at, source, side, &out->source))
		return false;
	out->pattern = glob_is_pattern(out->source.name);
	return rest.p == NULL || parse_globs(c, at, rest, &out->globs);
}

bool
parse_conds(struct compiler *c, const struct yaml_node *at, struct span text,
    enum side side, struct conds *out)
{
	struct span rest = text, word;
	struct cond *list =
	    arena_alloc(c->arena, (count_words(text) + 1) * sizeof(*list));
	size_t n = 0;

	while (next_word(&rest, &word))
		if (!parse_cond(c, at, word, side, &list[n++]))
			return false;
	*out = (struct conds){ list, n };
	return true;
}
