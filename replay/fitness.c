#include "replay/fitness.h"

#include "deletion/mask.h"
#include "http/exchange.h"
#include "http/parser.h"
#include "store/store.h"

enum omission
fitness_of_source(const struct entry *e)
{
	const struct exchange *x = e->exchange;
	const struct message *m = x->request;

	if (m->purged != NULL)
		return OMISSION_PURGED;
	if (m->body.p == NULL && flaw_has(x->flaws, FLAW_WITHHELD))
		return OMISSION_WITHHELD;
	if (!m->complete || m->body.p == NULL || m->hole_count > 0)
		return OMISSION_INCOMPLETE;
	if (span_eq_str(m->parsed.method, "CONNECT") ||
	    head_field(&m->parsed, "Upgrade").p != NULL)
		return OMISSION_TUNNEL;
	if (m->parsed.major != 1)
		return OMISSION_UNFIT;
	return OMISSION_NONE;
}

static bool
on_head(void *ctx, const struct parser_head *h)
{
	(void)ctx;
	(void)h;
	return true;
}

static void
on_begin(void *ctx)
{
	(void)ctx;
}

static void
on_bytes(void *ctx, struct span bytes)
{
	(void)ctx;
	(void)bytes;
}

static void
on_end(void *ctx, enum parser_end how, const char *detail)
{
	unsigned *whole = ctx;

	(void)detail;
	*whole += how == PARSER_COMPLETE ? 1 : 2;
}

bool
fitness_is_one(const struct message *m)
{
	static const struct parser_events events = {
		.begin = on_begin,
		.head = on_head,
		.raw = on_bytes,
		.entity = on_bytes,
		.end = on_end,
	};
	unsigned whole = 0;
	struct parser *p = parser_new(HEAD_REQUEST, &events, &whole);
	size_t used = parser_feed(p, m->head) + parser_feed(p, m->body);
	bool idle = parser_state(p) == PARSER_IDLE;

	parser_free(p);
	return whole == 1 && idle && used == m->head.len + m->body.len;
}

static bool
has_method(const struct message *m, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq_str(m->parsed.method, list[i]))
			return true;
	return false;
}

static bool
deletes(const struct rules *rules, const struct message *m)
{
	struct arena arena = ARENA_INIT;
	struct deletion d;
	bool is = deletion_of_request(rules, m, &arena, &d);

	arena_release(&arena);
	return is;
}

bool
fitness_is_read(const struct rules *rules, const struct entry *source,
    const struct message *m)
{
	static const char *const reads[] = { "GET", "HEAD", "OPTIONS", "POST" };
	size_t count = ARRAY_LEN(reads);

	/* A follow-up may be a POST, such as DescribeInstances. */
	if (source->reading.kind != KIND_FOLLOW_UP)
		count--;
	return source->reading.kind != KIND_DELETION &&
	    has_method(m, reads, count) && !deletes(rules, m);
}

static bool
is_signature(const struct part *p)
{
	static const char *const names[] = { "X-Amz-Signature", "X-Signature",
		"X-Goog-Signature", "Signature" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_eq_str(p->name, names[i]))
			return true;
	return span_eq_nocase(p->name, span_of_str("Authorization")) &&
	    memmem(p->value.p, p->value.len, "Signature=", 10) != NULL;
}

static void
warn_of_part(struct request *r, const struct part *p)
{
	if (p->secret || p->shown.p != NULL)
		return;
	if (mask_inside(p->value) || mask_is(p->value))
		request_warn(r, WARNING_MASKED, p->name);
	else if (is_signature(p))
		request_warn(r, WARNING_SIGNATURE, p->name);
}

void
fitness_warn(struct request *r)
{
	if (mask_inside(r->path))
		request_warn(r, WARNING_MASKED, span_of_str("path"));
	for (size_t i = 0; i < r->query.count; i++)
		warn_of_part(r, &r->query.at[i]);
	for (size_t i = 0; i < r->headers.count; i++)
		warn_of_part(r, &r->headers.at[i]);
	if (mask_inside(r->body))
		request_warn(r, WARNING_MASKED, span_of_str("body"));
	if (r->source->reading.kind == KIND_DELETION &&
	    r->source->reading.deletion.set_delete)
		request_warn(r, WARNING_SET, (struct span){ 0 });
}
