#include "base/arena.h"
#include "deletion/secret_bytes.h"
#include "deletion/where.h"

/* All of it, not a prefix that says nothing by itself. */
static const char *
kind_of_prefix(struct span secret)
{
	const char *kind = NULL;

	if (secret.len == 0)
		return NULL;
	if (span_has_prefix(secret, span_of_str("-----BEGIN ")))
		return "pem";
	return secret_issued(secret, false, &kind).p == secret.p ? kind : NULL;
}

/* The scheme that stands in front of raw, in the same field. */
static bool
follows(const struct redact_part *part, struct span raw, const char *scheme)
{
	size_t len = strlen(scheme), before = (size_t)(raw.p - part->text.p);

	return before >= len &&
	    span_eq_nocase(span_sub(part->text, before - len, len),
		span_of_str(scheme));
}

static bool
is_secret_name(const struct redact *r, const struct where *where)
{
	static const struct {
		const char *name;
		enum redact_place place;
	} places[] = {
		{ "header", REDACT_HEADER },
		{ "trailer", REDACT_HEADER },
		{ "query", REDACT_QUERY },
		{ "fragment", REDACT_QUERY },
		{ "form", REDACT_FORM },
		{ "multipart", REDACT_FORM },
	};
	bool xml = strcmp(where->place, "xml") == 0;
	struct span rest = where->name, step;

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (strcmp(where->place, places[i].name) == 0)
			return (redact_name(r, places[i].place, rest) &
				   (NAME_SECRET | NAME_HINTS | NAME_COOKIE |
				       NAME_SET_COOKIE | NAME_AUTHORIZATION)) !=
			    0;
	if (!xml && strcmp(where->place, "json") != 0)
		return false;
	while (rest.p != NULL) {
		step = span_cut(&rest, '/');
		if (step.len > 0 &&
		    redact_is_secret(r, xml ? REDACT_XML : REDACT_JSON, step))
			return true;
	}
	return false;
}

static const char *
kind_of(const struct redact *r, const struct redact_hit *hit,
    const struct where *where)
{
	const char *kind = kind_of_prefix(hit->secret);
	struct text place = { (uint8_t *)(uintptr_t)hit->raw.p, hit->raw.len };

	if (kind != NULL)
		return kind;
	if (follows(r->part, hit->raw, "basic "))
		return "basic";
	if (follows(r->part, hit->raw, "bearer "))
		return "bearer";
	if (strcmp(where->place, "userinfo") == 0 ||
	    follows(r->part, hit->raw, "://"))
		return "userinfo";
	if (is_secret_name(r, where) ||
	    !redact_would(hit->raw, LOOK_STRICT, redact_is_cut(r, place)))
		return "named";
	return "random";
}

void
redact_tell(const struct redact *r, struct span secret, struct text t)
{
	struct span text = r->part->text;
	struct arena arena = ARENA_INIT;
	struct redact_hit hit = {
		.request = r->part->request,
		.secret = secret,
		.raw = text_span(t),
	};
	struct where where;

	/* Copies that are masked to look at them are not what is stored. */
	if (t.len == 0 || mask_is(text_span(t)) || t.p < text.p ||
	    t.p >= text.p + text.len)
		return;
	where = where_of(r->part, (size_t)(t.p - text.p), t.len, &arena);
	hit.place = where.place;
	hit.name = where.name;
	hit.kind = kind_of(r, &hit, &where);
	r->redactor->watch(r->redactor->watch_ctx, &hit);
	arena_release(&arena);
}
