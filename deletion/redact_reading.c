#include "base/arena.h"
#include "deletion/deletion.h"
#include "deletion/key.h"
#include "deletion/redact_parts.h"
#include "http/exchange.h"

#define COPY_MIN 4 /* bytes; a shorter secret is masked only as a whole */

/* What was masked in an exchange, to be found where it is repeated. */
struct masked {
	const struct redactor *redactor;
	struct arena *arena;
	struct masked_one {
		struct span secret;
		struct masked_one *next;
	} * first;
	redact_watch *watch; /* who is told besides */
	void *watch_ctx;
};

static void
remember(struct masked *m, struct span secret)
{
	struct masked_one *one = arena_alloc(m->arena, sizeof(*one));

	one->secret = arena_copy(m->arena, secret);
	one->next = m->first;
	m->first = one;
}

static void
on_hit(void *ctx, const struct redact_hit *hit)
{
	struct masked *m = ctx;

	remember(m, hit->secret);
	if (!span_eq(hit->raw, hit->secret))
		remember(m, hit->raw);
	if (m->watch != NULL)
		m->watch(m->watch_ctx, hit);
}

static void
mask_copies(const struct masked *m, struct span secret, struct text t)
{
	struct span rest = text_span(t);
	const uint8_t *at;

	if (secret.len < COPY_MIN && !span_eq(secret, rest))
		return;
	while (rest.len >= secret.len &&
	    (at = memmem(rest.p, rest.len, secret.p, secret.len)) != NULL) {
		rest = span_sub(rest, (size_t)(at - rest.p), rest.len);
		mask_write(m->redactor->key, secret,
		    text_part(t, span_sub(rest, 0, secret.len)));
		rest = span_sub(rest, secret.len, rest.len);
	}
}

/* Mask a text of the reading, which gets a copy of its own. */
static void
mask_text(const struct masked *m, struct span *s, enum secret_look look)
{
	struct redact r = { .redactor = m->redactor };
	struct span copy = arena_copy(m->arena, *s);
	struct text t = { (uint8_t *)(uintptr_t)copy.p, copy.len };

	if (s->len == 0)
		return;
	*s = copy;
	for (const struct masked_one *one = m->first; one != NULL;
	     one = one->next)
		if (one->secret.len > 0)
			mask_copies(m, one->secret, t);
	redact_plain(&r, t, look);
}

static void
mask_deletion(const struct masked *m, struct deletion *d)
{
	struct target *targets =
	    arena_alloc(m->arena, d->target_count * sizeof(*targets));

	mask_text(m, &d->code, LOOK_TEXT);
	mask_text(m, &d->message, LOOK_TEXT);
	mask_text(m, &d->request_id, LOOK_PREFIX);
	mask_text(m, &d->token, LOOK_PREFIX);
	if (d->target_count > 0)
		memcpy(targets, d->targets, d->target_count * sizeof(*targets));
	for (size_t i = 0; i < d->target_count; i++) {
		mask_text(m, &targets[i].id, LOOK_PREFIX);
		mask_text(m, &targets[i].scope, LOOK_PREFIX);
		mask_text(m, &targets[i].code, LOOK_TEXT);
	}
	d->targets = targets;
}

static void
mask_follow_ups(const struct masked *m, struct reading *r)
{
	struct follow_up *list =
	    arena_alloc(m->arena, r->follow_up_count * sizeof(*list));

	if (r->follow_up_count > 0)
		memcpy(list, r->follow_ups, r->follow_up_count * sizeof(*list));
	for (size_t i = 0; i < r->follow_up_count; i++)
		mask_text(m, &list[i].state, LOOK_TEXT);
	r->follow_ups = list;
}

bool
redactor_apply_again(struct redactor *r, const struct rules *rules,
    struct exchange *x, struct reading *reading)
{
	struct masked m = { r, &x->arena, NULL, r->watch, r->watch_ctx };
	bool deletion = reading->kind == KIND_DELETION;

	redactor_watch(r, on_hit, &m);
	redactor_apply(r, x);
	redactor_watch(r, m.watch, m.watch_ctx);
	if (deletion)
		mask_deletion(&m, &reading->deletion);
	mask_follow_ups(&m, reading);
	if (m.first == NULL)
		return false;
	if (x->request != NULL)
		key_of(reading->key, rules, x->request,
		    deletion ? &reading->deletion : NULL);
	return true;
}
