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
	const struct match **lines;
	size_t count;
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

struct dispatch *
dispatch_new(const struct rules *rules)
{
	struct dispatch *d = xcalloc(1, sizeof(*d));
	size_t room = 0;

	for (size_t i = 0; i < rules->count; i++)
		room += rules->rules[i]->match_count;
	d->lines = xcalloc(room + 1, sizeof(*d->lines));
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *r = rules->rules[i];

		for (size_t k = 0; k < r->match_count; k++) {
			const struct match *line = &r->matches[k];

			for (size_t n = 0; n < line->methods.count; n++)
				add_line(d, line, line->methods.at[n]);
			d->lines[d->count++] = line;
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
	free(d);
}

struct dispatch_walk
dispatch_begin(const struct dispatch *d, struct span method, struct span first)
{
	struct dispatch_walk w = { .dispatch = d,
		.exact = &nothing,
		.any = &nothing };
	const struct method *m = find_method(d, method);
	const struct bucket *b;

	if (m == NULL)
		return w;
	if (first.p == NULL) {
		w.exact = &m->root;
		return w;
	}
	w.any = &m->any;
	b = find_bucket(m, first);
	if (b != NULL)
		w.exact = &b->list;
	return w;
}

const struct match *
dispatch_next(struct dispatch_walk *w)
{
	bool more_i = w->i < w->exact->count, more_j = w->j < w->any->count;

	if (more_i && (!more_j || w->exact->at[w->i] < w->any->at[w->j]))
		return w->dispatch->lines[w->exact->at[w->i++]];
	if (more_j)
		return w->dispatch->lines[w->any->at[w->j++]];
	return NULL;
}
