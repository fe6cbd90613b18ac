#include "deletion/explain.h"

#include <stdlib.h>

#include "base/arena.h"
#include "deletion/classify.h"
#include "deletion/match.h"

enum {
	NEAR_MAX = 5,   /* match lines told */
	TOLD_MAX = 1000 /* origins and decisions */
};

struct teller {
	struct trace trace;
	struct arena *arena;
	struct explanation *out;
	struct near_miss nears[NEAR_MAX + 1];
	struct origin *origins;
	struct decision *decisions;
};

static const char *
what_of(const struct attempted *a)
{
	if (a->miss == MISS_METHOD)
		return "method";
	if (a->miss == MISS_SEGMENT)
		return "path";
	return a->cond->source.kind == SOURCE_HOST ? "host" : "condition";
}

/* One thing alone is wrong, and something particular to the line is right:
 * the method alone is not. */
static bool
is_near(const struct attempted *a)
{
	return a->misses == 1 && a->fits >= 2;
}

static size_t
same_rule(const struct teller *t, struct span rule)
{
	size_t i = 0;

	while (i < t->out->near_count && !span_eq(t->nears[i].rule, rule))
		i++;
	return i;
}

/* Keep the list in order, a rule once, what fits best first. */
static void
keep_near(struct teller *t, const struct near_miss *n)
{
	size_t i = same_rule(t, n->rule), *count = &t->out->near_count;

	if (i < *count && t->nears[i].fits >= n->fits)
		return;
	if (i == *count)
		++*count;
	for (; i > 0 && t->nears[i - 1].fits < n->fits; i--)
		t->nears[i] = t->nears[i - 1];
	t->nears[i] = *n;
	if (*count > NEAR_MAX)
		*count = NEAR_MAX;
}

static void
on_tried(struct trace *trace, const struct attempted *a)
{
	struct teller *t = (struct teller *)trace;
	const struct match *line = a->line;

	if (a->miss == MISS_NONE) {
		t->out->line = arena_copy(t->arena, line->text);
		t->out->place = line->place;
	} else if (is_near(a)) {
		keep_near(t,
		    &(struct near_miss){ .rule = line->rule->name,
			.line = line->text,
			.place = line->place,
			.what = what_of(a),
			.wanted = arena_copy(t->arena, a->wanted),
			.seen = arena_copy(t->arena, a->seen),
			.fits = a->fits });
	}
}

static void
on_found(struct trace *trace, const struct source *source,
    const struct list *values)
{
	struct teller *t = (struct teller *)trace;
	size_t *n = &t->out->origin_count;

	for (size_t i = 0; i < values->count && *n < TOLD_MAX; i++)
		t->origins[(*n)++] = (struct origin){ .what = trace->what,
			.source = source->text,
			.value = arena_copy(t->arena, values->at[i]),
			.place = source->place };
}

static void
on_decided(struct trace *trace, struct place place, struct span how)
{
	struct teller *t = (struct teller *)trace;

	if (t->out->decision_count < TOLD_MAX)
		t->decisions[t->out->decision_count++] =
		    (struct decision){ arena_copy(t->arena, how), place };
}

static void
read_all(struct subject *s, const struct exchange *x, struct arena *arena,
    struct explanation *out)
{
	const struct match *line;
	bool open;

	line = match_find(s, &open);
	out->is_deletion = line != NULL;
	if (line == NULL)
		return;
	classify_request(s, line, arena, &out->deletion);
	s->response = x->response;
	classify_response(s, line->rule, arena, &out->deletion);
}

void
deletion_explain(const struct rules *rules, const struct exchange *x,
    struct arena *arena, struct explanation *out)
{
	struct arena scratch = ARENA_INIT;
	struct teller *t = arena_alloc(arena, sizeof(*t));
	struct subject s;

	*out = (struct explanation){ 0 };
	*t = (struct teller){
		.trace = { NULL, on_tried, on_found, on_decided },
		.arena = arena,
		.out = out,
		.origins = arena_alloc(arena, TOLD_MAX * sizeof(struct origin)),
		.decisions =
		    arena_alloc(arena, TOLD_MAX * sizeof(struct decision)),
	};
	subject_init(&s, rules, &x->request->parsed, x->request, &scratch);
	s.trace = &t->trace;
	read_all(&s, x, arena, out);
	out->nears = t->nears;
	out->origins = t->origins;
	out->decisions = t->decisions;
	arena_release(&scratch);
}
