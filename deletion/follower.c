#include "deletion/follower.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/xalloc.h"
#include "deletion/classify.h"
#include "deletion/match.h"
#include "deletion/pending.h"
#include "deletion/poll.h"

struct follower {
	const struct rules *rules;
	struct pending_table *pending;
	struct arena arena;
	struct question question;
};

/* One GET of one URL? */
static bool
can_be_asked(const struct poll *poll)
{
	if (poll->listing || poll->conds.count > 0 || poll->path.verb.p != NULL)
		return false;
	for (size_t i = 0; i < poll->methods.count; i++)
		if (span_eq_str(poll->methods.at[i], "GET"))
			return true;
	return false;
}

static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != 0 && strchr("-._~!$&'()*+,;=:@", c) != NULL);
}

/* Percent-encode what cannot stand in a segment (RFC 3986, 3.3), but keep. */
static struct span
encode(struct span s, const char *keep, struct arena *arena)
{
	static const char hex[] = "0123456789ABCDEF";
	uint8_t *out = arena_alloc(arena, 3 * s.len + 1), *p = out;

	for (size_t i = 0; i < s.len; i++) {
		if (is_plain(s.p[i]) ||
		    (s.p[i] != 0 && strchr(keep, s.p[i]) != NULL)) {
			*p++ = s.p[i];
			continue;
		}
		*p++ = '%';
		*p++ = (uint8_t)hex[s.p[i] >> 4];
		*p++ = (uint8_t)hex[s.p[i] & 15];
	}
	return (struct span){ out, (size_t)(p - out) };
}

/* As the rule has it, for what only the answer can tell. */
static struct span
in_braces(const struct source *source, struct arena *arena)
{
	return arena_printf(arena, "{%.*s}", (int)source->text.len,
	    (const char *)source->text.p);
}

static struct span
segment_of(struct subject *s, const struct segment *g)
{
	struct sources one = { &g->source, 1 };

	switch (g->kind) {
	case SEGMENT_LITERAL:
		return g->text;
	case SEGMENT_VALUE:
		if (s->response == NULL)
			return in_braces(&g->source, s->arena);
		return encode(subject_first(s, &one), "/", s->arena);
	case SEGMENT_REST: /* with the escapes of url_decode_path() */
		return encode(match_captured(s, g->text).value, "/%", s->arena);
	default:
		return encode(match_captured(s, g->text).value, "", s->arena);
	}
}

/* Would a server read the path as another one (RFC 3986, 5.2.4)? */
static bool
has_dots(struct span path)
{
	while (path.p != NULL) {
		struct span step = span_cut(&path, '/');

		if (span_eq_str(step, ".") || span_eq_str(step, ".."))
			return true;
	}
	return false;
}

static bool
fill_template(const struct template *t, struct subject *s, struct span *out)
{
	struct span path = span_of_str("");

	for (size_t i = 0; i < t->count; i++) {
		struct span step = segment_of(s, &t->at[i]);

		if (step.len == 0)
			return false;
		path = arena_printf(s->arena, "%.*s/%.*s", (int)path.len,
		    (const char *)path.p, (int)step.len, (const char *)step.p);
	}
	*out = path;
	return path.len > 0 && !has_dots(path);
}

static struct span
join(struct span path, struct span query, struct arena *arena)
{
	if (query.p == NULL)
		return path;
	return arena_printf(arena, "%.*s?%.*s", (int)path.len,
	    (const char *)path.p, (int)query.len, (const char *)query.p);
}

static bool
is_clean(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 127 || s.p[i] == '#')
			return false;
	return true;
}

/* The URL that the answer names; only its path and query are asked for. */
static bool
fill_url(const struct source *source, struct subject *s, struct question *out)
{
	struct sources one = { source, 1 };
	struct span host = subject_host(s);
	struct url url;

	if (s->response == NULL) {
		out->target = in_braces(source, s->arena);
		return true;
	}
	url = url_split(span_of_str("GET"), subject_first(s, &one));
	if (url.path.len == 0 || url.path.p[0] != '/' || !is_clean(url.path) ||
	    !is_clean(url.query) || has_dots(url.path))
		return false;
	if (url.authority.p != NULL) {
		out->host = url_host(url.authority);
		out->elsewhere = !span_eq_nocase(out->host, host);
	}
	out->target = join(url.path, url.query, s->arena);
	return true;
}

static bool
fill(const struct poll *poll, struct subject *s, struct question *out)
{
	*out = (struct question){
		.method = span_of_str("GET"),
		.host = subject_host(s),
		.done = { poll->done.at, poll->done.count },
		.fail = { poll->fail.at, poll->fail.count },
		.gone = poll->gone,
		.every = poll->every,
		.limit = poll->limit,
	};
	switch (poll->kind) {
	case POLL_SELF:
		out->target = join(s->url.path, s->url.query, s->arena);
		return s->url.path.p != NULL;
	case POLL_PATH:
		return fill_template(&poll->path, s, &out->target);
	default:
		return fill_url(&poll->url, s, out);
	}
}

/* The first poll of the rule that can be asked; of d, if it is known. */
static bool
choose(const struct rule *rule, struct subject *s, const struct deletion *d,
    struct question *out)
{
	for (size_t i = 0; i < rule->poll_count; i++) {
		const struct poll *poll = &rule->polls[i];

		if (can_be_asked(poll) &&
		    (d == NULL || pending_follows(poll, d)) &&
		    fill(poll, s, out))
			return true;
	}
	return false;
}

static void
keep(struct question *q, struct arena *arena)
{
	q->target = arena_copy(arena, q->target);
	q->host = arena_copy(arena, q->host);
}

bool
follower_foresee(const struct rules *rules, const struct message *request,
    struct arena *arena, struct question *out)
{
	struct arena scratch = ARENA_INIT;
	const struct match *line;
	struct subject s;
	bool open, found;

	subject_init(&s, rules, &request->parsed, request, &scratch);
	line = match_find(&s, &open);
	found = line != NULL && choose(line->rule, &s, NULL, out);
	if (found)
		keep(out, arena);
	arena_release(&scratch);
	return found;
}

struct follower *
follower_open(const struct rules *rules, const struct exchange *x)
{
	struct arena scratch = ARENA_INIT;
	struct deletion d = { 0 };
	const struct match *line;
	struct follower *f = xcalloc(1, sizeof(*f));
	struct subject s;
	bool open, found = false;

	f->rules = rules;
	f->pending = pending_new(SIZE_MAX);
	subject_init(&s, rules, &x->request->parsed, x->request, &scratch);
	line = match_find(&s, &open);
	if (line != NULL) {
		classify_request(&s, line, &scratch, &d);
		s.response = x->response;
		classify_response(&s, line->rule, &scratch, &d);
		found = choose(line->rule, &s, &d, &f->question);
	}
	if (found) {
		keep(&f->question, &f->arena);
		pending_open(f->pending, &s, line->rule, &d, 1);
	}
	arena_release(&scratch);
	if (found)
		return f;
	follower_free(f);
	return NULL;
}

void
follower_free(struct follower *f)
{
	if (f == NULL)
		return;
	pending_free(f->pending);
	arena_release(&f->arena);
	free(f);
}

const struct question *
follower_question(const struct follower *f)
{
	return &f->question;
}

enum verdict
follower_see(struct follower *f, const struct exchange *x, struct arena *arena,
    struct span *state)
{
	struct arena scratch = ARENA_INIT;
	const struct follow_up *seen;
	struct subject s;
	size_t count;

	*state = (struct span){ 0 };
	subject_init(&s, f->rules, &x->request->parsed, x->request, &scratch);
	s.response = x->response;
	count = pending_follow(f->pending, &s, arena, &seen);
	arena_release(&scratch);
	if (count == 0)
		return VERDICT_UNCONFIRMED;
	*state = seen[0].state;
	return seen[0].verdict;
}
