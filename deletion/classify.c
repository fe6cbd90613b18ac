#include "deletion/classify.h"

#include <stdlib.h>

#include "deletion/glob.h"

/* One classification under way. */
struct judge {
	struct subject *s;
	const struct rule *rule;
	struct arena *arena;
	struct target *targets; /* sorted copies are not needed: see find */
	struct target **by_id;
	bool *listed;
	size_t count;
	int status;
	bool own; /* the rule's own lines decided */
	struct place by_status;
};

static bool
table_has(const struct codes *table, int status, struct span code,
    enum outcome *outcome, const struct code **why)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct code *c = &table->at[i];

		if ((c->status != 0 && c->status != status) ||
		    !glob_matches(c->glob, code, false))
			continue;
		*outcome = c->outcome;
		*why = c;
		return true;
	}
	return false;
}

static bool
code_means(const struct rules *rules, const struct rule *rule, int status,
    struct span code, enum outcome *outcome, bool *own, const struct code **why)
{
	*own = table_has(&rule->codes, status, code, outcome, why) ||
	    table_has(&rule->file_codes, status, code, outcome, why);
	return *own || table_has(&rules->codes, status, code, outcome, why);
}

bool
classify_code(const struct rules *rules, const struct rule *rule, int status,
    struct span code, enum outcome *outcome, bool *own)
{
	const struct code *why;

	return code_means(rules, rule, status, code, outcome, own, &why);
}

static bool
is_success(int status)
{
	return status >= 200 && status < 300;
}

/* Some servers give a code for success too. */
static bool
means_nothing(struct span code)
{
	return code.len == 0 || span_eq_str(code, "0") ||
	    span_eq_str(code, "200") ||
	    span_eq_nocase(code, span_of_str("ok")) ||
	    span_eq_nocase(code, span_of_str("success"));
}

static struct span
first_of(struct subject *s, const struct sources *own,
    const struct sources *general)
{
	struct span value = subject_first(s, own);

	return value.len > 0 ? value : subject_first(s, general);
}

static void
read_words(struct judge *j, struct deletion *out)
{
	const struct rules *rules = j->s->rules;
	struct span code;

	trace_ask(j->s, "code");
	code = first_of(j->s, &j->rule->code, &rules->code);
	if (!means_nothing(code)) {
		j->s->code = code;
		out->code = arena_copy(j->arena, code);
	}
	trace_ask(j->s, "message");
	out->message =
	    arena_copy(j->arena, first_of(j->s, &j->rule->text, &rules->text));
	trace_ask(j->s, "request id");
	out->request_id =
	    arena_copy(j->arena, subject_first(j->s, &rules->request_id));
	trace_ask(j->s, NULL);
}

static const struct place nowhere;

/* "%.*s" arguments for a text in a decision, at most 120 bytes of it. */
#define SHORT(s) (int)((s).len > 120 ? 120 : (s).len), (const char *)(s).p

static bool
lacks(struct judge *j, const struct source *source)
{
	trace_decided(j->s, source->place, "%.*s is needed and not there",
	    SHORT(source->text));
	return false;
}

/* What the rule needs to see before it believes a success. */
static bool
has_needed(struct judge *j)
{
	for (size_t i = 0; i < j->rule->need.count; i++) {
		const struct source *source = &j->rule->need.at[i];
		struct sources one = { source, 1 };
		struct list found = { 0 };

		subject_values(j->s, source, &found);
		if (found.count == 0)
			return lacks(j, source);
		if (source->kind != SOURCE_RXML &&
		    subject_first(j->s, &one).len == 0)
			return lacks(j, source);
	}
	return true;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct target *const *x = a, *const *y = b;

	return span_cmp((*x)->id, (*y)->id);
}

static void
index_targets(struct judge *j)
{
	j->by_id = arena_alloc(j->s->arena, (j->count + 1) * sizeof(*j->by_id));
	j->listed = arena_alloc(j->s->arena, j->count + 1);
	for (size_t i = 0; i < j->count; i++)
		j->by_id[i] = &j->targets[i];
	qsort(j->by_id, j->count, sizeof(*j->by_id), compare_ids);
}

/* The first position in by_id whose id is not below id. */
static size_t
lower_bound(const struct judge *j, struct span id)
{
	size_t low = 0, high = j->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (span_cmp(j->by_id[mid]->id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static enum outcome
outcome_of_state(const struct rule *rule, struct span state)
{
	for (size_t i = 0; i < rule->state_count; i++)
		if (glob_matches(rule->states[i].glob, state, false))
			return rule->states[i].outcome;
	return OUTCOME_UNKNOWN;
}

/* Is what holds the code there, although the code is not? */
static bool
has_error_without_code(const struct tree *node, struct span pointer)
{
	const struct tree *parent;
	size_t len = pointer.len;

	while (len > 0 && pointer.p[len - 1] != '/')
		len--;
	if (len <= 1)
		return false;
	parent = tree_first(node, span_sub(pointer, 0, len - 1), false);
	return parent != NULL && parent->kind != TREE_NULL;
}

static struct span
text_at(struct judge *j, const struct tree *node, struct span pointer)
{
	const struct tree *t = NULL;

	if (pointer.p != NULL)
		t = tree_first(node, pointer, false);
	return t ? tree_text(t, j->s->arena) : (struct span){ 0 };
}

static enum outcome
outcome_of_item(struct judge *j, const struct item *item,
    const struct tree *node, struct span *code)
{
	enum outcome outcome = OUTCOME_FAILED;
	const struct code *why;
	bool own;

	*code = text_at(j, node, item->code);
	if (!means_nothing(*code)) {
		if (code_means(j->s->rules, j->rule, 0, *code, &outcome, &own,
			&why))
			trace_decided(j->s, why->place, "code %.*s is %.*s",
			    SHORT(*code), SHORT(why->glob));
		return outcome;
	}
	if (item->code.p != NULL && has_error_without_code(node, item->code))
		return OUTCOME_UNKNOWN;
	if (item->fixed != OUTCOME_COUNT)
		return item->fixed;
	if (item->state.p == NULL)
		return OUTCOME_DELETED;
	return outcome_of_state(j->rule, text_at(j, node, item->state));
}

struct item_visit {
	struct judge *judge;
	const struct item *item;
};

static bool
visit_item(void *arg, const struct tree *node)
{
	struct item_visit *v = arg;
	struct judge *j = v->judge;
	struct span id = text_at(j, node, v->item->id), code;
	enum outcome outcome;
	size_t i;

	if (id.len == 0)
		return true;
	outcome = outcome_of_item(j, v->item, node, &code);
	trace_decided(j->s, v->item->list.place, "%.*s says %s of %.*s",
	    SHORT(v->item->list.text), outcome_name(outcome), SHORT(id));
	for (i = lower_bound(j, id);
	     i < j->count && span_eq(j->by_id[i]->id, id); i++) {
		struct target *t = j->by_id[i];

		/* A reply that contradicts itself proves nothing. */
		if (j->listed[i] && t->outcome != outcome)
			outcome = OUTCOME_UNKNOWN;
		t->outcome = outcome;
		if (code.len > 0)
			t->code = arena_copy(j->arena, code);
		j->listed[i] = true;
	}
	return true;
}

static enum outcome
judge_unlisted(struct judge *j)
{
	if (subject_holds_all(j->s, &j->rule->unlisted_if) != YES)
		return OUTCOME_UNKNOWN;
	return j->rule->unlisted;
}

static enum outcome
aggregate(const struct judge *j)
{
	for (size_t i = 1; i < j->count; i++)
		if (j->targets[i].outcome != j->targets[0].outcome)
			return OUTCOME_PARTIAL;
	return j->targets[0].outcome;
}

static enum outcome
judge_items(struct judge *j)
{
	const struct body *answer = subject_answer(j->s);
	enum outcome unlisted = judge_unlisted(j);

	if (answer->root == NULL)
		return OUTCOME_UNKNOWN;
	index_targets(j);
	for (size_t i = 0; i < j->rule->item_count; i++) {
		const struct item *item = &j->rule->items[i];
		struct item_visit v = { j, item };
		bool xml = item->list.kind == SOURCE_RXML;

		if (answer->state == (xml ? BODY_XML : BODY_JSON))
			tree_find(answer->root, item->list.name, true,
			    visit_item, &v);
	}
	for (size_t i = 0; i < j->count; i++) {
		if (j->listed[i])
			continue;
		j->by_id[i]->outcome = unlisted;
		trace_decided(j->s, nowhere, "no item names %.*s: %s",
		    SHORT(j->by_id[i]->id), outcome_name(unlisted));
	}
	return aggregate(j);
}

static bool
judge_when(struct judge *j, enum outcome *outcome)
{
	for (size_t i = 0; i < j->rule->when_count; i++) {
		const struct when *w = &j->rule->whens[i];
		bool good = w->outcome == OUTCOME_DELETED ||
		    w->outcome == OUTCOME_ACCEPTED;

		if ((good && !is_success(j->status)) ||
		    subject_holds_all(j->s, &w->conds) != YES)
			continue;
		*outcome = w->outcome;
		trace_decided(j->s, w->place, "when %.*s", SHORT(w->text));
		return true;
	}
	return false;
}

static bool
status_in(struct judge *j, const struct statuses *map, enum outcome *outcome)
{
	for (size_t i = 0; i < map->count; i++) {
		if (map->at[i].status != j->status)
			continue;
		*outcome = map->at[i].outcome;
		j->by_status = map->at[i].place;
		return true;
	}
	return false;
}

static enum outcome
judge_status(struct judge *j)
{
	enum outcome outcome = OUTCOME_UNKNOWN;

	if (status_in(j, &j->rule->statuses, &outcome))
		j->own = true;
	else if (!status_in(j, &j->s->rules->statuses, &outcome) &&
	    j->status >= 400)
		outcome = j->status < 500 ? OUTCOME_INVALID : OUTCOME_FAILED;
	trace_decided(j->s, j->by_status, "status %d is %s", j->status,
	    outcome_name(outcome));
	return outcome;
}

static enum outcome
judge_code(struct judge *j)
{
	enum outcome outcome, by_status;
	const struct code *why;
	bool own;

	if (code_means(j->s->rules, j->rule, j->status, j->s->code, &outcome,
		&own, &why)) {
		j->own = own || status_in(j, &j->rule->statuses, &by_status);
		trace_decided(j->s, why->place, "code %.*s is %.*s: %s",
		    SHORT(j->s->code), SHORT(why->glob), outcome_name(outcome));
		return outcome;
	}
	if (!is_success(j->status))
		return judge_status(j);
	trace_decided(j->s, nowhere,
	    "a success with the code %.*s, which no table has",
	    SHORT(j->s->code));
	return OUTCOME_UNKNOWN;
}

static bool
is_captured(const struct message *m)
{
	return m != NULL && m->complete && m->hole_count == 0;
}

/* A success whose body was not seen, or cannot be read, is none. */
static bool
is_unreadable(struct judge *j)
{
	enum body_state state = subject_answer(j->s)->state;

	if (state == BODY_MISSING)
		trace_decided(j->s, nowhere, "%s",
		    j->s->response != NULL && j->s->response->purged != NULL
			? "the body was purged from the archive"
			: "the body was not captured whole");
	if (state == BODY_BROKEN)
		trace_decided(j->s, nowhere, "the body cannot be parsed");
	return state == BODY_MISSING || state == BODY_BROKEN;
}

static enum outcome
judge_answer(struct judge *j, bool dry_run)
{
	enum outcome outcome;

	j->own = true;
	if (dry_run) {
		trace_decided(j->s, nowhere, "the request only tried it out");
		return OUTCOME_DRYRUN;
	}
	if (is_success(j->status) && (is_unreadable(j) || !has_needed(j)) &&
	    means_nothing(j->s->code))
		return OUTCOME_UNKNOWN;
	if (is_success(j->status) && j->rule->item_count > 0 &&
	    means_nothing(j->s->code))
		return judge_items(j);
	if (judge_when(j, &outcome))
		return outcome;
	j->own = false;
	return means_nothing(j->s->code) ? judge_status(j) : judge_code(j);
}

/* Which of several targets fared well is not said. */
static enum outcome
outcome_of_one(const struct judge *j, enum outcome whole)
{
	return whole == OUTCOME_PARTIAL && j->count > 1 ? OUTCOME_UNKNOWN
							: whole;
}

void
classify_response(struct subject *s, const struct rule *rule,
    struct arena *arena, struct deletion *out)
{
	struct judge j = { .s = s, .rule = rule, .arena = arena };

	if (!is_captured(s->response)) {
		trace_decided(s, nowhere,
		    "the response is missing or was not captured whole");
		return;
	}
	j.status = s->response->parsed.status;
	j.count = out->target_count;
	j.targets = arena_alloc(arena, (j.count + 1) * sizeof(*j.targets));
	memcpy(j.targets, out->targets, j.count * sizeof(*j.targets));
	out->targets = j.targets;
	s->targets = j.targets;
	s->target_count = j.count;
	read_words(&j, out);
	out->outcome = judge_answer(&j, out->dry_run);
	if (out->outcome == OUTCOME_DELETED && !is_success(j.status)) {
		out->outcome = OUTCOME_UNKNOWN;
		trace_decided(s, nowhere, "status %d is no success", j.status);
	}
	out->contract = rule->contract && j.own;
	if (j.listed != NULL)
		return;
	for (size_t i = 0; i < j.count; i++)
		j.targets[i].outcome = outcome_of_one(&j, out->outcome);
}
