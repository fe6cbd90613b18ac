#include "deletion/subject.h"

#include <stdlib.h>

#include "deletion/glob.h"
#include "deletion/match.h"

void
list_add(struct list *l, struct arena *arena, struct span value)
{
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 8;
		struct span *more = arena_alloc(arena, room * sizeof(*more));

		if (l->count > 0)
			memcpy(more, l->at, l->count * sizeof(*more));
		l->at = more;
		l->room = room;
	}
	l->at[l->count++] = value;
}

/* One empty segment at the end, "/a/", is not a segment. */
static void
split_segments(struct subject *s)
{
	struct span rest = s->url.path;
	size_t n = 0, room = SUBJECT_SEGMENTS;

	s->segments = s->few;
	s->segment_count = 0;
	if (rest.len == 0 || rest.p[0] != '/')
		return;
	for (size_t i = 0; i < rest.len; i++)
		n += rest.p[i] == '/';
	if (n > room)
		s->segments = arena_alloc(s->arena, n * sizeof(struct span));
	rest = span_sub(rest, 1, SIZE_MAX);
	while (rest.p != NULL)
		s->segments[s->segment_count++] = span_cut(&rest, '/');
	if (s->segments[s->segment_count - 1].len == 0)
		s->segment_count--;
}

static const struct span delete = SPAN_LITERAL("DELETE");
static const struct span post = SPAN_LITERAL("POST");

static bool
is_override_field(const struct field *f)
{
	static const struct span names[] = {
		SPAN_LITERAL("X-HTTP-Method-Override"),
		SPAN_LITERAL("X-HTTP-Method"),
		SPAN_LITERAL("X-Method-Override"),
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_eq_nocase(f->name, names[i]))
			return true;
	return false;
}

static bool
fields_override(const struct head *head)
{
	for (size_t i = 0; i < head->field_count; i++)
		if (span_eq_nocase(head->fields[i].value, delete) &&
		    is_override_field(&head->fields[i]))
			return true;
	return false;
}

static bool
pairs_override(struct span pairs)
{
	struct pair pair;

	while (url_next_pair(&pairs, &pair))
		if (span_eq_str(pair.key, "_method") &&
		    span_eq_nocase(pair.value, delete))
			return true;
	return false;
}

static bool
form_overrides(struct subject *s)
{
	const struct body *b = subject_body(s);

	return b->state == BODY_FORM && pairs_override(b->text);
}

/* POST with X-HTTP-Method-Override, or with "_method" in query or form. */
static void
override_method(struct subject *s)
{
	bool form = subject_type_has(s->request, "form-urlencoded");

	if (fields_override(s->request) || pairs_override(s->url.query) ||
	    (form && form_overrides(s)))
		s->method = delete;
	else
		s->may_override = form && s->message == NULL &&
		    subject_may_have_body(s->request);
}

void
subject_init(struct subject *s, const struct rules *rules,
    const struct head *head, const struct message *m, struct arena *arena)
{
	s->rules = rules;
	s->arena = arena;
	s->request = head;
	s->message = m;
	s->response = NULL;
	s->method = head->method;
	s->url = url_split(head->method, head->target);
	if (m != NULL && m->as_prefix.len > 0 &&
	    span_has_prefix(s->url.path, m->as_prefix))
		s->url.path =
		    span_sub(s->url.path, m->as_prefix.len, s->url.path.len);
	s->asked.name.p = NULL;
	s->may_override = s->has_auth = s->has_host = false;
	s->body = s->answer = (struct body){ 0 };
	s->captures.count = 0;
	s->code = (struct span){ 0 };
	s->targets = NULL;
	s->target_count = 0;
	s->trace = NULL;
	s->guards_asked = s->guards_closed = 0;
	split_segments(s);
	if (span_eq(head->method, post))
		override_method(s);
}

struct span
subject_host(struct subject *s)
{
	struct span authority = s->url.authority;

	if (s->has_host)
		return s->host;
	if (s->message != NULL && s->message->as_host.p != NULL)
		authority = s->message->as_host;
	if (authority.p == NULL)
		authority = head_field(s->request, "Host");
	s->host = authority.p == NULL ? authority : url_host(authority);
	s->has_host = true;
	return s->host;
}

static const struct auth *
subject_auth(struct subject *s)
{
	if (!s->has_auth)
		auth_read(&s->auth, s->request, s->url.query, s->arena);
	s->has_auth = true;
	return &s->auth;
}

/* The number at the end of key behind what fits stem, "KEY.", or -1. */
static long
number_after(struct span key, struct span stem, bool pattern)
{
	size_t from = key.len;
	struct span before;
	long n = 0;

	while (from > 0 && key.p[from - 1] >= '0' && key.p[from - 1] <= '9')
		from--;
	before = span_sub(key, 0, from);
	if (from == key.len || key.len - from > 8 ||
	    (pattern ? !glob_matches(stem, before, false)
		     : !span_eq(stem, before)))
		return -1;
	for (size_t i = from; i < key.len; i++)
		n = n * 10 + (key.p[i] - '0');
	return n;
}

struct numbered {
	long number;
	size_t order; /* of appearance, so that sorting is stable */
	struct span value;
};

static int
compare_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* "KEY.*": in the order of the numbers, as servers read them. */
static void
add_numbered(struct subject *s, struct span text, struct span stem,
    struct list *out)
{
	struct numbered *list =
	    arena_alloc(s->arena, (url_count_pairs(text) + 1) * sizeof(*list));
	bool pattern = glob_is_pattern(stem);
	struct pair pair;
	size_t n = 0;

	while (url_next_pair(&text, &pair)) {
		struct span key = url_decode(pair.key, true, s->arena);
		long number = number_after(key, stem, pattern);

		if (number < 0 || pair.value.p == NULL)
			continue;
		list[n] = (struct numbered){ number, n,
			url_decode(pair.value, true, s->arena) };
		n++;
	}
	qsort(list, n, sizeof(*list), compare_numbered);
	for (size_t i = 0; i < n; i++)
		list_add(out, s->arena, list[i].value);
}

static void
add_pairs(struct subject *s, struct span text, struct span name,
    struct list *out)
{
	bool pattern = glob_is_pattern(name);
	struct pair pair;

	if (name.len > 2 && memcmp(name.p + name.len - 2, ".*", 2) == 0) {
		add_numbered(s, text, span_sub(name, 0, name.len - 1), out);
		return;
	}
	while (url_next_pair(&text, &pair)) {
		struct span key = url_decode(pair.key, true, s->arena);

		if (pattern ? !glob_matches(name, key, false)
			    : !span_eq(name, key))
			continue;
		list_add(out, s->arena,
		    pair.value.p == NULL
			? (struct span)SPAN_LITERAL("")
			: url_decode(pair.value, true, s->arena));
	}
}

static void
add_fields(struct subject *s, const struct head *head, struct span name,
    struct list *out)
{
	bool pattern = glob_is_pattern(name);

	for (size_t i = 0; i < head->field_count; i++) {
		const struct field *f = &head->fields[i];

		if (pattern ? glob_matches(name, f->name, true)
			    : span_eq_nocase(name, f->name))
			list_add(out, s->arena, f->value);
	}
}

struct gather {
	struct subject *subject;
	struct list *out;
};

static bool
gather_node(void *arg, const struct tree *node)
{
	struct gather *g = arg;

	list_add(g->out, g->subject->arena, tree_text(node, g->subject->arena));
	return true;
}

static void
add_nodes(struct subject *s, const struct body *b, enum body_state wanted,
    struct span path, struct list *out)
{
	struct gather g = { s, out };

	if (b->state == wanted)
		tree_find(b->root, path, true, gather_node, &g);
}

static void
add_present(struct subject *s, struct span value, struct list *out)
{
	if (value.p != NULL)
		list_add(out, s->arena, value);
}

static struct span
part_of_auth(const struct auth *a, struct span name)
{
	if (span_eq_str(name, "service"))
		return a->service;
	if (span_eq_str(name, "region"))
		return a->region;
	return span_eq_str(name, "ak") ? a->ak : a->scheme;
}

/* The value of a source that has no more than one, or absent. */
static struct span
only_value(struct subject *s, const struct source *source)
{
	if (source->kind == SOURCE_PATH)
		return match_captured(s, source->name).value;
	if (source->kind == SOURCE_PLAIN)
		return match_captured(s, source->name).plain;
	if (source->kind == SOURCE_HOST)
		return subject_host(s);
	if (source->kind == SOURCE_METHOD)
		return s->request->method;
	return part_of_auth(subject_auth(s), source->name);
}

static void
add_targets(struct subject *s, struct list *out)
{
	for (size_t i = 0; i < s->target_count; i++)
		list_add(out, s->arena, s->targets[i].id);
}

static void
add_of_request(struct subject *s, const struct source *source, struct list *out)
{
	switch (source->kind) {
	case SOURCE_QUERY:
		add_pairs(s, s->url.query, source->name, out);
		return;
	case SOURCE_HEADER:
		add_fields(s, s->request, source->name, out);
		return;
	case SOURCE_PATH:
	case SOURCE_PLAIN:
	case SOURCE_AUTH:
	case SOURCE_METHOD:
	case SOURCE_HOST:
		add_present(s, only_value(s, source), out);
		return;
	default:
		add_targets(s, out);
		return;
	}
}

static bool
add_of_body(struct subject *s, const struct source *source, struct list *out)
{
	const struct body *b = subject_body(s);

	if (b->state == BODY_UNKNOWN)
		return false;
	if (source->kind == SOURCE_JSON)
		add_nodes(s, b, BODY_JSON, source->name, out);
	else if (source->kind == SOURCE_XML)
		add_nodes(s, b, BODY_XML, source->name, out);
	else if (b->state == BODY_FORM)
		add_pairs(s, b->text, source->name, out);
	return true;
}

static void
add_of_response(struct subject *s, const struct source *source,
    struct list *out)
{
	if (source->kind == SOURCE_CODE)
		add_present(s, s->code, out);
	else if (s->response == NULL)
		return;
	else if (source->kind == SOURCE_STATUS)
		list_add(out, s->arena,
		    arena_printf(s->arena, "%d", s->response->parsed.status));
	else if (source->kind == SOURCE_RHEADER)
		add_fields(s, &s->response->parsed, source->name, out);
	else if (source->kind == SOURCE_RJSON)
		add_nodes(s, subject_answer(s), BODY_JSON, source->name, out);
	else
		add_nodes(s, subject_answer(s), BODY_XML, source->name, out);
}

bool
subject_values(struct subject *s, const struct source *source, struct list *out)
{
	switch (source->kind) {
	case SOURCE_FORM:
	case SOURCE_JSON:
	case SOURCE_XML:
		return add_of_body(s, source, out);
	case SOURCE_STATUS:
	case SOURCE_CODE:
	case SOURCE_RHEADER:
	case SOURCE_RJSON:
	case SOURCE_RXML:
		add_of_response(s, source, out);
		return true;
	default:
		add_of_request(s, source, out);
		return true;
	}
}

static bool
list_has_text(const struct list *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->at[i].len > 0)
			return true;
	return false;
}

void
subject_all(struct subject *s, const struct sources *sources, struct list *out)
{
	for (size_t i = 0; i < sources->count; i++) {
		struct list found = { 0 };

		subject_values(s, &sources->at[i], &found);
		if (!list_has_text(&found))
			continue;
		trace_found(s, &sources->at[i], &found);
		*out = found;
		return;
	}
}

struct span
subject_first(struct subject *s, const struct sources *sources)
{
	struct list found = { 0 };

	subject_all(s, sources, &found);
	for (size_t i = 0; i < found.count; i++)
		if (found.at[i].len > 0)
			return found.at[i];
	return (struct span){ 0 };
}

static bool
any_glob(const struct globs *globs, struct span value, bool nocase)
{
	for (size_t i = 0; i < globs->count; i++)
		if (glob_matches(globs->at[i], value, nocase))
			return true;
	return false;
}

/* That something is not in a body can be said only of one that was read. */
static bool
is_unread(struct subject *s, const struct cond *cond)
{
	if (cond->source.kind == SOURCE_RJSON)
		return subject_answer(s)->state != BODY_JSON;
	if (cond->source.kind == SOURCE_RXML)
		return subject_answer(s)->state != BODY_XML;
	return false;
}

static bool
key_is(struct subject *s, struct span raw, struct span name)
{
	if (span_eq(raw, name))
		return true;
	return (span_find(raw, '%') < raw.len ||
		   span_find(raw, '+') < raw.len) &&
	    span_eq(url_decode(raw, true, s->arena), name);
}

/*
 * Find a key in the query.  Rules ask for the same one in a row, such as
 * Action: what was found last is kept.
 */
static void
ask_query(struct subject *s, struct span name)
{
	struct asked *a = &s->asked;
	struct span rest = s->url.query;
	struct pair pair;

	if (a->name.p != NULL && span_eq(a->name, name))
		return;
	*a = (struct asked){ .name = name };
	while (!a->there && url_next_pair(&rest, &pair))
		a->there = key_is(s, pair.key, name);
	if (!a->there)
		return;
	a->value = url_decode(pair.value, true, s->arena);
	for (a->more = rest; url_next_pair(&rest, &pair); a->more = rest)
		if (key_is(s, pair.key, name))
			return;
	a->more = (struct span){ 0 };
}

/* As below, for a key of the query, without taking memory. */
static bool
query_holds(struct subject *s, const struct cond *cond)
{
	struct span rest;
	struct pair pair;

	ask_query(s, cond->source.name);
	if (!s->asked.there)
		return false;
	if (cond->globs.count == 0 ||
	    any_glob(&cond->globs, s->asked.value, false))
		return true;
	for (rest = s->asked.more; url_next_pair(&rest, &pair);)
		if (key_is(s, pair.key, cond->source.name) &&
		    any_glob(&cond->globs,
			url_decode(pair.value, true, s->arena), false))
			return true;
	return false;
}

/* As below, for a header field. */
static bool
field_holds(struct subject *s, const struct cond *cond)
{
	const struct head *head = s->request;

	for (size_t i = 0; i < head->field_count; i++) {
		const struct field *f = &head->fields[i];

		if (span_eq_nocase(f->name, cond->source.name) &&
		    (cond->globs.count == 0 ||
			any_glob(&cond->globs, f->value, false)))
			return true;
	}
	return false;
}

/* As below, for what has no more than one value. */
static bool
only_holds(struct subject *s, const struct cond *cond)
{
	struct span value = only_value(s, &cond->source);
	bool nocase = cond->source.kind == SOURCE_HOST;

	return value.p != NULL &&
	    (cond->globs.count == 0 || any_glob(&cond->globs, value, nocase));
}

enum truth
subject_holds(struct subject *s, const struct cond *cond)
{
	struct list found = { 0 };
	bool held = false;

	if (cond->source.kind == SOURCE_HOST ||
	    cond->source.kind == SOURCE_AUTH)
		return only_holds(s, cond) != cond->negated ? YES : NO;
	if (cond->source.kind == SOURCE_QUERY && !cond->pattern)
		return query_holds(s, cond) != cond->negated ? YES : NO;
	if (cond->source.kind == SOURCE_HEADER && !cond->pattern)
		return field_holds(s, cond) != cond->negated ? YES : NO;
	if (!subject_values(s, &cond->source, &found))
		return NOT_KNOWN;
	if (cond->negated && is_unread(s, cond))
		return NO;
	for (size_t i = 0; i < found.count && !held; i++)
		held = cond->globs.count == 0 ||
		    any_glob(&cond->globs, found.at[i], false);
	return held != cond->negated ? YES : NO;
}

enum truth
subject_holds_all(struct subject *s, const struct conds *conds)
{
	enum truth all = YES;

	for (size_t i = 0; i < conds->count; i++) {
		enum truth one = subject_holds(s, &conds->at[i]);

		if (one == NO)
			return NO;
		if (one == NOT_KNOWN)
			all = NOT_KNOWN;
	}
	return all;
}

bool
subject_holds_any(struct subject *s, const struct conds *conds)
{
	for (size_t i = 0; i < conds->count; i++) {
		if (subject_holds(s, &conds->at[i]) != YES)
			continue;
		trace_held(s, &conds->at[i]);
		return true;
	}
	return false;
}
