#include "replay/compare.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/content.h"
#include "deletion/glob.h"
#include "http/exchange.h"
#include "store/store.h"

const char *
compared_name(enum compared c)
{
#define X(id, name) [COMPARED_##id] = name,
	static const char *const names[] = { COMPARED(X) };
#undef X

	return names[c];
}

static int
add_text(struct span **list, size_t *count, struct span text, struct err *err)
{
	if (*count == COMPARE_MAX_IGNORED)
		return err_set(err, ERR_LIMIT, "more than %d fields to ignore",
		    COMPARE_MAX_IGNORED);
	*list = xrealloc(*list, (*count + 1) * sizeof(**list));
	(*list)[(*count)++] = text;
	return 0;
}

static int
ignore_part(struct comparison *c, struct span kind, struct span name,
    const char *field, struct err *err)
{
	if (span_eq_str(kind, "header") && name.len > 0)
		return add_text(&c->headers, &c->header_count, name, err);
	if (span_eq_str(kind, "body") && name.len > 0 && name.p[0] == '/')
		return add_text(&c->pointers, &c->pointer_count, name, err);
	return err_set(err, ERR_USAGE,
	    "cannot ignore \"%s\": it takes header:NAME or body:/POINTER",
	    field);
}

int
comparison_ignore(struct comparison *c, const char *field, struct err *err)
{
	static const struct {
		const char *name;
		enum compared what[2];
	} fields[] = {
		{ "status", { COMPARED_STATUS, COMPARED_REASON } },
		{ "outcome", { COMPARED_OUTCOME, COMPARED_TARGET } },
		{ "verdict", { COMPARED_VERDICT, COMPARED_VERDICT } },
		{ "header", { COMPARED_HEADER, COMPARED_HEADER } },
		{ "body", { COMPARED_BODY, COMPARED_BODY } },
	};
	struct span name = span_of_str(field);
	struct span kind = span_cut(&name, ':');

	if (name.p != NULL)
		return ignore_part(c, kind, name, field, err);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (span_eq_str(kind, fields[i].name)) {
			c->ignored[fields[i].what[0]] = true;
			c->ignored[fields[i].what[1]] = true;
			return 0;
		}
	return err_set(err, ERR_USAGE, "cannot ignore \"%s\": no such field",
	    field);
}

void
comparison_release(struct comparison *c)
{
	free(c->headers);
	free(c->pointers);
	c->headers = c->pointers = NULL;
	c->header_count = c->pointer_count = 0;
}

void
differences_add(struct differences *out, const struct comparison *c,
    struct difference d)
{
	if (c->ignored[d.what])
		return;
	if (out->count < DIFFERENCES_MAX)
		out->at[out->count++] = d;
	else
		out->more = true;
}

/* One pair being compared. */
struct work {
	const struct comparison *c;
	struct arena *arena;
	struct differences *out;
};

static void
differ(struct work *w, enum compared what, struct span name, struct span a,
    struct span b)
{
	differences_add(w->out, w->c, (struct difference){ what, name, a, b });
}

static struct span
word(const char *text)
{
	return text != NULL ? span_of_str(text) : (struct span){ 0 };
}

static struct span
status_text(const struct exchange *x, struct arena *arena)
{
	if (x->response == NULL)
		return (struct span){ 0 };
	return arena_printf(arena, "%d", exchange_status(x));
}

static void
compare_status(struct work *w, const struct exchange *a,
    const struct exchange *b)
{
	struct span none = { 0 };

	if (exchange_status(a) != exchange_status(b))
		differ(w, COMPARED_STATUS, none, status_text(a, w->arena),
		    status_text(b, w->arena));
	if (a->reason != b->reason)
		differ(w, COMPARED_REASON, none, word(reason_name(a->reason)),
		    word(reason_name(b->reason)));
}

static int
compare_targets(const void *a, const void *b)
{
	const struct target *const *x = a, *const *y = b;
	int order = span_cmp((*x)->type, (*y)->type);

	if (order == 0)
		order = span_cmp((*x)->id, (*y)->id);
	return order != 0 ? order : span_cmp((*x)->scope, (*y)->scope);
}

static const struct target **
sort_targets(const struct deletion *d, struct arena *arena)
{
	const struct target **sorted =
	    arena_alloc(arena, d->target_count * sizeof(struct target *));

	for (size_t i = 0; i < d->target_count; i++)
		sorted[i] = &d->targets[i];
	qsort(sorted, d->target_count, sizeof(struct target *),
	    compare_targets);
	return sorted;
}

static struct span
target_text(const struct target *t, struct arena *arena)
{
	return arena_printf(arena, "%s%s%.*s", outcome_name(t->outcome),
	    t->code.len > 0 ? " " : "", (int)t->code.len,
	    (const char *)t->code.p);
}

static void
differ_target(struct work *w, const struct target *a, const struct target *b)
{
	struct span name = a->type.len == 0
	    ? a->id
	    : arena_printf(w->arena, "%.*s:%.*s", (int)a->type.len,
		  (const char *)a->type.p, (int)a->id.len,
		  (const char *)a->id.p);

	differ(w, COMPARED_TARGET, name, target_text(a, w->arena),
	    target_text(b, w->arena));
}

/* Both have the same targets, or they would not be a pair. */
static void
compare_each_target(struct work *w, const struct deletion *a,
    const struct deletion *b)
{
	const struct target **x, **y;

	if (a->target_count != b->target_count)
		return;
	x = sort_targets(a, w->arena);
	y = sort_targets(b, w->arena);
	for (size_t i = 0; i < a->target_count; i++)
		if (x[i]->outcome != y[i]->outcome ||
		    !span_eq(x[i]->code, y[i]->code))
			differ_target(w, x[i], y[i]);
}

static void
compare_outcomes(struct work *w, const struct reading *a,
    const struct reading *b)
{
	bool first = a->kind == KIND_DELETION,
	     second = b->kind == KIND_DELETION;
	const char *x = first ? outcome_name(a->deletion.outcome) : NULL;
	const char *y = second ? outcome_name(b->deletion.outcome) : NULL;
	struct span none = { 0 };

	if (!first && !second)
		return;
	if (first != second || a->deletion.outcome != b->deletion.outcome)
		differ(w, COMPARED_OUTCOME, none, word(x), word(y));
	/* A single target fares as the whole. */
	if (first && second && a->deletion.target_count > 1)
		compare_each_target(w, &a->deletion, &b->deletion);
}

static bool
is_ignored_header(const struct comparison *c, struct span name)
{
	for (size_t i = 0; i < c->header_count; i++)
		if (glob_matches(c->headers[i], name, true))
			return true;
	return false;
}

static bool
tell_header(void *ctx, struct span name, struct span a, struct span b)
{
	struct work *w = ctx;

	if (!is_ignored_header(w->c, name))
		differ(w, COMPARED_HEADER, name, a, b);
	return !w->out->more;
}

static bool
tell_body(void *ctx, struct span place, struct span a, struct span b)
{
	struct work *w = ctx;

	differ(w, COMPARED_BODY, place, a, b);
	return !w->out->more;
}

static void
compare_responses(struct work *w, const struct message *a,
    const struct message *b)
{
	const struct comparison *c = w->c;
	struct content_ignored ignored = { c->pointers, c->pointer_count };

	if (!c->ignored[COMPARED_HEADER] && !span_eq(a->head, b->head))
		content_diff_fields(c->rules, a, b, w->arena, tell_header, w);
	if (!c->ignored[COMPARED_BODY])
		content_diff_bodies(c->rules, a, b, &ignored, w->arena,
		    tell_body, w);
}

void
compare(const struct comparison *c, const struct entry *a,
    const struct entry *b, struct arena *arena, struct differences *out)
{
	struct work w = { c, arena, out };
	const struct exchange *x = a->exchange, *y = b->exchange;

	out->count = 0;
	out->more = false;
	compare_status(&w, x, y);
	compare_outcomes(&w, &a->reading, &b->reading);
	if (x->response != NULL && y->response != NULL)
		compare_responses(&w, x->response, y->response);
}
