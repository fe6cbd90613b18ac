#include <limits.h>

#include "deletion/compiler.h"

/* The length of the first segment of text: braces may hold a "/". */
static size_t
segment_length(struct span text)
{
	bool braces = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '{')
			braces = true;
		else if (text.p[i] == '}')
			braces = false;
		else if (text.p[i] == '/' && !braces)
			return i;
	}
	return text.len;
}

static bool
parse_braces(struct compiler *c, const struct yaml_node *at, struct span name,
    bool values, struct segment *out)
{
	out->kind = SEGMENT_ONE;
	if (values && span_find(name, ':') < name.len) {
		out->kind = SEGMENT_VALUE;
		return parse_source(c, at, name, SIDE_BOTH, &out->source);
	}
	if (name.len > 2 && name.p[name.len - 1] == '*' &&
	    name.p[name.len - 2] == '*') {
		out->kind = SEGMENT_REST;
		name.len -= 2;
	}
	for (size_t i = 0; i < name.len; i++)
		if (strchr("{}*:", name.p[i]) != NULL)
			return mistake(c, at, "bad name '{%.*s}'", WORD(name));
	out->text = name;
	return name.len > 0 || mistake(c, at, "'{}' lacks a name");
}

static bool
parse_segment(struct compiler *c, const struct yaml_node *at, struct span text,
    bool values, struct segment *out)
{
	if (text.len >= 2 && text.p[0] == '{' && text.p[text.len - 1] == '}')
		return parse_braces(c, at, span_sub(text, 1, text.len - 2),
		    values, out);
	out->kind = SEGMENT_LITERAL;
	out->text = text;
	if (span_find(text, '{') < text.len || span_find(text, '}') < text.len)
		return mistake(c, at,
		    "braces must hold a whole segment: '%.*s'", WORD(text));
	return true;
}

/* Cut ":verb" off a last segment such as "{name}:verb". */
static struct span
cut_verb(struct span *text)
{
	struct span verb = { 0 };
	size_t end = text->len;

	while (end > 0 && text->p[end - 1] != '}' && text->p[end - 1] != '/')
		end--;
	if (end == 0 || text->p[end - 1] != '}' || end == text->len ||
	    text->p[end] != ':')
		return verb;
	verb = span_sub(*text, end + 1, SIZE_MAX);
	text->len = end;
	return verb;
}

static bool
names_differ(struct compiler *c, const struct yaml_node *at,
    const struct segment *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].kind == SEGMENT_LITERAL ||
		    list[i].kind == SEGMENT_VALUE)
			continue;
		for (size_t j = 0; j < i; j++)
			if (list[j].kind != SEGMENT_LITERAL &&
			    list[j].kind != SEGMENT_VALUE &&
			    span_eq(list[i].text, list[j].text))
				return mistake(c, at, "'{%.*s}' stands twice",
				    WORD(list[i].text));
	}
	return true;
}

enum {
	MAX_SEGMENTS = 64,
};

bool
parse_template(struct compiler *c, const struct yaml_node *at, struct span text,
    bool values, struct template *out)
{
	struct segment *list =
	    arena_alloc(c->arena, MAX_SEGMENTS * sizeof(*list));
	size_t n = 0;

	if (text.len == 0 || text.p[0] != '/')
		return mistake(c, at, "a path begins with '/', not '%.*s'",
		    WORD(text));
	out->verb = cut_verb(&text);
	text = span_sub(text, 1, SIZE_MAX);
	while (text.len > 0) {
		size_t len = segment_length(text);

		if (n == MAX_SEGMENTS)
			return mistake(c, at, "more than %d segments",
			    MAX_SEGMENTS);
		if (!parse_segment(c, at, span_sub(text, 0, len), values,
			&list[n++]))
			return false;
		text = span_sub(text, len + 1, SIZE_MAX);
	}
	out->at = list;
	out->count = n;
	return names_differ(c, at, list, n);
}

static bool
parse_methods(struct compiler *c, const struct yaml_node *at, struct span text,
    struct globs *out)
{
	for (size_t i = 0; i < text.len; i++)
		if (!(text.p[i] >= 'A' && text.p[i] <= 'Z') &&
		    text.p[i] != ',' && text.p[i] != '-')
			return mistake(c, at, "'%.*s' is not a method",
			    WORD(text));
	return parse_globs(c, at, text, out);
}

bool
parse_match(struct compiler *c, const struct yaml_node *at, struct match *out)
{
	struct span rest = at->text, word;

	if (!want_text(c, at))
		return false;
	out->text = at->text;
	out->place = place_of(c, at);
	if (!next_word(&rest, &word))
		return mistake(c, at, "a match line begins with a method");
	if (!parse_methods(c, at, word, &out->methods))
		return false;
	if (!next_word(&rest, &word))
		return mistake(c, at,
		    "a match line has a path after its method");
	return parse_template(c, at, word, false, &out->path) &&
	    parse_conds(c, at, rest, SIDE_REQUEST, &out->conds);
}

/* One "key=value" of a poll line. */
struct poll_key {
	const char *key;
	bool (*parse)(struct compiler *c, const struct yaml_node *at,
	    struct span value, struct poll *p);
};

static bool
one_cond(struct compiler *c, const struct yaml_node *at, struct span value,
    struct conds *out)
{
	struct cond *cond = arena_alloc(c->arena, sizeof(*cond));

	*out = (struct conds){ cond, 1 };
	return parse_cond(c, at, value, SIDE_RESPONSE, cond);
}

/* "A|B", without blanks. */
static bool
bar_sources(struct compiler *c, const struct yaml_node *at, struct span value,
    enum side side, struct sources *out)
{
	struct source *list =
	    arena_alloc(c->arena, (value.len + 1) * sizeof(*list));
	size_t n = 0;

	while (value.p != NULL) {
		struct span word = span_cut(&value, '|');

		if (!parse_source(c, at, word, side, &list[n++]))
			return false;
	}
	*out = (struct sources){ list, n };
	return true;
}

static bool
poll_value(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return bar_sources(c, at, value, SIDE_RESPONSE, &p->value);
}

static bool
poll_pending(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return parse_globs(c, at, value, &p->pending);
}

static bool
poll_done(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return parse_globs(c, at, value, &p->done);
}

static bool
poll_fail(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return parse_globs(c, at, value, &p->fail);
}

static bool
poll_fail_if(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return one_cond(c, at, value, &p->failing);
}

static bool
poll_need(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return one_cond(c, at, value, &p->need);
}

static bool
poll_ids(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return bar_sources(c, at, value, SIDE_REQUEST, &p->ids);
}

static bool
poll_list(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	p->listing = true;
	return parse_source(c, at, value, SIDE_RESPONSE, &p->list);
}

static bool
poll_id(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	(void)c;
	(void)at;
	p->list_id = value;
	return true;
}

static bool
poll_state(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	(void)c;
	(void)at;
	p->list_state = value;
	return true;
}

static bool
poll_every(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return want_number(c, at, value, INT_MAX, &p->every);
}

static bool
poll_limit(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	return want_number(c, at, value, INT_MAX, &p->limit);
}

static bool
poll_gone(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	p->gone = span_eq_str(value, "done");
	return p->gone || span_eq_str(value, "pending") ||
	    mistake(c, at, "gone is 'done' or 'pending', not '%.*s'",
		WORD(value));
}

static bool
poll_after(struct compiler *c, const struct yaml_node *at, struct span value,
    struct poll *p)
{
	p->after_deleted = span_eq_str(value, "deleted");
	return p->after_deleted || span_eq_str(value, "accepted") ||
	    mistake(c, at, "after is 'accepted' or 'deleted', not '%.*s'",
		WORD(value));
}

static const struct poll_key poll_keys[] = {
	{ "value", poll_value },
	{ "pending", poll_pending },
	{ "done", poll_done },
	{ "fail", poll_fail },
	{ "fail-if", poll_fail_if },
	{ "need", poll_need },
	{ "ids", poll_ids },
	{ "list", poll_list },
	{ "id", poll_id },
	{ "state", poll_state },
	{ "every", poll_every },
	{ "limit", poll_limit },
	{ "gone", poll_gone },
	{ "after", poll_after },
};

static const struct poll_key *
find_poll_key(struct span key)
{
	for (size_t i = 0; i < ARRAY_LEN(poll_keys); i++)
		if (span_eq_str(key, poll_keys[i].key))
			return &poll_keys[i];
	return NULL;
}

static bool
parse_poll_word(struct compiler *c, const struct yaml_node *at,
    struct span word, struct poll *p, struct cond *conds)
{
	struct span value = word, key = span_cut(&value, '=');
	const struct poll_key *k = find_poll_key(key);

	if (k != NULL && value.p != NULL)
		return k->parse(c, at, value, p);
	if (!is_source(word.p[0] == '!' ? span_sub(key, 1, SIZE_MAX) : key))
		return mistake(c, at, "unknown word '%.*s' in a poll line",
		    WORD(word));
	return parse_cond(c, at, word, SIDE_REQUEST, &conds[p->conds.count++]);
}

/* What the line begins with: where to look. */
static bool
parse_poll_place(struct compiler *c, const struct yaml_node *at,
    struct span *rest, struct poll *p)
{
	static const struct span get = SPAN_LITERAL("GET");
	struct span word;

	p->methods = (struct globs){ &get, 1 };
	if (!next_word(rest, &word))
		return mistake(c, at, "an empty poll line");
	if (span_eq_str(word, "self")) {
		p->kind = POLL_SELF;
		p->gone = true;
		return true;
	}
	if (!is_source(word)) {
		if (!parse_methods(c, at, word, &p->methods))
			return false;
		if (!next_word(rest, &word))
			return mistake(c, at, "a poll line lacks its path");
	}
	if (word.p[0] == '/') {
		p->kind = POLL_PATH;
		return parse_template(c, at, word, true, &p->path);
	}
	p->kind = POLL_SOURCE;
	return parse_source(c, at, word, SIDE_RESPONSE, &p->url);
}

bool
parse_poll(struct compiler *c, const struct yaml_node *at, struct poll *out)
{
	struct span rest = at->text, word;
	struct cond *conds;

	if (!want_text(c, at))
		return false;
	conds = arena_alloc(c->arena, (count_words(rest) + 1) * sizeof(*conds));
	out->conds.at = conds;
	if (!parse_poll_place(c, at, &rest, out))
		return false;
	while (next_word(&rest, &word))
		if (!parse_poll_word(c, at, word, out, conds))
			return false;
	return true;
}

static bool
parse_item_word(struct compiler *c, const struct yaml_node *at,
    struct span word, struct item *out)
{
	struct span value = word, key = span_cut(&value, '=');

	if (value.p == NULL)
		return mistake(c, at, "unknown word '%.*s' in an item line",
		    WORD(word));
	if (span_eq_str(key, "id"))
		out->id = value;
	else if (span_eq_str(key, "code"))
		out->code = value;
	else if (!span_eq_str(key, "state"))
		return mistake(c, at, "unknown word '%.*s' in an item line",
		    WORD(key));
	else if (value.len > 0 && value.p[0] == '@')
		return want_outcome(c, at, span_sub(value, 1, SIZE_MAX),
		    &out->fixed);
	else
		out->state = value;
	return true;
}

bool
parse_item(struct compiler *c, const struct yaml_node *at, struct item *out)
{
	struct span rest = at->text, word;

	out->fixed = OUTCOME_COUNT;
	if (!want_text(c, at))
		return false;
	if (!next_word(&rest, &word))
		return mistake(c, at, "an item line begins with a list");
	if (!parse_source(c, at, word, SIDE_RESPONSE, &out->list))
		return false;
	while (next_word(&rest, &word))
		if (!parse_item_word(c, at, word, out))
			return false;
	return out->id.p != NULL || mistake(c, at, "an item line needs id=");
}
