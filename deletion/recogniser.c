#include "deletion/recogniser.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "deletion/attempts.h"
#include "deletion/classify.h"
#include "deletion/key.h"
#include "deletion/match.h"
#include "deletion/pending.h"

enum {
	CANDIDATES = 64,            /* deletions seen, not read yet */
	SCRATCH_KEEP = 1024 * 1024, /* bytes kept between exchanges */
};

/*
 * A deletion whose head was seen but whose exchange was not read yet: its
 * follow-ups may begin before it ends.
 */
struct candidate {
	struct span host, path; /* owned, one block; path is decoded */
	bool self; /* follow-ups go to its own path, whatever the answer */
	bool used;
};

struct recogniser {
	const struct rules *rules;
	struct arena scratch;
	struct pending_table *pending;
	struct attempts *attempts;
	struct keyer *keyer;
	struct candidate candidates[CANDIDATES];
	unsigned candidate_count, next_candidate;
};

struct recogniser *
recogniser_new(const struct rules *rules, size_t memory)
{
	struct recogniser *r = xcalloc(1, sizeof(*r));

	r->rules = rules;
	r->pending = pending_new(memory);
	r->attempts = attempts_new(rules);
	r->keyer = keyer_new(rules);
	return r;
}

static void
drop_candidate(struct recogniser *r, struct candidate *c)
{
	if (!c->used)
		return;
	free((void *)(uintptr_t)c->host.p);
	*c = (struct candidate){ 0 };
	r->candidate_count--;
}

void
recogniser_free(struct recogniser *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < CANDIDATES; i++)
		drop_candidate(r, &r->candidates[i]);
	pending_free(r->pending);
	attempts_free(r->attempts);
	keyer_free(r->keyer);
	arena_release(&r->scratch);
	free(r);
}

/* Memory that one large exchange took is not kept for ever. */
static void
clear_scratch(struct recogniser *r)
{
	if (r->scratch.held > SCRATCH_KEEP)
		arena_release(&r->scratch);
	else if (r->scratch.held > 0)
		arena_reset(&r->scratch);
}

static struct span
decoded_path(struct subject *s)
{
	return url_decode_path(s->url.path, s->arena);
}

static bool
is_followed_at_itself(const struct rule *rule)
{
	for (size_t i = 0; i < rule->poll_count; i++)
		if (rule->polls[i].kind != POLL_SELF || rule->polls[i].listing)
			return false;
	return true;
}

static void
add_candidate(struct recogniser *r, struct subject *s, bool self)
{
	struct candidate *c = &r->candidates[r->next_candidate];
	struct span host = subject_host(s), path = decoded_path(s);
	uint8_t *block = xmalloc(host.len + path.len + 1);

	r->next_candidate = (r->next_candidate + 1) % CANDIDATES;
	drop_candidate(r, c);
	if (host.len > 0)
		memcpy(block, host.p, host.len);
	if (path.len > 0)
		memcpy(block + host.len, path.p, path.len);
	c->host = (struct span){ block, host.len };
	c->path = (struct span){ block + host.len, path.len };
	c->self = self;
	c->used = true;
	r->candidate_count++;
}

static void
forget_candidate(struct recogniser *r, struct subject *s)
{
	struct span host = subject_host(s), path = decoded_path(s);

	for (size_t i = 0; i < CANDIDATES; i++) {
		struct candidate *c = &r->candidates[i];

		if (!c->used || !span_eq(c->path, path) ||
		    !span_eq_nocase(c->host, host))
			continue;
		drop_candidate(r, c);
		return;
	}
}

/* Where a follow-up goes may depend on the answer that is not there yet: then
 * a read from the same host is enough. */
static bool
may_follow(const struct candidate *c, struct subject *s, struct span path)
{
	return c->used && (!c->self || span_eq(c->path, path)) &&
	    span_eq_nocase(c->host, subject_host(s));
}

static bool
may_follow_candidate(struct recogniser *r, struct subject *s)
{
	struct span path;

	if (r->candidate_count == 0 ||
	    (!span_eq_str(s->method, "GET") &&
		!span_eq_str(s->method, "HEAD") &&
		!span_eq_str(s->method, "POST")))
		return false;
	path = decoded_path(s);
	for (size_t i = 0; i < CANDIDATES; i++)
		if (may_follow(&r->candidates[i], s, path))
			return true;
	return false;
}

enum interest
recogniser_interest(struct recogniser *r, const struct head *request)
{
	const struct match *line;
	struct subject s;
	bool open;

	clear_scratch(r);
	subject_init(&s, r->rules, request, NULL, &r->scratch);
	line = match_find(&s, &open);
	if (line != NULL || open) {
		if (line == NULL || line->rule->poll_count > 0)
			add_candidate(r, &s,
			    !open && is_followed_at_itself(line->rule));
		return line != NULL && !open ? INTEREST_SURE : INTEREST_MAYBE;
	}
	if (pending_may_concern(r->pending, &s) || may_follow_candidate(r, &s))
		return INTEREST_MAYBE;
	return INTEREST_NONE;
}

static void
read_deletion(struct recogniser *r, struct subject *s, const struct match *line,
    struct exchange *x, uint64_t id, struct reading *out)
{
	out->kind = KIND_DELETION;
	classify_request(s, line, &x->arena, &out->deletion);
	s->response = x->response;
	classify_response(s, line->rule, &x->arena, &out->deletion);
	keyer_key(r->keyer, out->key, x->request, &out->deletion);
	attempts_add(r->attempts, x, id, out);
	pending_open(r->pending, s, line->rule, &out->deletion, id);
}

static void
read_other(struct recogniser *r, struct subject *s, struct exchange *x,
    struct reading *out)
{
	s->response = x->response;
	out->follow_up_count =
	    pending_follow(r->pending, s, &x->arena, &out->follow_ups);
	out->kind = out->follow_up_count > 0 ? KIND_FOLLOW_UP : KIND_OTHER;
	attempts_follow(r->attempts, x, out->follow_ups, out->follow_up_count);
	keyer_key(r->keyer, out->key, x->request, NULL);
}

bool
recogniser_is_other(struct recogniser *r, struct exchange *x)
{
	const struct match *line;
	struct subject s;
	bool open;

	if (x->request == NULL)
		return true;
	clear_scratch(r);
	subject_init(&s, r->rules, &x->request->parsed, x->request,
	    &r->scratch);
	line = match_find(&s, &open);
	if (line != NULL || open || pending_may_concern(r->pending, &s))
		return false;
	if (r->candidate_count > 0)
		forget_candidate(r, &s);
	return true;
}

void
recogniser_read(struct recogniser *r, struct exchange *x, uint64_t id,
    struct reading *out)
{
	const struct match *line;
	struct subject s;
	bool open;

	*out = (struct reading){
		.kind = KIND_OTHER,
		.principal = out->principal,
	};
	if (x->request == NULL)
		return;
	clear_scratch(r);
	subject_init(&s, r->rules, &x->request->parsed, x->request,
	    &r->scratch);
	line = match_find(&s, &open);
	if (r->candidate_count > 0)
		forget_candidate(r, &s);
	if (line != NULL)
		read_deletion(r, &s, line, x, id, out);
	else
		read_other(r, &s, x, out);
}

void
recogniser_cut(struct recogniser *r, uint64_t id)
{
	attempts_cut(r->attempts, id);
}
