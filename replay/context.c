#include "replay/context.h"

#include "base/arena.h"
#include "http/head.h"
#include "http/url.h"
#include "replay/host.h"

#define AUTHORIZATION "Authorization"

struct context
context_of(const struct head *request)
{
	return (struct context){ host_of(request),
		head_field(request, AUTHORIZATION) };
}

/*
 * What a signature says of its place: "region/service/..." behind key and
 * date of its credential, or its scheme if it has no such thing.
 */
static struct span
place_of(struct span authorization)
{
	static const struct span credential = SPAN_LITERAL("Credential=");
	const uint8_t *at = authorization.len == 0
	    ? NULL
	    : memmem(authorization.p, authorization.len, credential.p,
		  credential.len);
	struct span rest;

	if (at == NULL)
		return span_cut(&authorization, ' ');
	rest = span_sub(authorization, (size_t)(at - authorization.p),
	    authorization.len);
	rest = span_cut(&rest, ',');
	span_cut(&rest, '/');
	span_cut(&rest, '/');
	return rest;
}

bool
context_is_same(const struct context *a, const struct context *b)
{
	return span_eq_nocase(a->host, b->host) &&
	    span_eq(place_of(a->authorization), place_of(b->authorization));
}

static bool
is_named(const struct field *f, const char *name)
{
	return span_eq_nocase(f->name, span_of_str(name));
}

/* An absolute target in origin form, so that Host is what counts. */
static struct span
origin_form(const struct head *request, struct arena *arena)
{
	struct url u = url_split(request->method, request->target);

	if (u.scheme.p == NULL || u.path.p == NULL)
		return request->target;
	if (u.query.p == NULL)
		return u.path;
	return arena_printf(arena, "%.*s?%.*s", (int)u.path.len,
	    (const char *)u.path.p, (int)u.query.len, (const char *)u.query.p);
}

struct head
context_apply(const struct head *request, const struct context *context,
    struct arena *arena)
{
	struct field *fields =
	    arena_alloc(arena, (request->field_count + 2) * sizeof(*fields));
	struct head out = *request;
	size_t n = 0;

	for (size_t i = 0; i < request->field_count; i++)
		if (!is_named(&request->fields[i], "Host"))
			fields[n++] = request->fields[i];
	fields[n++] = (struct field){ span_of_str("Host"), context->host };
	if (context->authorization.p != NULL &&
	    head_field(request, AUTHORIZATION).p == NULL)
		fields[n++] = (struct field){ span_of_str(AUTHORIZATION),
			context->authorization };
	out.target = origin_form(request, arena);
	out.fields = fields;
	out.field_count = n;
	return out;
}
