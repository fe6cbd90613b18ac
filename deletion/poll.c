#include "deletion/poll.h"

#include "deletion/glob.h"
#include "deletion/match.h"

static struct span
segment_value(struct subject *s, const struct segment *g)
{
	struct sources one = { &g->source, 1 };

	if (g->kind == SEGMENT_LITERAL)
		return g->text;
	if (g->kind == SEGMENT_VALUE)
		return subject_first(s, &one);
	if (g->kind == SEGMENT_REST)
		return match_captured(s, g->text).value;
	return url_path_segment(match_captured(s, g->text).value, s->arena);
}

static bool
fill_path(const struct template *t, struct subject *s, struct span *out)
{
	struct span path = span_of_str("");

	for (size_t i = 0; i < t->count; i++) {
		struct span value = segment_value(s, &t->at[i]);

		if (value.len == 0)
			return false;
		path = arena_printf(s->arena, "%.*s/%.*s", (int)path.len,
		    (const char *)path.p, (int)value.len,
		    (const char *)value.p);
	}
	*out = path.len > 0 ? path : span_of_str("/");
	return true;
}

static bool
fill_url(const struct source *source, struct subject *s, struct poll_place *out)
{
	struct sources one = { source, 1 };
	struct span text = subject_first(s, &one);
	struct url url;

	if (text.len == 0)
		return false;
	url = url_split(span_of_str("GET"), text);
	if (url.path.len == 0 || url.path.p[0] != '/')
		return false;
	if (url.authority.p != NULL)
		out->host = url_host(url.authority);
	out->path = url_decode_path(url.path, s->arena);
	return true;
}

bool
poll_fill(const struct poll *poll, struct subject *s, struct poll_place *out)
{
	out->host = subject_host(s);
	switch (poll->kind) {
	case POLL_SELF:
		if (s->url.path.p == NULL)
			return false;
		out->path = url_decode_path(s->url.path, s->arena);
		return true;
	case POLL_PATH:
		return fill_path(&poll->path, s, &out->path);
	default:
		return fill_url(&poll->url, s, out);
	}
}

static bool
any_glob(const struct globs *globs, struct span value)
{
	for (size_t i = 0; i < globs->count; i++)
		if (glob_matches(globs->at[i], value, false))
			return true;
	return false;
}

static bool
is_captured(struct subject *s)
{
	return s->response != NULL && s->response->complete &&
	    s->response->hole_count == 0;
}

static bool
is_success(struct subject *s)
{
	int status = s->response->parsed.status;

	return status >= 200 && status < 300;
}

static bool
is_gone(struct subject *s)
{
	int status = s->response->parsed.status;

	return status == 404 || status == 410;
}

static enum verdict
verdict_of_state(const struct poll *poll, struct span state)
{
	if (state.p == NULL)
		return VERDICT_UNCONFIRMED;
	if (any_glob(&poll->fail, state))
		return VERDICT_REVERTED;
	if (any_glob(&poll->done, state))
		return VERDICT_CONFIRMED;
	return VERDICT_UNCONFIRMED;
}

static bool
is_about_status(const struct poll *poll)
{
	return poll->value.count > 0 && poll->value.at[0].kind == SOURCE_STATUS;
}

enum verdict
poll_judge(const struct poll *poll, struct subject *s, struct span *state)
{
	if (!is_captured(s))
		return VERDICT_UNCONFIRMED;
	if (is_gone(s) && poll->gone)
		return VERDICT_CONFIRMED;
	if (!is_success(s) && !is_about_status(poll))
		return VERDICT_UNCONFIRMED;
	if (subject_holds_all(s, &poll->need) != YES)
		return VERDICT_UNCONFIRMED;
	*state = subject_first(s, &poll->value);
	if (poll->failing.count > 0 &&
	    subject_holds_all(s, &poll->failing) == YES)
		return VERDICT_REVERTED;
	return verdict_of_state(poll, *state);
}

struct search {
	const struct poll *poll;
	struct subject *s;
	struct span id;
	struct list *all;
	const struct tree *found;
};

static bool
visit_element(void *arg, const struct tree *node)
{
	struct search *q = arg;
	const struct tree *t = tree_first(node, q->poll->list_id, false);
	struct span id;

	if (t == NULL)
		return true;
	id = tree_text(t, q->s->arena);
	if (q->all != NULL)
		list_add(q->all, q->s->arena, id);
	else if (span_eq(id, q->id))
		q->found = node;
	return q->found == NULL;
}

static bool
search_list(struct search *q)
{
	const struct body *b = subject_answer(q->s);
	bool xml = q->poll->list.kind == SOURCE_RXML;

	if (b->state != (xml ? BODY_XML : BODY_JSON))
		return false;
	tree_find(b->root, q->poll->list.name, true, visit_element, q);
	return true;
}

void
poll_listed(const struct poll *poll, struct subject *s, struct list *out)
{
	struct search q = { .poll = poll, .s = s, .all = out };

	search_list(&q);
}

enum verdict
poll_judge_target(const struct poll *poll, struct subject *s, struct span id,
    bool named, struct span *state)
{
	struct search q = { .poll = poll, .s = s, .id = id };
	const struct tree *t;

	if (!is_captured(s) || !is_success(s) || !search_list(&q) ||
	    subject_holds_all(s, &poll->need) != YES)
		return VERDICT_UNCONFIRMED;
	if (q.found == NULL)
		return named ? VERDICT_CONFIRMED : VERDICT_UNCONFIRMED;
	t = poll->list_state.p == NULL
	    ? NULL
	    : tree_first(q.found, poll->list_state, false);
	if (t != NULL)
		*state = tree_text(t, s->arena);
	return verdict_of_state(poll, *state);
}
