#include "deletion/classify.h"

/* The values of all sources, in order, joined by "/". */
static struct span
join_scope(struct subject *s, const struct sources *scope, struct arena *arena)
{
	struct span all = { 0 };

	trace_ask(s, "scope");
	for (size_t i = 0; i < scope->count; i++) {
		struct sources one = { &scope->at[i], 1 };
		struct span value = subject_first(s, &one);

		if (value.len == 0)
			continue;
		all = all.p == NULL
		    ? arena_copy(arena, value)
		    : arena_printf(arena, "%.*s/%.*s", (int)all.len,
			  (const char *)all.p, (int)value.len,
			  (const char *)value.p);
	}
	return all;
}

static struct span
type_of(struct subject *s, const struct rule *rule, struct arena *arena)
{
	trace_ask(s, "type");
	if (rule->type.p != NULL) {
		trace_said(s, rule->type,
		    (struct place){ rule->file, rule->line });
		return rule->type;
	}
	return arena_copy(arena, subject_first(s, &rule->types));
}

/* Without ids there is one target, of which the id is absent. */
static void
extract_targets(struct subject *s, const struct rule *rule, struct arena *arena,
    struct deletion *out)
{
	struct span type = type_of(s, rule, arena);
	struct span scope = join_scope(s, &rule->scope, arena);
	struct list ids = { 0 };
	struct target *list;
	size_t n = 0;

	trace_ask(s, "id");
	subject_all(s, &rule->ids, &ids);
	list = arena_alloc(arena, (ids.count + 1) * sizeof(*list));
	for (size_t i = 0; i < ids.count; i++) {
		if (ids.at[i].len == 0)
			continue;
		list[n++].id = arena_copy(arena, ids.at[i]);
	}
	out->set_delete = n == 0 || rule->set_delete;
	if (n == 0)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		list[i].type = type;
		list[i].scope = scope;
		list[i].outcome = OUTCOME_UNKNOWN;
	}
	out->targets = list;
	out->target_count = n;
}

void
classify_request(struct subject *s, const struct match *line,
    struct arena *arena, struct deletion *out)
{
	const struct rule *rule = line->rule;
	struct span token;

	trace_ask(s, "token");
	token = subject_first(s, &rule->idem);
	*out = (struct deletion){ .operation = arena_copy(arena, rule->name),
		.contract = rule->contract,
		.outcome = OUTCOME_UNKNOWN,
		.token = token.len > 0 ? arena_copy(arena, token)
				       : (struct span){ 0 } };
	extract_targets(s, rule, arena, out);
	trace_ask(s, "dry run");
	out->dry_run = subject_holds_any(s, &s->rules->dry_run);
	trace_ask(s, "force");
	out->force = subject_holds_any(s, &s->rules->force) ||
	    subject_holds_any(s, &rule->force);
	trace_ask(s, NULL);
}
