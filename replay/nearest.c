#include "replay/nearest.h"

#include "base/arena.h"
#include "deletion/deletion.h"
#include "deletion/key.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/url.h"
#include "replay/answer.h"
#include "replay/context.h"
#include "replay/host.h"
#include "store/store.h"

#define MAX_NAMES 64  /* in one list */
#define MAX_PAIRS 256 /* of a query that are compared */

/* How far a difference moves two requests apart. */
static const unsigned weights[DIFFERENCE_COUNT] = {
	[DIFFERENCE_METHOD] = 40,
	[DIFFERENCE_PATH] = 60,
	[DIFFERENCE_OPERATION] = 50,
	[DIFFERENCE_TARGETS] = 20,
	[DIFFERENCE_SCOPE] = 15,
	[DIFFERENCE_FLAGS] = 4,
	[DIFFERENCE_QUERY] = 10,
	[DIFFERENCE_BODY] = 6,
};

const char *
difference_name(enum difference d)
{
#define X(id, name) [DIFFERENCE_##id] = name,
	static const char *const names[] = { DIFFERENCES(X) };
#undef X

	return names[d];
}

struct search {
	const struct rules *rules;
	const struct message *request;
	struct arena *arena;
	struct near *out;
	size_t count;
};

static void
differ(struct near *n, enum difference d)
{
	n->differs |= 1u << d;
	n->distance += weights[d];
}

static bool
has_name(const struct names *list, struct span name)
{
	for (size_t i = 0; i < list->count; i++)
		if (span_eq(list->name[i], name))
			return true;
	return false;
}

static void
add_name(struct names *list, struct span name, struct arena *arena)
{
	struct span *copy;

	if (list->count >= MAX_NAMES || has_name(list, name))
		return;
	copy = arena_alloc(arena, (list->count + 1) * sizeof(*copy));
	if (list->count > 0)
		memcpy(copy, list->name, list->count * sizeof(*copy));
	copy[list->count] = arena_copy(arena, name);
	list->name = copy;
	list->count++;
}

static size_t
count_target(const struct deletion *d, struct span id)
{
	size_t n = 0;

	for (size_t i = 0; i < d->target_count; i++)
		n += span_eq(d->targets[i].id, id);
	return n;
}

/* The ids that stand more often in a than in b. */
static void
compare_targets(struct names *out, const struct deletion *a,
    const struct deletion *b, struct arena *arena)
{
	for (size_t i = 0; i < a->target_count && i < MAX_NAMES; i++) {
		struct span id = a->targets[i].id;

		if (count_target(a, id) > count_target(b, id))
			add_name(out, id, arena);
	}
}

static struct span
scope_of(const struct deletion *d)
{
	return d->target_count == 0 ? (struct span){ 0 } : d->targets[0].scope;
}

static void
compare_deletions(struct near *n, const struct deletion *live,
    const struct deletion *recorded, struct arena *arena)
{
	compare_targets(&n->missing, recorded, live, arena);
	compare_targets(&n->extra, live, recorded, arena);
	if (n->missing.count > 0 || n->extra.count > 0)
		differ(n, DIFFERENCE_TARGETS);
	if (!span_eq(scope_of(live), scope_of(recorded)))
		differ(n, DIFFERENCE_SCOPE);
	if (live->dry_run != recorded->dry_run ||
	    live->force != recorded->force)
		differ(n, DIFFERENCE_FLAGS);
}

static bool
find_pair(struct span query, struct span key, struct span *value)
{
	struct pair p;

	for (int i = 0; i < MAX_PAIRS && url_next_pair(&query, &p); i++)
		if (span_eq(p.key, key)) {
			*value = p.value;
			return true;
		}
	return false;
}

/* The keys of a that b has not, or not with this value. */
static void
compare_queries(struct span a, struct span b, struct names *absent,
    struct names *different, struct arena *arena)
{
	struct span value;
	struct pair p;

	for (int i = 0; i < MAX_PAIRS && url_next_pair(&a, &p); i++)
		if (!find_pair(b, p.key, &value))
			add_name(absent, p.key, arena);
		else if (!span_eq(value, p.value))
			add_name(different, p.key, arena);
}

static void
compare_paths(struct near *n, const struct message *live,
    const struct message *recorded)
{
	if (!span_eq(path_of(&live->parsed), path_of(&recorded->parsed)))
		differ(n, DIFFERENCE_PATH);
}

/* What is not in the path. */
static void
compare_rest(struct near *n, const struct message *live,
    const struct message *recorded, struct arena *arena)
{
	struct url a = url_split(live->parsed.method, live->parsed.target);
	struct url b =
	    url_split(recorded->parsed.method, recorded->parsed.target);

	compare_queries(b.query, a.query, &n->query_missing,
	    &n->query_different, arena);
	compare_queries(a.query, b.query, &n->query_extra, &n->query_different,
	    arena);
	if (n->query_missing.count + n->query_extra.count +
		n->query_different.count >
	    0)
		differ(n, DIFFERENCE_QUERY);
	if (!span_eq(body_entity(live, arena), body_entity(recorded, arena)))
		differ(n, DIFFERENCE_BODY);
}

/* Compare the request, read in the context of e, with e. */
static void
compare(struct search *s, struct near *n, const struct entry *e)
{
	const struct message *recorded = e->exchange->request;
	struct context context = context_of(&recorded->parsed);
	struct message live = *s->request;
	struct deletion d = { 0 };
	bool deletes;

	live.parsed = context_apply(&live.parsed, &context, s->arena);
	deletes = deletion_of_request(s->rules, &live, s->arena, &d);
	if (!span_eq(live.parsed.method, recorded->parsed.method))
		differ(n, DIFFERENCE_METHOD);
	if (deletes && e->reading.kind == KIND_DELETION &&
	    span_eq(d.operation, e->reading.deletion.operation)) {
		compare_deletions(n, &d, &e->reading.deletion, s->arena);
		if (key_scope(&live, &d) != KEY_OF_TARGETS ||
		    key_scope(recorded, &e->reading.deletion) != KEY_OF_TARGETS)
			compare_rest(n, &live, recorded, s->arena);
		return;
	}
	/* Another method is another operation: no need to say it twice. */
	if ((deletes || e->reading.kind == KIND_DELETION) && n->differs == 0)
		differ(n, DIFFERENCE_OPERATION);
	compare_paths(n, &live, recorded);
	compare_rest(n, &live, recorded, s->arena);
}

static bool
is_listed(const struct search *s, uint64_t id)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->out[i].id == id)
			return true;
	return false;
}

/* Keep it if it is closer than the last one kept; the first one wins. */
static void
keep(struct search *s, const struct near *n)
{
	size_t at = s->count;

	while (at > 0 && s->out[at - 1].distance > n->distance)
		at--;
	if (at == NEAREST_MAX)
		return;
	if (s->count < NEAREST_MAX)
		s->count++;
	memmove(&s->out[at + 1], &s->out[at],
	    (s->count - at - 1) * sizeof(s->out[0]));
	s->out[at] = *n;
}

static void
consider(struct search *s, const struct entry *e)
{
	const struct exchange *x = e->exchange;
	struct near n = { .id = e->id, .status = exchange_status(x) };
	const struct head *request;

	if (x->request == NULL || is_listed(s, e->id))
		return;
	request = &x->request->parsed;
	compare(s, &n, e);
	if (n.differs == 0 && !answer_exists(x, false))
		differ(&n, DIFFERENCE_INCOMPLETE);
	n.method = arena_copy(s->arena, request->method);
	n.target = arena_copy(s->arena, request->target);
	n.host = arena_copy(s->arena, host_of(request));
	keep(s, &n);
}

static int
look(struct search *s, struct store *store, const struct selection *which,
    struct err *err)
{
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more = 1;

	if (cursor_open(&c, store, which, err) < 0)
		return -1;
	for (int i = 0; i < NEAREST_LOOK && more > 0; i++)
		if ((more = cursor_next(c, &e, err)) > 0)
			consider(s, &e);
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}

int
nearest_find(struct store *store, const struct rules *rules,
    const struct message *request, struct arena *arena,
    struct near out[NEAREST_MAX], size_t *count, struct err *err)
{
	struct search s = { .rules = rules,
		.request = request,
		.arena = arena,
		.out = out };
	struct selection which = { .path = path_of(&request->parsed) };
	struct deletion d = { 0 };

	if (which.path.p != NULL && look(&s, store, &which, err) < 0)
		return -1;
	which = (struct selection){ 0 };
	if (deletion_of_request(rules, request, arena, &d))
		which.operation = d.operation;
	if (which.operation.p != NULL && look(&s, store, &which, err) < 0)
		return -1;
	which = (struct selection){ 0 };
	if (look(&s, store, &which, err) < 0)
		return -1;
	*count = s.count;
	return 0;
}
