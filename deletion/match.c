#include "deletion/match.h"

#include "deletion/dispatch.h"

/* The segments of a path that a template is tried on. */
struct attempt {
	struct subject *s;
	size_t count;
	struct span last; /* without the verb */
	struct span end;  /* where the path ends, less the verb */
	size_t stuck, at; /* the farthest segment that did not fit, and that
			     of the template */
};

static struct span
segment_at(const struct attempt *a, size_t i)
{
	return i + 1 == a->count ? a->last : a->s->segments[i];
}

static bool
literal_fits(const struct attempt *a, struct span literal, struct span raw)
{
	if (span_eq(literal, raw))
		return true;
	return span_find(raw, '%') < raw.len &&
	    span_eq(literal, url_decode(raw, false, a->s->arena));
}

static void
capture(struct attempt *a, const struct segment *g, struct span raw)
{
	struct captures *c = &a->s->captures;

	c->at[c->count++] = (struct capture){ .name = g->text,
		.value = raw,
		.several = g->kind == SEGMENT_REST };
}

/* Everything from segment i up to, not with, segment j. */
static struct span
join_segments(const struct attempt *a, size_t i, size_t j)
{
	const uint8_t *from = a->s->segments[i].p;
	const uint8_t *to = a->end.p;

	if (j < a->count)
		to = a->s->segments[j].p - 1;
	return (struct span){ from, (size_t)(to - from) };
}

static bool
cut_off_verb(struct attempt *a, struct span verb)
{
	size_t len = a->last.len;

	if (verb.p == NULL)
		return true;
	if (a->count == 0 || len < verb.len + 2 ||
	    a->last.p[len - verb.len - 1] != ':' ||
	    !span_eq(span_sub(a->last, len - verb.len, verb.len), verb))
		return false;
	a->last.len -= verb.len + 1;
	a->end.p = a->last.p + a->last.len;
	return true;
}

/*
 * Fit segments from i on to the template from t on.  A "**" takes one
 * segment or more, as few as it can; only the newest is tried with more, which
 * is enough, as for "*" in a pattern.
 */
static bool
fit(struct attempt *a, const struct template *t)
{
	size_t i = 0, k = 0, star = SIZE_MAX, mark = 0, from = 0, kept = 0;

	while (i < a->count || k < t->count) {
		const struct segment *g = k < t->count ? &t->at[k] : NULL;

		if (g != NULL && g->kind == SEGMENT_REST && i < a->count) {
			star = k++;
			from = i++;
			mark = i;
			kept = a->s->captures.count;
			capture(a, g, join_segments(a, from, mark));
			continue;
		}
		if (g != NULL && i < a->count &&
		    (g->kind == SEGMENT_ONE ||
			literal_fits(a, g->text, segment_at(a, i)))) {
			if (g->kind == SEGMENT_ONE)
				capture(a, g, segment_at(a, i));
			i++;
			k++;
			continue;
		}
		if (i >= a->stuck) {
			a->stuck = i;
			a->at = k;
		}
		if (star == SIZE_MAX || mark >= a->count)
			return false;
		i = ++mark;
		k = star + 1;
		a->s->captures.count = kept;
		capture(a, &t->at[star], join_segments(a, from, mark));
	}
	return true;
}

static void
decode_captures(struct subject *s)
{
	for (size_t i = 0; i < s->captures.count; i++) {
		struct capture *c = &s->captures.at[i];

		c->plain = url_decode(c->value, false, s->arena);
		c->value =
		    c->several ? url_decode_path(c->value, s->arena) : c->plain;
	}
}

static bool
path_fits(struct subject *s, const struct template *t, struct attempt *a)
{
	*a = (struct attempt){ .s = s, .count = s->segment_count };
	s->captures.count = 0;
	if (a->count > 0) {
		a->last = s->segments[a->count - 1];
		a->end.p = s->url.path.p + s->url.path.len;
	}
	if (!cut_off_verb(a, t->verb) || !fit(a, t))
		return false;
	decode_captures(s);
	return true;
}

struct capture
match_captured(const struct subject *s, struct span name)
{
	for (size_t i = 0; i < s->captures.count; i++)
		if (span_eq(s->captures.at[i].name, name))
			return s->captures.at[i];
	return (struct capture){ 0 };
}

bool
match_path(struct subject *s, const struct template *t)
{
	struct attempt a;

	return path_fits(s, t, &a);
}

static struct span
first_segment(struct subject *s)
{
	struct span none = { 0 };

	if (s->segment_count == 0)
		return none;
	return url_decode(s->segments[0], false, s->arena);
}

static bool
has_method(const struct match *line, struct span method)
{
	for (size_t i = 0; i < line->methods.count; i++)
		if (span_eq(line->methods.at[i], method))
			return true;
	return false;
}

static unsigned
count_literals(const struct template *t, size_t until)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->count && i < until; i++)
		n += t->at[i].kind == SEGMENT_LITERAL;
	return n;
}

static struct span
first_value(struct subject *s, const struct source *source)
{
	struct list found = { 0 };

	subject_values(s, source, &found);
	return found.count > 0 ? found.at[0] : (struct span){ 0 };
}

static void
try_conds(struct subject *s, struct attempted *a)
{
	const struct conds *conds = &a->line->conds;

	for (size_t i = 0; i < conds->count; i++) {
		const struct cond *cond = &conds->at[i];

		if (subject_holds(s, cond) == YES) {
			a->fits++;
			continue;
		}
		a->misses++;
		if (a->cond != NULL)
			continue;
		a->cond = cond;
		a->miss = MISS_COND;
		a->wanted = cond->text;
		a->seen = first_value(s, &cond->source);
	}
}

static void
try_line(struct subject *s, struct attempted *a)
{
	const struct template *t = &a->line->path;
	bool method = has_method(a->line, s->method);
	struct attempt path;

	a->misses = !method;
	a->fits = method;
	if (!path_fits(s, t, &path)) {
		a->miss = MISS_SEGMENT;
		a->misses++;
		a->fits += count_literals(t, path.at);
		if (path.at < t->count)
			a->wanted = t->at[path.at].text;
		if (path.stuck < s->segment_count)
			a->seen = s->segments[path.stuck];
		return;
	}
	a->fits += count_literals(t, t->count);
	try_conds(s, a);
	if (a->miss != MISS_NONE || method)
		return;
	a->miss = MISS_METHOD;
	a->wanted = a->line->methods.at[0];
	a->seen = s->method;
}

/* Every line in turn, so that those that the index leaves out are told. */
static const struct match *
find_traced(struct subject *s)
{
	for (size_t i = 0; i < s->rules->count; i++) {
		const struct rule *rule = s->rules->rules[i];

		for (size_t k = 0; k < rule->match_count; k++) {
			struct attempted a = { .line = &rule->matches[k] };

			try_line(s, &a);
			s->trace->tried(s->trace, &a);
			if (a.miss == MISS_NONE)
				return a.line;
		}
	}
	return NULL;
}

/* Does the line's guard let it pass?  Asked once for all lines with it. */
static bool
guard_holds(struct subject *s, unsigned guard)
{
	uint64_t bit = (uint64_t)1 << (guard % DISPATCH_GUARDS);

	if (guard == DISPATCH_GUARDS)
		return true;
	if (!(s->guards_asked & bit)) {
		s->guards_asked |= bit;
		if (subject_holds(s,
			dispatch_guard(s->rules->dispatch, guard)) == NO)
			s->guards_closed |= bit;
	}
	return !(s->guards_closed & bit);
}

static struct span
last_segment(const struct subject *s)
{
	if (s->segment_count == 0)
		return (struct span){ 0 };
	return s->segments[s->segment_count - 1];
}

const struct match *
match_find(struct subject *s, bool *open)
{
	struct dispatch_walk w = dispatch_begin(s->rules->dispatch, s->method,
	    first_segment(s), s->segment_count, last_segment(s));
	const struct dispatch_line *line;

	*open = s->may_override;
	if (s->trace != NULL)
		return find_traced(s);
	while ((line = dispatch_next(&w)) != NULL) {
		enum truth holds;

		if (!guard_holds(s, line->guard) ||
		    !match_path(s, &line->match->path))
			continue;
		holds = subject_holds_all(s, &line->match->conds);
		if (holds == YES)
			return line->match;
		if (holds == NOT_KNOWN)
			*open = true;
	}
	return NULL;
}
