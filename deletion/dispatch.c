#include "deletion/dispatch.h"

#include <stdlib.h>

#include "base/xalloc.h"

#define uthash_fatal(msg) xalloc_failed()
#include <uthash.h>

struct bucket {
	struct span first;
	struct dispatch_list list;
	UT_hash_handle hh;
};

struct method {
	struct span name;
	struct bucket *buckets;
	struct dispatch_list any;
	struct dispatch_list root;
	struct method *next;
};

struct dispatch {
	struct dispatch_line *lines;
	size_t count;
	const struct cond **guards;
	size_t guard_count;
	struct method *methods;
};

static const struct dispatch_list nothing;

static struct method *
find_method(const struct dispatch *d, struct span name)
{
	struct method *m = d->methods;

	while (m != NULL && !span_eq(m->name, name))
		m = m->next;
	return m;
}

static struct bucket *
find_bucket(const struct method *m, struct span first)
{
	struct bucket *b;

	HASH_FIND(hh, m->buckets, first.p, first.len, b);
	return b;
}

static struct dispatch_list *
list_of_first(struct method *m, const struct segment *first)
{
	struct bucket *b;

	if (first->kind != SEGMENT_LITERAL)
		return &m->any;
	b = find_bucket(m, first->text);
	if (b == NULL) {
		b = xcalloc(1, sizeof(*b));
		b->first = first->text;
		HASH_ADD_KEYPTR(hh, m->buckets, b->first.p, b->first.len, b);
	}
	return &b->list;
}

static void
add(struct dispatch_list *list, size_t position)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 4;
		list->at = xrealloc(list->at, list->room * sizeof(*list->at));
	}
	list->at[list->count++] = (uint32_t)position;
}

static void
add_line(struct dispatch *d, const struct match *line, struct span name)
{
	struct method *m = find_method(d, name);

	if (m == NULL) {
		m = xcalloc(1, sizeof(*m));
		m->name = name;
		m->next = d->methods;
		d->methods = m;
	}
	if (line->path.count == 0)
		add(&m->root, d->count);
	else
		add(list_of_first(m, &line->path.at[0]), d->count);
}

static bool
same_cond(const struct cond *a, const struct cond *b)
{
	return span_eq(a->text, b->text);
}

/* Does a condition depend on the head alone, whatever the path caught? */
static bool
is_of_head(const struct cond *cond)
{
	enum source_kind kind = cond->source.kind;

	return kind == SOURCE_HOST || kind == SOURCE_AUTH ||
	    kind == SOURCE_QUERY || kind == SOURCE_HEADER;
}

/*
 * The first condition on the head, which lines may share: it is asked once
 * for a request.
 */
static unsigned
guard_of(struct dispatch *d, const struct match *line)
{
	for (size_t i = 0; i < line->conds.count; i++) {
		const struct cond *cond = &line->conds.at[i];
		size_t k = 0;

		if (!is_of_head(cond))
			continue;
		while (k < d->guard_count && !same_cond(d->guards[k], cond))
			k++;
		if (k == DISPATCH_GUARDS)
			continue;
		if (k == d->guard_count)
			d->guards[d->guard_count++] = cond;
		return (unsigned)k;
	}
	return DISPATCH_GUARDS;
}

static struct dispatch_line
line_of(struct dispatch *d, const struct match *m)
{
	const struct template *t = &m->path;
	struct dispatch_line line = { .match = m,
		.least = t->count,
		.most = t->count,
		.guard = guard_of(d, m),
		.verb = t->verb.p != NULL };

	for (size_t i = 0; i < t->count; i++)
		if (t->at[i].kind == SEGMENT_REST)
			line.most = SIZE_MAX;
	if (t->count > 0 && t->at[t->count - 1].kind == SEGMENT_LITERAL)
		line.last = t->at[t->count - 1].text;
	return line;
}

struct dispatch *
dispatch_new(const struct rules *rules)
{
	struct dispatch *d = xcalloc(1, sizeof(*d));
	size_t room = 0;

	for (size_t i = 0; i < rules->count; i++)
		room += rules->rules[i]->match_count;
	d->lines = xcalloc(room + 1, sizeof(*d->lines));
	d->guards = xcalloc(DISPATCH_GUARDS, sizeof(struct cond *));
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *r = rules->rules[i];

		for (size_t k = 0; k < r->match_count; k++) {
			const struct match *line = &r->matches[k];

			for (size_t n = 0; n < line->methods.count; n++)
				add_line(d, line, line->methods.at[n]);
			d->lines[d->count++] = line_of(d, line);
		}
	}
	return d;
}

static void
free_method(struct method *m)
{
	struct bucket *b, *next;

	HASH_ITER(hh, m->buckets, b, next)
	{
		HASH_DEL(m->buckets, b);
		free(b->list.at);
		free(b);
	}
	free(m->any.at);
	free(m->root.at);
	free(m);
}

void
dispatch_free(struct dispatch *d)
{
	if (d == NULL)
		return;
	while (d->methods != NULL) {
		struct method *next = d->methods->next;

		free_method(d->methods);
		d->methods = next;
	}
	free(d->lines);
	free(d->guards);
	free(d);
}

struct dispatch_walk
dispatch_begin(const struct dispatch *d, struct span method, struct span first,
    size_t count, struct span last)
{
	struct dispatch_walk w = { .dispatch = d,
		.exact = &nothing,
		.any = &nothing,
		.count = count,
		.last = last };
	const struct method *m = find_method(d, method);
	const struct bucket *b;

	if (m == NULL)
		return w;
	if (first.p == NULL) {
		w.exact = &m->root;
		return w;
	}
	w.colon = span_find(last, ':') < last.len;
	w.plain = span_find(last, '%') == last.len;
	w.any = &m->any;
	b = find_bucket(m, first);
	if (b != NULL)
		w.exact = &b->list;
	return w;
}

static const struct dispatch_line *
next_listed(struct dispatch_walk *w)
{
	bool more_i = w->i < w->exact->count, more_j = w->j < w->any->count;

	if (more_i && (!more_j || w->exact->at[w->i] < w->any->at[w->j]))
		return &w->dispatch->lines[w->exact->at[w->i++]];
	if (more_j)
		return &w->dispatch->lines[w->any->at[w->j++]];
	return NULL;
}

static bool
can_fit(const struct dispatch_walk *w, const struct dispatch_line *line)
{
	if (w->count < line->least || w->count > line->most)
		return false;
	if (line->verb && !w->colon)
		return false;
	return line->last.p == NULL || !w->plain ||
	    span_eq(line->last, w->last);
}

const struct dispatch_line *
dispatch_next(struct dispatch_walk *w)
{
	const struct dispatch_line *line = next_listed(w);

	while (line != NULL && !can_fit(w, line))
		line = next_listed(w);
	return line;
}

const struct cond *
dispatch_guard(const struct dispatch *d, unsigned guard)
{
	return d->guards[guard];
}
