#include "deletion/redact.h"

#include "base/arena.h"
#include "base/err.h"
#include "deletion/redact_parts.h"
#include "http/body.h"
#include "http/exchange.h"

#define MAX_DECODED (16u * 1024 * 1024) /* of a body that is looked into */

/* An exchange that is masked. */
struct job {
	const struct redactor *redactor;
	struct exchange *x;
	bool is_signed; /* redact_is_signed() of its request */
	struct arena scratch;
};

/* A copy that may be written to. */
static struct text
copy(struct arena *arena, struct span s)
{
	uint8_t *p = arena_alloc(arena, s.len);

	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return (struct text){ p, s.len };
}

/* Begin to mask a part, which ends too early unless it is complete. */
static struct redact
begin(struct job *j, const struct redact_part *part, bool complete)
{
	struct span s = part->text;

	return (struct redact){
		.redactor = j->redactor,
		.scratch = &j->scratch,
		.cut = complete || s.p == NULL ? NULL : s.p + s.len,
		.is_signed = j->is_signed,
		.part = j->redactor->watch != NULL ? part : NULL,
	};
}

/* The same bytes of the copy. */
static struct span
moved(struct span s, struct span from, struct span to)
{
	if (s.p == NULL || from.p == NULL || s.p < from.p ||
	    s.p > from.p + from.len)
		return s;
	return span_sub(to, (size_t)(s.p - from.p), s.len);
}

/* Masks move nothing, so the parsed head is the same at another place. */
static void
move_parsed(struct head *h, struct span from, struct span to,
    struct arena *arena)
{
	struct field *fields =
	    arena_alloc(arena, h->field_count * sizeof(*fields));

	h->method = moved(h->method, from, to);
	h->target = moved(h->target, from, to);
	h->reason = moved(h->reason, from, to);
	for (size_t i = 0; i < h->field_count; i++)
		fields[i] = (struct field){
			.name = moved(h->fields[i].name, from, to),
			.value = moved(h->fields[i].value, from, to),
		};
	h->fields = fields;
}

static void
redact_head(struct job *j, struct message *m)
{
	struct exchange *x = j->x;
	struct text t = copy(&x->arena, m->head);
	bool complete = m->complete || m->body.len > 0 || m->wire_len > 0;
	struct redact_part part = {
		.kind = PART_HEAD,
		.request = m == x->request,
		.text = text_span(t),
	};
	struct redact r = begin(j, &part, complete);

	redact_lines(&r, t, part.request);
	move_parsed(&m->parsed, m->head, text_span(t), &x->arena);
	m->head = text_span(t);
}

static void
redact_interim(struct job *j, struct message *m)
{
	struct text t = copy(&j->x->arena, m->interim);
	struct redact_part part = {
		.kind = PART_INTERIM,
		.request = m == j->x->request,
		.text = text_span(t),
	};
	struct redact r = begin(j, &part, true);

	redact_lines(&r, t, false);
	m->interim = text_span(t);
}

/* Put the entity's bytes back between the chunks' framing. */
static void
scatter(struct text wire, struct span entity)
{
	struct span rest = text_span(wire);
	struct chunk c;

	while (body_next_chunk(&rest, &c)) {
		memcpy(text_part(wire, c.data).p, entity.p, c.data.len);
		entity = span_sub(entity, c.data.len, entity.len);
	}
}

/* Chunk extensions, trailers, and bytes that are neither. */
static void
redact_framing(const struct redact *r, struct text wire)
{
	struct span rest = text_span(wire);
	struct chunk c;
	bool more;

	do {
		more = body_next_chunk(&rest, &c);
		if (c.extension.len > 0)
			redact_value(r, text_part(wire, c.extension),
			    LOOK_STRICT);
	} while (more);
	if (rest.len > 0)
		redact_lines(r, text_part(wire, rest), false);
}

static void
withhold(struct exchange *x, struct message *m)
{
	m->body = (struct span){ 0 };
	m->has_digest = m->digest_due = false;
	memset(m->body_sha256, 0, sizeof(m->body_sha256));
	x->flaws |= FLAW_BIT(FLAW_WITHHELD);
}

/*
 * A coded body cannot be masked in place: may it be stored?  Not one that
 * cannot be looked into, either.
 */
static bool
may_keep_coded(const struct redact *r, const struct head *head,
    struct span entity, struct span type)
{
	size_t limit = entity.len > MAX_DECODED ? entity.len : MAX_DECODED;
	struct redact inner = *r;
	struct redact_part part;
	struct span decoded;
	struct text t;
	struct err err;

	if (body_decode(head, entity, limit, r->scratch, &decoded, &err) < 0)
		return false;
	if (decoded.p == entity.p)
		return true;
	t = copy(r->scratch, decoded);
	inner.cut = NULL;
	if (r->part != NULL) {
		part = *r->part;
		part.text = text_span(t);
		inner.part = &part;
	}
	redact_entity(&inner, type, t);
	return span_eq(text_span(t), decoded);
}

static bool
is_coded(const struct redact *r, const struct head *head, struct span entity)
{
	struct span decoded;
	struct err err;

	return body_decode(head, span_sub(entity, 0, 1), 1, r->scratch,
		   &decoded, &err) < 0;
}

static void
update_digest(struct message *m, struct span entity)
{
	if (m->has_digest && !m->digest_due)
		digest_of(m->body_sha256, entity);
}

/* The entity to write to: all of wire, or what was put together of chunks. */
static struct text
entity_of(const struct message *m, struct text wire, struct arena *scratch)
{
	struct span entity;

	if (m->framing != FRAMING_CHUNKED)
		return wire;
	entity = body_entity(m, scratch);
	return (struct text){ (uint8_t *)(uintptr_t)entity.p, entity.len };
}

static void
redact_body(struct job *j, struct message *m)
{
	struct exchange *x = j->x;
	struct span type = head_field(&m->parsed, "Content-Type");
	struct text wire = copy(&x->arena, m->body);
	bool chunked = m->framing == FRAMING_CHUNKED;
	struct text entity = entity_of(m, wire, &j->scratch);
	struct redact_part part = {
		.kind = PART_ENTITY,
		.request = m == x->request,
		.text = text_span(entity),
		.type = type,
	};
	struct redact r = begin(j, &part, m->complete);

	if (is_coded(&r, &m->parsed, text_span(entity))) {
		if (!may_keep_coded(&r, &m->parsed, text_span(entity), type)) {
			withhold(x, m);
			return;
		}
	} else {
		redact_entity(&r, type, entity);
	}
	if (chunked) {
		part.kind = PART_FRAMING;
		part.text = text_span(wire);
		r = begin(j, &part, m->complete);
		redact_framing(&r, wire);
		scatter(wire, text_span(entity));
	}
	if (!span_eq(m->body, text_span(wire)))
		update_digest(m, text_span(entity));
	arena_drop(&x->arena, m->body.p);
	m->body = text_span(wire);
}

static void
redact_message(struct job *j, struct message *m)
{
	if (m == NULL)
		return;
	j->scratch = ARENA_INIT;
	redact_head(j, m);
	if (m->interim.len > 0)
		redact_interim(j, m);
	if (m->body.len > 0)
		redact_body(j, m);
	arena_release(&j->scratch);
}

void
redactor_apply(struct redactor *red, struct exchange *x)
{
	struct job j = {
		.redactor = red,
		.x = x,
		.is_signed = redact_is_signed(x->request),
	};

	redact_message(&j, x->request);
	redact_message(&j, x->response);
}

void
redactor_mask(const struct redactor *r, struct span secret, uint8_t *place,
    size_t len)
{
	mask_write(r->key, secret, (struct text){ place, len });
}
