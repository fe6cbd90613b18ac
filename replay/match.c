#include "replay/match.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/deletion.h"
#include "deletion/key.h"
#include "deletion/redact.h"
#include "http/exchange.h"
#include "replay/context.h"
#include "replay/host.h"
#include "replay/index.h"
#include "replay/shortcut.h"
#include "store/store.h"

struct matcher {
	struct store *store;
	struct index *index;
	const struct rules *rules;
	struct redactor *redactor;
	struct shortcuts *shortcuts;
};

int
matcher_open(struct matcher **out, struct store *store, struct index *index,
    const struct rules *rules, size_t bytes, struct err *err)
{
	uint8_t key[REDACT_KEY_SIZE];
	struct matcher *m;

	/* Keys do not depend on masks, so any will do; nobody may guess it. */
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return err_sys(err, "getrandom");
	m = xcalloc(1, sizeof(*m));
	m->store = store;
	m->index = index;
	m->shortcuts = shortcuts_new(bytes);
	m->rules = rules;
	m->redactor = redactor_new(rules, key);
	*out = m;
	return 0;
}

void
matcher_close(struct matcher *m)
{
	if (m == NULL)
		return;
	shortcuts_free(m->shortcuts);
	redactor_free(m->redactor);
	free(m);
}

/* The groups that fit a request, so far. */
struct search {
	const struct message *request;
	struct arena *arena;
	const struct recorded *found; /* holds the group */
	const struct group *group;    /* the first one that fits */
	struct match *out;
};

void
match_key(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request, struct arena *arena)
{
	struct deletion d = { 0 };

	if (deletion_of_request(rules, request, arena, &d))
		key_of(key, rules, request, &d);
	else
		key_of(key, rules, request, NULL);
}

/* One more that fits.  The same group may come again with another key. */
static void
take_group(struct search *s, const struct recorded *r, const struct group *g)
{
	for (size_t i = 0; i < s->out->host_count; i++)
		if (s->out->hosts[i].p == g->host.p)
			return;
	if (s->group == NULL) {
		s->group = g;
		s->found = r;
	}
	if (s->out->host_count < MATCH_MAX_HOSTS)
		s->out->hosts[s->out->host_count++] = g->host;
}

/* Look up the request as if sent in this context; only its host counts. */
static int
try_context(struct matcher *m, struct search *s, const struct context *context,
    struct err *err)
{
	struct message as_if = *s->request;
	uint8_t key[MATCH_KEY_SIZE];
	const struct recorded *r;
	const struct group *g;

	as_if.parsed = context_apply(&s->request->parsed, context, s->arena);
	match_key(key, m->rules, &as_if, s->arena);
	if (index_find(m->index, key, &r, err) < 0)
		return -1;
	g = recorded_at(r, context->host);
	if (g != NULL)
		take_group(s, r, g);
	return 0;
}

/* Add a copy of the context unless it is there or there is no room. */
static void
add_context(struct context *all, size_t *count, const struct context *c,
    struct arena *arena)
{
	for (size_t i = 0; i < *count; i++)
		if (context_is_same(&all[i], c))
			return;
	all[(*count)++] = (struct context){ arena_copy(arena, c->host),
		arena_copy(arena, c->authorization) };
}

/* The contexts of the first exchanges recorded for the request's path. */
static int
read_contexts(struct matcher *m, struct search *s, struct context *all,
    size_t *count, struct err *err)
{
	struct selection which = { .path = path_of(&s->request->parsed) };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more = 0;

	if (which.path.p == NULL)
		return 0;
	if (cursor_open(&c, m->store, &which, err) < 0)
		return -1;
	for (int i = 0; i < MATCH_MAX_CONTEXTS; i++) {
		struct context context;

		if ((more = cursor_next(c, &e, err)) <= 0 ||
		    e.id > index_last(m->index))
			break;
		if (e.exchange->request == NULL)
			continue;
		context = context_of(&e.exchange->request->parsed);
		add_context(all, count, &context, s->arena);
	}
	cursor_close(c);
	entry_release(&e);
	return more < 0 ? -1 : 0;
}

/* Try the contexts of the live host, or those of the others. */
static int
try_contexts(struct matcher *m, struct search *s, const struct context *all,
    size_t count, bool same_host, struct err *err)
{
	struct span host = host_of(&s->request->parsed);

	for (size_t i = 0; i < count; i++)
		if (span_eq_nocase(all[i].host, host) == same_host &&
		    try_context(m, s, &all[i], err) < 0)
			return -1;
	return 0;
}

/* The host is all that a CONNECT means. */
static bool
is_connect(const struct message *request)
{
	return span_eq_str(request->parsed.method, "CONNECT");
}

/* Look up the request as it is.  Return 1 if its own host decides. */
static int
try_own(struct matcher *m, struct search *s, struct err *err)
{
	struct span host = host_of(&s->request->parsed);
	uint8_t key[MATCH_KEY_SIZE];
	const struct recorded *r;
	const struct group *exact;

	match_key(key, m->rules, s->request, s->arena);
	if (index_find(m->index, key, &r, err) < 0)
		return -1;
	exact = recorded_at(r, host);
	if (exact != NULL)
		take_group(s, r, exact);
	if (exact != NULL || is_connect(s->request))
		return 1;
	for (size_t i = 0; i < r->group_count; i++)
		take_group(s, r, &r->groups[i]);
	return 0;
}

static int
search(struct matcher *m, struct search *s, struct err *err)
{
	struct context *all;
	size_t count = 0;
	int decided = try_own(m, s, err);

	if (decided != 0)
		return decided < 0 ? -1 : 0;
	all = arena_alloc(s->arena, MATCH_MAX_CONTEXTS * sizeof(*all));
	if (read_contexts(m, s, all, &count, err) < 0 ||
	    try_contexts(m, s, all, count, true, err) < 0)
		return -1;
	if (s->group != NULL &&
	    span_eq_nocase(s->group->host, host_of(&s->request->parsed)))
		return 0;
	return try_contexts(m, s, all, count, false, err);
}

/* Note what a search came to, and that its answer will be there. */
static void
remember(struct matcher *m, struct span bytes, const struct message *request,
    const struct search *s)
{
	struct shortcut *new = shortcuts_add(m->shortcuts, bytes, request);

	memcpy(new->key, s->found->key, MATCH_KEY_SIZE);
	new->group = (size_t)(s->group - s->found->groups);
	new->queue = &s->group->queue;
	new->age = index_age(m->index);
	s->out->place = &new->place;
}

/* The group is where it was unless the index has given something up. */
static int
follow(struct matcher *m, struct shortcut *s, struct match *out,
    struct err *err)
{
	const struct recorded *r;

	if (s->age != index_age(m->index)) {
		if (index_find(m->index, s->key, &r, err) < 0)
			return -1;
		s->queue = &r->groups[s->group].queue;
		s->age = index_age(m->index);
	}
	out->queue = s->queue;
	out->place = &s->place;
	return 0;
}

/* What the recorder would have kept of this request. */
static const struct message *
mask(struct matcher *m, const struct message *request, struct arena *arena)
{
	struct message *copy = arena_alloc(arena, sizeof(*copy));
	struct exchange x = { .request = copy };

	*copy = *request;
	x.arena = *arena;
	redactor_apply(m->redactor, &x);
	*arena = x.arena;
	return x.request;
}

/* Find the queue by what the request means. */
static int
make_out(struct matcher *m, const struct message *request, struct arena *arena,
    struct span bytes, struct match *out, struct err *err)
{
	struct search s = { .arena = arena, .out = out };

	s.request = out->masked = mask(m, request, arena);
	if (search(m, &s, err) < 0)
		return -1;
	if (s.group == NULL || out->host_count > 1)
		return 0;
	out->queue = &s.group->queue;
	if (bytes.p != NULL)
		remember(m, bytes, request, &s);
	return 0;
}

int
matcher_find(struct matcher *m, const struct message *request,
    struct arena *arena, struct match *out, struct err *err)
{
	struct span bytes = shortcuts_whole(m->shortcuts, request);
	struct shortcut *known =
	    bytes.p == NULL ? NULL : shortcuts_find(m->shortcuts, bytes);

	*out = (struct match){ 0 };
	if (known == NULL)
		return make_out(m, request, arena, bytes, out, err);
	return follow(m, known, out, err);
}

int
matcher_recall(struct matcher *m, struct span bytes,
    const struct shortcut **seen, struct match *out, struct err *err)
{
	struct shortcut *known = shortcuts_find(m->shortcuts, bytes);

	*out = (struct match){ 0 };
	if (known == NULL || !known->plain)
		return 0;
	*seen = known;
	return follow(m, known, out, err) < 0 ? -1 : 1;
}
