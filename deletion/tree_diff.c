#include "deletion/tree_diff.h"

#include <stdlib.h>

#include "base/arena.h"

/* One step of the way to a node; steps end at the root. */
struct step {
	const struct step *up; /* NULL: this one is the root */
	const struct tree *node;
	size_t position; /* in an array, or among elements of one name */
	bool indexed;    /* an element of an array */
};

/* State of one comparison. */
struct walk {
	const struct tree_diff *d;
	bool same, stopped;
};

/* The children of a node that take part, by name where names count. */
struct children {
	const struct tree **at;
	size_t count;
};

static struct span
shorten(struct span s, size_t most, struct arena *arena)
{
	if (s.len <= most)
		return s;
	return arena_printf(arena, "%.*s...", (int)(most - 3),
	    (const char *)s.p);
}

/* A name as a step of a JSON pointer (RFC 6901, section 3). */
static struct span
escape_step(struct span name, struct arena *arena)
{
	struct span out = { 0 };
	struct span rest = name;

	if (span_find(name, '/') == name.len &&
	    span_find(name, '~') == name.len)
		return name;
	while (rest.len > 0) {
		const char *c = rest.p[0] == '~' ? "~0"
		    : rest.p[0] == '/'           ? "~1"
						 : NULL;

		out = arena_printf(arena, "%.*s%.*s", (int)out.len,
		    (const char *)out.p, c != NULL ? 2 : 1,
		    c != NULL ? c : (const char *)rest.p);
		rest = span_sub(rest, 1, SIZE_MAX);
	}
	return out;
}

static struct span
path_of_step(const struct step *s, struct arena *arena)
{
	struct span up = { (const uint8_t *)"", 0 }, name;

	if (s->up != NULL)
		up = path_of_step(s->up, arena);
	else if (s->node->kind != TREE_ELEMENT)
		return up;
	if (s->indexed)
		return arena_printf(arena, "%.*s/%zu", (int)up.len,
		    (const char *)up.p, s->position);
	name = shorten(s->node->name, TREE_DIFF_STEP, arena);
	if (s->node->kind != TREE_ELEMENT)
		name = escape_step(name, arena);
	up = arena_printf(arena, "%.*s/%.*s", (int)up.len, (const char *)up.p,
	    (int)name.len, (const char *)name.p);
	if (s->node->kind != TREE_ELEMENT || s->position == 0)
		return up;
	return arena_printf(arena, "%.*s[%zu]", (int)up.len, (const char *)up.p,
	    s->position + 1);
}

static size_t
count_children(const struct tree *node)
{
	size_t n = 0;

	for (const struct tree *t = node->first; t != NULL; t = t->next)
		n++;
	return n;
}

static struct span
text_of(const struct tree *node, struct arena *arena)
{
	size_t n;

	if (node == NULL)
		return (struct span){ 0 };
	if (node->kind == TREE_NULL)
		return span_of_str("null");
	if (node->kind == TREE_OBJECT || node->kind == TREE_ARRAY ||
	    (node->kind == TREE_ELEMENT && node->first != NULL)) {
		n = count_children(node);
		return arena_printf(arena, "%c%zu%c",
		    node->kind == TREE_ARRAY ? '[' : '{', n,
		    node->kind == TREE_ARRAY ? ']' : '}');
	}
	return shorten(tree_quoted(node, arena), TREE_DIFF_TEXT, arena);
}

static void
tell(struct walk *w, const struct step *s, const struct tree *a,
    const struct tree *b)
{
	struct arena *arena = w->d->arena;

	w->same = false;
	if (!w->d->tell(w->d->ctx, path_of_step(s, arena), text_of(a, arena),
		text_of(b, arena)))
		w->stopped = true;
}

static bool
is_left_out(const struct walk *w, const struct tree *node)
{
	return w->d->is_left_out != NULL && w->d->is_left_out(w->d->ctx, node);
}

static bool
both_secret(const struct walk *w, const struct tree *a, const struct tree *b)
{
	return w->d->is_secret != NULL && w->d->is_secret(w->d->ctx, a) &&
	    w->d->is_secret(w->d->ctx, b);
}

static struct children
children_of(const struct walk *w, const struct tree *node)
{
	size_t size = count_children(node) * sizeof(struct tree *);
	struct children c = { arena_alloc(w->d->arena, size), 0 };

	for (const struct tree *t = node->first; t != NULL; t = t->next)
		if (!is_left_out(w, t))
			c.at[c.count++] = t;
	return c;
}

static struct span
trim(struct span s)
{
	while (s.len > 0 && strchr(" \t\r\n", s.p[0]) != NULL)
		s = span_sub(s, 1, SIZE_MAX);
	while (s.len > 0 && strchr(" \t\r\n", s.p[s.len - 1]) != NULL)
		s.len--;
	return s;
}

static bool
texts_are_same(const struct walk *w, const struct tree *a, const struct tree *b)
{
	struct span x = a->text, y = b->text;

	if (a->first != NULL && b->first != NULL) {
		x = trim(x);
		y = trim(y);
	}
	return span_eq(x, y) || both_secret(w, a, b);
}

static void compare(struct walk *w, const struct step *s, const struct tree *a,
    const struct tree *b);

static void
compare_arrays(struct walk *w, const struct step *up, struct children a,
    struct children b)
{
	size_t n = a.count > b.count ? a.count : b.count;

	for (size_t i = 0; i < n && !w->stopped; i++) {
		const struct tree *x = i < a.count ? a.at[i] : NULL;
		const struct tree *y = i < b.count ? b.at[i] : NULL;
		struct step s = { up, x != NULL ? x : y, i, true };

		compare(w, &s, x, y);
	}
}

/* By name, then as they stand: pointers into one tree say nothing of that. */
static int
compare_names(const void *a, const void *b)
{
	const struct tree *const *x = a, *const *y = b;

	return span_cmp((*x)->name, (*y)->name);
}

/* A stable sort of pointers: merge the halves. */
static void
sort_by_name(const struct tree **at, const struct tree **spare, size_t n)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	sort_by_name(at, spare, half);
	sort_by_name(at + half, spare, n - half);
	while (i < half && j < n)
		spare[k++] =
		    compare_names(&at[i], &at[j]) <= 0 ? at[i++] : at[j++];
	while (i < half)
		spare[k++] = at[i++];
	memcpy(at, spare, k * sizeof(struct tree *));
}

static void
sort_children(struct children *c, struct arena *arena)
{
	size_t size = c->count * sizeof(struct tree *);

	sort_by_name(c->at, arena_alloc(arena, size), c->count);
}

/* How many of those before i have its name, if i - 1 has nth. */
static size_t
next_nth(const struct children *c, size_t i, size_t nth)
{
	bool again =
	    i < c->count && span_eq(c->at[i - 1]->name, c->at[i]->name);

	return again ? nth + 1 : 0;
}

/* The order of two children: by name, then by how often it came before. */
static int
order_of(const struct children *a, size_t i, size_t nth_a,
    const struct children *b, size_t j, size_t nth_b)
{
	int order;

	if (i == a->count || j == b->count)
		return i == a->count ? 1 : -1;
	order = compare_names(&a->at[i], &b->at[j]);
	if (order == 0)
		return (nth_a > nth_b) - (nth_a < nth_b);
	return order;
}

static void
compare_named(struct walk *w, const struct step *up, struct children a,
    struct children b)
{
	size_t i = 0, j = 0, nth_a = 0, nth_b = 0;

	sort_children(&a, w->d->arena);
	sort_children(&b, w->d->arena);
	while ((i < a.count || j < b.count) && !w->stopped) {
		int order = order_of(&a, i, nth_a, &b, j, nth_b);
		const struct tree *x = order <= 0 ? a.at[i] : NULL;
		const struct tree *y = order >= 0 ? b.at[j] : NULL;
		struct step s = { up, x != NULL ? x : y,
			x != NULL ? nth_a : nth_b, false };

		compare(w, &s, x, y);
		if (order <= 0) {
			i++;
			nth_a = next_nth(&a, i, nth_a);
		}
		if (order >= 0) {
			j++;
			nth_b = next_nth(&b, j, nth_b);
		}
	}
}

/* No deeper than TREE_MAX_DEPTH.  Either may be NULL, but not both. */
static void
compare(struct walk *w, const struct step *s, const struct tree *a,
    const struct tree *b)
{
	if (a == NULL || b == NULL || a->kind != b->kind) {
		tell(w, s, a, b);
		return;
	}
	if (a->kind == TREE_ARRAY) {
		compare_arrays(w, s, children_of(w, a), children_of(w, b));
		return;
	}
	if (a->kind != TREE_OBJECT && !texts_are_same(w, a, b)) {
		tell(w, s, a, b);
		if (w->stopped)
			return;
	}
	if (a->first != NULL || b->first != NULL)
		compare_named(w, s, children_of(w, a), children_of(w, b));
}

bool
tree_diff(const struct tree_diff *d, const struct tree *a, const struct tree *b)
{
	struct walk w = { .d = d, .same = true };
	struct step root = { .node = a };

	if (a->kind == TREE_ELEMENT && !span_eq(a->name, b->name))
		tell(&w, &root, a, NULL);
	else
		compare(&w, &root, a, b);
	return w.same;
}
