#include "replay/request.h"

#include "base/err.h"
#include "deletion/redact.h"
#include "http/body.h"
#include "http/exchange.h"
#include "replay/request_part.h"

/* Where in its bytes the value is, decoded or not. */
static struct span
place_of(const struct part *p, bool query)
{
	size_t from = span_find(p->bytes, '=') + 1;

	if (query)
		return span_sub(p->bytes, from, p->bytes.len);
	return p->value;
}

static void
hide(struct part *p, bool query, const struct redactor *redactor,
    struct arena *arena)
{
	struct span place = place_of(p, query);
	uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(arena, p->bytes).p;

	redactor_mask(redactor, p->value, copy + (place.p - p->bytes.p),
	    place.len);
	p->bytes.p = copy;
}

/* A copy of the list without secrets. */
static struct parts
hide_all(const struct parts *list, bool query, enum request_form form,
    const struct redactor *redactor, struct arena *arena)
{
	struct parts out = *list;

	out.at = arena_alloc(arena, list->count * sizeof(*out.at));
	for (size_t i = 0; i < list->count; i++) {
		out.at[i] = list->at[i];
		if (form == REQUEST_SHOWN && list->at[i].shown.p != NULL)
			continue;
		if (list->at[i].secret && list->at[i].value.p != NULL)
			hide(&out.at[i], query, redactor, arena);
	}
	return out;
}

static int
keep(struct exchange *x, struct message *m)
{
	if (m == NULL)
		return -1;
	digest_of(m->body_sha256, body_entity(m, &x->arena));
	m->has_digest = true;
	x->request = m;
	return 0;
}

int
request_record(const struct request *r, struct redactor *redactor,
    enum request_form form, struct exchange *x, struct err *err)
{
	struct request open = *r;

	open.query = hide_all(&r->query, true, form, redactor, &x->arena);
	open.headers = hide_all(&r->headers, false, form, redactor, &x->arena);
	return keep(x, request_parse(&open, form, &x->arena, err));
}

int
request_record_bytes(struct span head, struct span body, struct exchange *x,
    struct err *err)
{
	return keep(x, request_parse_bytes(head, body, &x->arena, err));
}
