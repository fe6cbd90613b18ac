#include "deletion/match.h"

#include "deletion/dispatch.h"

/* The segments of a path that a template is tried on. */
struct attempt {
	struct subject *s;
	size_t count;
	struct span last; /* without the verb */
	struct span end;  /* where the path ends, less the verb */
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
capture(struct attempt *a, struct span name, struct span raw)
{
	struct captures *c = &a->s->captures;

	c->at[c->count++] = (struct capture){ name, raw };
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
			capture(a, g->text, join_segments(a, from, mark));
			continue;
		}
		if (g != NULL && i < a->count &&
		    (g->kind == SEGMENT_ONE ||
			literal_fits(a, g->text, segment_at(a, i)))) {
			if (g->kind == SEGMENT_ONE)
				capture(a, g->text, segment_at(a, i));
			i++;
			k++;
			continue;
		}
		if (star == SIZE_MAX || mark >= a->count)
			return false;
		i = ++mark;
		k = star + 1;
		a->s->captures.count = kept;
		capture(a, t->at[star].text, join_segments(a, from, mark));
	}
	return true;
}

static void
decode_captures(struct subject *s)
{
	for (size_t i = 0; i < s->captures.count; i++)
		s->captures.at[i].value =
		    url_decode(s->captures.at[i].value, false, s->arena);
}

bool
match_path(struct subject *s, const struct template *t)
{
	struct attempt a = { .s = s, .count = s->segment_count };

	s->captures.count = 0;
	if (t->rest ? a.count < t->count : a.count != t->count)
		return false;
	if (a.count > 0) {
		a.last = s->segments[a.count - 1];
		a.end.p = s->url.path.p + s->url.path.len;
	}
	if (!cut_off_verb(&a, t->verb) || !fit(&a, t))
		return false;
	decode_captures(s);
	return true;
}

static struct span
first_segment(struct subject *s)
{
	struct span none = { 0 };

	if (s->segment_count == 0)
		return none;
	return url_decode(s->segments[0], false, s->arena);
}

const struct match *
match_find(struct subject *s, bool *open)
{
	struct dispatch_walk w =
	    dispatch_begin(s->rules->dispatch, s->method, first_segment(s));
	const struct match *line;

	*open = s->may_override;
	while ((line = dispatch_next(&w)) != NULL) {
		enum truth holds;

		if (!match_path(s, &line->path))
			continue;
		holds = subject_holds_all(s, &line->conds);
		if (holds == YES)
			return line;
		if (holds == NOT_KNOWN)
			*open = true;
	}
	return NULL;
}
