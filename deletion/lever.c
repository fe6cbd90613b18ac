#include "deletion/lever.h"

#include "base/arena.h"
#include "deletion/match.h"
#include "deletion/subject.h"

static bool
take_token(struct subject *s, const struct source *source, struct arena *arena,
    struct lever *out)
{
	struct list values = { 0 };

	if (!subject_values(s, source, &values) || values.count == 0 ||
	    values.at[0].len == 0)
		return false;
	out->is_token = true;
	out->kind = source->kind;
	out->name = arena_copy(arena, source->name);
	out->value = arena_copy(arena, values.at[0]);
	return true;
}

static bool
find_token(struct subject *s, const struct rule *rule, struct arena *arena,
    struct lever *out)
{
	for (size_t i = 0; i < rule->idem.count; i++)
		if (take_token(s, &rule->idem.at[i], arena, out)) {
			out->lifetime = rule->lifetime > 0 ? rule->lifetime
							   : s->rules->lifetime;
			return true;
		}
	return false;
}

/* A key can be added to any query, but to a body only if it is one. */
static bool
has_place(struct subject *s, enum source_kind kind)
{
	enum body_state state = subject_body(s)->state;

	if (kind == SOURCE_FORM)
		return state == BODY_FORM;
	if (kind == SOURCE_JSON)
		return state == BODY_JSON;
	return true;
}

static bool
find_flag(struct subject *s, const struct rule *rule, struct arena *arena,
    struct lever *out)
{
	for (size_t i = 0; i < rule->dry_run.count; i++) {
		const struct cond *c = &rule->dry_run.at[i];

		if (!has_place(s, c->source.kind))
			continue;
		out->kind = c->source.kind;
		out->name = arena_copy(arena, c->source.name);
		out->value = arena_copy(arena, c->globs.at[0]);
		return true;
	}
	return false;
}

typedef bool finder(struct subject *s, const struct rule *rule,
    struct arena *arena, struct lever *out);

static bool
find(finder *f, const struct rules *rules, const struct message *request,
    struct arena *arena, struct lever *out)
{
	struct arena scratch = ARENA_INIT;
	const struct match *line;
	struct subject s;
	bool open, found;

	*out = (struct lever){ 0 };
	subject_init(&s, rules, &request->parsed, request, &scratch);
	line = match_find(&s, &open);
	found = line != NULL && f(&s, line->rule, arena, out);
	arena_release(&scratch);
	return found;
}

bool
lever_token(const struct rules *rules, const struct message *request,
    struct arena *arena, struct lever *out)
{
	return find(find_token, rules, request, arena, out);
}

bool
lever_dry_run(const struct rules *rules, const struct message *request,
    struct arena *arena, struct lever *out)
{
	return find(find_flag, rules, request, arena, out);
}
