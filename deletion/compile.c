#include <limits.h>

#include "deletion/compiler.h"
#include "deletion/glob.h"

/*
 * Most lines may stand alone or in a list: call parse for each of them,
 * with room for its result in an array of elements of that size.
 */
typedef bool parse_line(struct compiler *c, const struct yaml_node *at,
    void *out);

static size_t
each_line(struct compiler *c, const struct yaml_node *at, parse_line *parse,
    size_t size, void *list)
{
	void **out = list;
	size_t n = 0;

	*out = arena_alloc(c->arena, (at->weight + 1) * size);
	if (at->kind == YAML_TEXT)
		return parse(c, at, *out);
	if (at->kind == YAML_MAP)
		return mistake(c, at, "expected a line or a list of lines");
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next)
		n += parse(c, i, (char *)*out + n * size);
	return n;
}

static bool
match_line(struct compiler *c, const struct yaml_node *at, void *out)
{
	return parse_match(c, at, out);
}

static bool
poll_line(struct compiler *c, const struct yaml_node *at, void *out)
{
	return parse_poll(c, at, out);
}

static bool
item_line(struct compiler *c, const struct yaml_node *at, void *out)
{
	return parse_item(c, at, out);
}

/* "COND... => OUTCOME" */
static bool
when_line(struct compiler *c, const struct yaml_node *at, void *out)
{
	struct when *w = out;
	struct span conds, outcome;
	size_t arrow = 0;

	if (!want_text(c, at))
		return false;
	while (arrow + 1 < at->text.len &&
	    memcmp(at->text.p + arrow, "=>", 2) != 0)
		arrow++;
	if (arrow + 1 >= at->text.len)
		return mistake(c, at, "a when line lacks '=>'");
	w->text = at->text;
	w->place = place_of(c, at);
	conds = span_sub(at->text, 0, arrow);
	outcome = span_trim(span_sub(at->text, arrow + 2, SIZE_MAX));
	return parse_conds(c, at, conds, SIDE_BOTH, &w->conds) &&
	    want_outcome(c, at, outcome, &w->outcome);
}

static bool
cond_line(struct compiler *c, const struct yaml_node *at, void *out)
{
	return want_text(c, at) &&
	    parse_cond(c, at, at->text, SIDE_REQUEST, out);
}

static void
conds_list(struct compiler *c, const struct yaml_node *at, struct conds *out)
{
	void *list;

	out->count = each_line(c, at, cond_line, sizeof(struct cond), &list);
	out->at = list;
}

/* "400 ModelArts.6309" or "*NotFound" */
static bool
parse_code(struct compiler *c, const struct yaml_node *at, enum outcome outcome,
    struct code *out)
{
	struct span text = at->text;

	if (!want_text(c, at))
		return false;
	if (text.len == 0)
		return mistake(c, at, "an empty code");
	*out = (struct code){ .place = place_of(c, at),
		.glob = text,
		.outcome = outcome };
	if (text.len < 5 || text.p[3] != ' ')
		return true;
	out->glob = span_sub(text, 4, SIZE_MAX);
	return want_number(c, at, span_sub(text, 0, 3), 999, &out->status);
}

static bool
codes_of_outcome(struct compiler *c, const struct yaml_node *at,
    struct code *list, size_t *n)
{
	enum outcome outcome;

	if (!want_outcome(c, at->key, at->key->text, &outcome))
		return false;
	if (at->kind != YAML_LIST)
		return mistake(c, at, "expected a list of codes");
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next)
		*n += parse_code(c, i, outcome, &list[*n]);
	return true;
}

static bool
codes_of_map(struct compiler *c, const struct yaml_node *map, struct code *list,
    size_t *n)
{
	if (map->kind != YAML_MAP)
		return mistake(c, map, "expected 'outcome: [code, ...]'");
	for (const struct yaml_node *i = map->first; i != NULL; i = i->next)
		codes_of_outcome(c, i, list, n);
	return true;
}

bool
compile_codes(struct compiler *c, const struct yaml_node *at, struct codes *out)
{
	struct code *list = arena_alloc(c->arena, at->weight * sizeof(*list));

	out->at = list;
	out->count = 0;
	if (at->kind != YAML_LIST)
		return codes_of_map(c, at, list, &out->count);
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next)
		codes_of_map(c, i, list, &out->count);
	return true;
}

bool
compile_statuses(struct compiler *c, const struct yaml_node *at,
    struct statuses *out)
{
	struct status *list = arena_alloc(c->arena, at->weight * sizeof(*list));

	out->at = list;
	out->count = 0;
	if (at->kind != YAML_MAP)
		return mistake(c, at, "expected 'status: outcome'");
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next) {
		struct status *s = &list[out->count];

		s->place = place_of(c, i->key);
		if (want_text(c, i) &&
		    want_number(c, i->key, i->key->text, 599, &s->status) &&
		    want_outcome(c, i, i->text, &s->outcome))
			out->count++;
	}
	return true;
}

static void
on_match(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	struct match *list;

	r->match_count = each_line(c, at, match_line, sizeof(*list), &list);
	for (size_t i = 0; i < r->match_count; i++)
		list[i].rule = r;
	r->matches = list;
}

static void
on_type(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	struct span rest = at->text, word;

	if (!want_text(c, at))
		return;
	next_word(&rest, &word);
	if (is_source(word))
		parse_sources(c, at, true, SIDE_REQUEST, &r->types);
	else if (word.len == 0 || count_words(rest) > 0)
		mistake(c, at, "a type is one word or a source");
	else
		r->type = word;
}

static void
on_id(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	parse_sources(c, at, true, SIDE_REQUEST, &r->ids);
}

static void
on_scope(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	parse_sources(c, at, false, SIDE_REQUEST, &r->scope);
}

static void
on_idem(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	parse_sources(c, at, true, SIDE_REQUEST, &r->idem);
}

static void
on_lifetime(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	if (want_text(c, at))
		want_number(c, at, at->text, INT_MAX, &r->lifetime);
}

/* It is written into requests, so it must say one thing, and where. */
static void
check_flag(struct compiler *c, const struct yaml_node *at,
    const struct cond *cond)
{
	enum source_kind kind = cond->source.kind;

	if (cond->negated || cond->globs.count != 1 ||
	    glob_is_pattern(cond->globs.at[0]))
		mistake(c, at, "a dry run has one value, which is no pattern");
	if ((kind != SOURCE_QUERY && kind != SOURCE_FORM &&
		kind != SOURCE_HEADER && kind != SOURCE_JSON) ||
	    cond->pattern)
		mistake(c, at,
		    "a dry run is query:, form:, header: or json: and a name");
}

static void
on_dryrun(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	conds_list(c, at, &r->dry_run);
	for (size_t i = 0; i < r->dry_run.count; i++)
		check_flag(c, at, &r->dry_run.at[i]);
}

static void
on_code(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	parse_source_list(c, at, SIDE_RESPONSE, &r->code);
}

static void
on_text(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	parse_source_list(c, at, SIDE_RESPONSE, &r->text);
}

static void
on_need(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	parse_sources(c, at, false, SIDE_RESPONSE, &r->need);
}

static void
on_force(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	conds_list(c, at, &r->force);
}

static void
on_when(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	void *list;

	r->when_count = each_line(c, at, when_line, sizeof(struct when), &list);
	r->whens = list;
}

static void
on_item(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	void *list;

	r->item_count = each_line(c, at, item_line, sizeof(struct item), &list);
	r->items = list;
}

static bool
parse_state(struct compiler *c, const struct yaml_node *at, struct span word,
    struct state *out)
{
	struct span value = word;

	out->glob = span_cut(&value, '=');
	if (value.p == NULL || out->glob.len == 0)
		return mistake(c, at, "expected VALUE=OUTCOME, not '%.*s'",
		    WORD(word));
	return want_outcome(c, at, value, &out->outcome);
}

static void
on_state(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	struct span rest = at->text, word;
	struct state *list;

	if (!want_text(c, at))
		return;
	list = arena_alloc(c->arena, (count_words(rest) + 1) * sizeof(*list));
	while (next_word(&rest, &word))
		r->state_count +=
		    parse_state(c, at, word, &list[r->state_count]);
	r->states = list;
}

/* "unknown" or "deleted-if COND" */
static void
on_unlisted(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	struct span rest = at->text, word;

	if (!want_text(c, at))
		return;
	next_word(&rest, &word);
	if (span_eq_str(word, "deleted-if")) {
		r->unlisted = OUTCOME_DELETED;
		parse_conds(c, at, rest, SIDE_BOTH, &r->unlisted_if);
		if (r->unlisted_if.count == 0)
			mistake(c, at, "deleted-if lacks a condition");
	} else {
		want_outcome(c, at, word, &r->unlisted);
	}
}

static void
on_max(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	int n = 0;

	if (want_text(c, at) && want_number(c, at, at->text, INT_MAX, &n))
		r->max = (size_t)n;
}

static void
on_poll(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	void *list;

	r->poll_count = each_line(c, at, poll_line, sizeof(struct poll), &list);
	r->polls = list;
}

static void
on_codes(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	compile_codes(c, at, &r->codes);
}

static void
on_status(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	compile_statuses(c, at, &r->statuses);
}

static void
on_basis(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	if (!want_text(c, at))
		return;
	r->contract = span_eq_str(at->text, "contract");
	if (!r->contract && !span_eq_str(at->text, "convention"))
		mistake(c, at,
		    "basis is 'contract' or 'convention', not '%.*s'",
		    WORD(at->text));
}

static void
on_set(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	if (!want_text(c, at))
		return;
	r->set_delete = span_eq_str(at->text, "true");
	if (!r->set_delete && !span_eq_str(at->text, "false"))
		mistake(c, at, "set is 'true' or 'false', not '%.*s'",
		    WORD(at->text));
}

static void
on_name(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	if (!want_text(c, at))
		return;
	if (at->text.len == 0 || count_words(at->text) != 1)
		mistake(c, at, "a name is one word");
	for (size_t i = 0; i < c->rules->count; i++)
		if (c->rules->rules[i]->file == c->file &&
		    span_eq(c->rules->rules[i]->name, at->text))
			mistake(c, at,
			    "the rule '%.*s' stands in line %u already",
			    WORD(at->text), c->rules->rules[i]->line);
	r->name = at->text;
}

static const struct rule_key {
	const char *key;
	void (*compile)(struct compiler *c, struct rule *r,
	    const struct yaml_node *at);
} rule_keys[] = {
	{ "name", on_name },
	{ "basis", on_basis },
	{ "match", on_match },
	{ "type", on_type },
	{ "id", on_id },
	{ "scope", on_scope },
	{ "idem", on_idem },
	{ "lifetime", on_lifetime },
	{ "dryrun", on_dryrun },
	{ "set", on_set },
	{ "force", on_force },
	{ "max", on_max },
	{ "code", on_code },
	{ "text", on_text },
	{ "need", on_need },
	{ "item", on_item },
	{ "state", on_state },
	{ "unlisted", on_unlisted },
	{ "when", on_when },
	{ "codes", on_codes },
	{ "status", on_status },
	{ "poll", on_poll },
};

static bool
compile_key(struct compiler *c, struct rule *r, const struct yaml_node *at)
{
	for (size_t i = 0; i < ARRAY_LEN(rule_keys); i++) {
		if (!span_eq_str(at->key->text, rule_keys[i].key))
			continue;
		rule_keys[i].compile(c, r, at);
		return true;
	}
	return mistake(c, at->key, "unknown word '%.*s' in a rule",
	    WORD(at->key->text));
}

static bool
template_names(const struct template *t, struct span name)
{
	for (size_t i = 0; i < t->count; i++)
		if ((t->at[i].kind == SEGMENT_ONE ||
			t->at[i].kind == SEGMENT_REST) &&
		    span_eq(t->at[i].text, name))
			return true;
	return false;
}

static bool
rule_names(const struct rule *r, struct span name)
{
	for (size_t i = 0; i < r->match_count; i++)
		if (template_names(&r->matches[i].path, name))
			return true;
	return false;
}

static bool
is_of_path(const struct source *s)
{
	return s->kind == SOURCE_PATH || s->kind == SOURCE_PLAIN;
}

static void
check_paths(struct compiler *c, const struct yaml_node *at,
    const struct rule *r, struct sources list)
{
	for (size_t i = 0; i < list.count; i++)
		if (is_of_path(&list.at[i]) && !rule_names(r, list.at[i].name))
			mistake(c, at, "no segment '{%.*s}' in a match line",
			    WORD(list.at[i].name));
}

/* A condition on the path is about the line's own segments. */
static void
check_conds(struct compiler *c, const struct yaml_node *at,
    const struct match *m)
{
	for (size_t i = 0; i < m->conds.count; i++) {
		const struct source *s = &m->conds.at[i].source;

		if (is_of_path(s) && !template_names(&m->path, s->name))
			mistake(c, at, "no segment '{%.*s}' in its match line",
			    WORD(s->name));
	}
}

static void
check_poll(struct compiler *c, const struct yaml_node *at, const struct rule *r,
    const struct poll *p)
{
	for (size_t i = 0; i < p->path.count; i++)
		if (p->path.at[i].kind == SEGMENT_ONE &&
		    !rule_names(r, p->path.at[i].text))
			mistake(c, at, "no segment '{%.*s}' in a match line",
			    WORD(p->path.at[i].text));
}

static void
check_rule(struct compiler *c, const struct yaml_node *at, const struct rule *r)
{
	if (r->name.p == NULL)
		mistake(c, at, "a rule lacks its name");
	if (yaml_get(at, "match") == NULL)
		mistake(c, at, "a rule lacks its match line");
	for (size_t i = 0; i < r->match_count; i++)
		check_conds(c, at, &r->matches[i]);
	check_paths(c, at, r, r->types);
	check_paths(c, at, r, r->ids);
	check_paths(c, at, r, r->scope);
	for (size_t i = 0; i < r->poll_count; i++)
		check_poll(c, at, r, &r->polls[i]);
}

void
compile_rule(struct compiler *c, const struct yaml_node *node)
{
	struct rule *r = arena_alloc(c->arena, sizeof(*r));
	unsigned before = c->mistakes;

	r->file = c->file;
	r->line = node->line;
	r->unlisted = OUTCOME_UNKNOWN;
	r->file_codes = c->file_codes;
	if (node->kind != YAML_MAP) {
		mistake(c, node, "a rule is a map");
		return;
	}
	for (const struct yaml_node *i = node->first; i != NULL; i = i->next)
		compile_key(c, r, i);
	if (c->mistakes == before)
		check_rule(c, node, r);
	if (c->rules->count == RULES_MAX)
		mistake(c, node, "more than %d rules", RULES_MAX);
	else
		c->rules->rules[c->rules->count++] = r;
}
