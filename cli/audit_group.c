#include "cli/audit_group.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "cli/table.h"
#include "cli/text.h"
#include "http/digest.h"

#define uthash_fatal(msg) xalloc_failed()
#include <uthash.h>

/* What a deletion, or one target of it, is counted under. */
struct label {
	struct span value;
	struct span type, scope; /* of a target */
};

struct group {
	uint8_t key[DIGEST_SIZE];
	struct label label; /* in the arena of all */
	uint64_t deletions;
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t newest; /* id of the deletion counted last */
	int64_t first, last;
	UT_hash_handle hh;
};

struct audit_groups {
	enum audit_by by;
	size_t limit; /* bytes in the arena */
	struct arena arena;
	struct group *groups;
};

static const char *const by_names[BY_COUNT] = {
	[BY_TARGET] = "target",
	[BY_PRINCIPAL] = "principal",
	[BY_OPERATION] = "operation",
	[BY_DAY] = "day",
};

enum audit_by
audit_by_of_name(const char *name)
{
	enum audit_by by = 0;

	while (by < BY_COUNT && strcmp(name, by_names[by]) != 0)
		by++;
	return by;
}

struct audit_groups *
audit_groups_new(enum audit_by by, size_t limit)
{
	struct audit_groups *g = xcalloc(1, sizeof(*g));

	g->by = by;
	g->limit = limit;
	return g;
}

void
audit_groups_free(struct audit_groups *g)
{
	if (g == NULL)
		return;
	HASH_CLEAR(hh, g->groups);
	arena_release(&g->arena);
	free(g);
}

static void
label_key(uint8_t key[DIGEST_SIZE], const struct label *label)
{
	struct digest *digest = digest_new();

	digest_add_text(digest, label->value);
	digest_add_text(digest, label->type);
	digest_add_text(digest, label->scope);
	digest_finish(digest, key);
	digest_free(digest);
}

static struct group *
new_group(struct audit_groups *g, const uint8_t key[DIGEST_SIZE],
    const struct label *label)
{
	struct group *new = arena_alloc(&g->arena, sizeof(*new));

	memcpy(new->key, key, DIGEST_SIZE);
	new->label.value = arena_copy(&g->arena, label->value);
	new->label.type = arena_copy(&g->arena, label->type);
	new->label.scope = arena_copy(&g->arena, label->scope);
	new->first = INT64_MAX;
	new->last = INT64_MIN;
	HASH_ADD(hh, g->groups, key, DIGEST_SIZE, new);
	return new;
}

static int
count(struct audit_groups *g, const struct entry *e, const struct label *label,
    enum outcome outcome, struct err *err)
{
	int64_t t = exchange_time(e->exchange);
	uint8_t key[DIGEST_SIZE];
	struct group *group;

	label_key(key, label);
	HASH_FIND(hh, g->groups, key, DIGEST_SIZE, group);
	if (group == NULL && g->arena.held > g->limit)
		return err_set(err, ERR_LIMIT,
		    "more than %u groups; narrow them with filters",
		    HASH_COUNT(g->groups));
	if (group == NULL)
		group = new_group(g, key, label);
	if (group->newest == e->id)
		return 0; /* a target that is named twice */
	group->newest = e->id;
	group->deletions++;
	group->outcomes[outcome]++;
	group->first = t < group->first ? t : group->first;
	group->last = t > group->last ? t : group->last;
	return 0;
}

static int
count_targets(struct audit_groups *g, const struct entry *e, struct err *err)
{
	const struct deletion *d = &e->reading.deletion;
	struct label none = { 0 };

	for (size_t i = 0; i < d->target_count; i++) {
		const struct target *t = &d->targets[i];
		struct label label = { t->id, t->type, t->scope };

		if (count(g, e, &label, t->outcome, err) < 0)
			return -1;
	}
	return d->target_count > 0 ? 0 : count(g, e, &none, d->outcome, err);
}

int
audit_groups_add(struct audit_groups *g, const struct entry *e, struct err *err)
{
	const struct deletion *d = &e->reading.deletion;
	struct label label = { 0 };
	char day[TEXT_SIZE];

	if (g->by == BY_TARGET)
		return count_targets(g, e, err);
	if (g->by == BY_PRINCIPAL)
		label.value = e->reading.principal;
	else if (g->by == BY_OPERATION)
		label.value = d->operation;
	else
		label.value =
		    span_of_str(text_day(day, exchange_time(e->exchange)));
	return count(g, e, &label, d->outcome, err);
}

static int
compare_labels(const struct group *a, const struct group *b)
{
	int order = span_cmp(a->label.value, b->label.value);

	if (order == 0)
		order = span_cmp(a->label.type, b->label.type);
	return order != 0 ? order : span_cmp(a->label.scope, b->label.scope);
}

static int
compare_counts(const struct group *a, const struct group *b)
{
	if (a->deletions != b->deletions)
		return a->deletions < b->deletions ? 1 : -1;
	return compare_labels(a, b);
}

static void
sort(struct audit_groups *g)
{
	if (g->by == BY_DAY)
		HASH_SORT(g->groups, compare_labels);
	else
		HASH_SORT(g->groups, compare_counts);
}

enum { DELETIONS, OUTCOME, FIRST, LAST, VALUE, COLUMNS };

static void
time_cell(struct table *t, size_t column, int64_t time)
{
	char day[TEXT_SIZE], clock[TEXT_SIZE];

	table_cellf(t, column, "%s %.5s", text_day(day, time),
	    text_clock(clock, time));
}

/* A group of one outcome has it in its own row, others have rows for them. */
static void
outcome_rows(struct table *t, const struct group *g)
{
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		bool all = g->outcomes[o] == g->deletions;

		if (g->outcomes[o] == 0)
			continue;
		if (!all) {
			table_row(t);
			table_cellf(t, DELETIONS, "%" PRIu64, g->outcomes[o]);
		}
		table_cellf(t, OUTCOME, "%s%s", all ? "" : " ",
		    outcome_name(o));
	}
}

static void
rows(struct table *t, const struct group *g)
{
	table_row(t);
	table_cellf(t, DELETIONS, "%" PRIu64, g->deletions);
	time_cell(t, FIRST, g->first);
	time_cell(t, LAST, g->last);
	if (g->label.value.p == NULL)
		table_cellf(t, VALUE, "-");
	else
		table_cell(t, VALUE, g->label.value);
	outcome_rows(t, g);
}

void
audit_groups_print(struct audit_groups *g, FILE *out)
{
	static const char *const headings[BY_COUNT] = { "TARGET", "PRINCIPAL",
		"OPERATION", "DAY" };
	const struct column columns[COLUMNS] = {
		[DELETIONS] = { "DELETIONS", COLUMN_NUMBER, 0 },
		[OUTCOME] = { "OUTCOME", COLUMN_TEXT, 0 },
		[FIRST] = { "FIRST", COLUMN_TEXT, 0 },
		[LAST] = { "LAST", COLUMN_TEXT, 0 },
		[VALUE] = { headings[g->by], COLUMN_TEXT, 16 },
	};
	struct table *t = table_new(columns, COLUMNS, out);
	unsigned n = HASH_COUNT(g->groups);

	sort(g);
	for (struct group *each = g->groups; each != NULL;
	     each = each->hh.next) {
		rows(t, each);
		if (table_rows(t) >= TABLE_PAGE)
			table_print(t);
	}
	table_print(t);
	table_free(t);
	fprintf(out, "%s%u %s\n", n > 0 ? "\n" : "", n,
	    text_plural(n, "group", "groups"));
}

static void
json_of_group(struct json *j, enum audit_by by, const struct group *g)
{
	json_object(j, NULL);
	json_str(j, "by", by_names[by]);
	json_text(j, "value", g->label.value);
	if (by == BY_TARGET) {
		json_text(j, "type", g->label.type);
		json_text(j, "scope", g->label.scope);
	}
	json_uint(j, "deletions", g->deletions);
	json_object(j, "outcomes");
	for (int o = 0; o < OUTCOME_COUNT; o++)
		if (g->outcomes[o] > 0)
			json_uint(j, outcome_name(o), g->outcomes[o]);
	json_end(j);
	json_time(j, "first", g->first);
	json_time(j, "last", g->last);
	json_end(j);
	json_line(j);
}

void
audit_groups_json(struct audit_groups *g, struct json *j)
{
	sort(g);
	for (struct group *each = g->groups; each != NULL; each = each->hh.next)
		json_of_group(j, g->by, each);
}
