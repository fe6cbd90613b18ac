#include "capture/echo.h"

#include "base/hash.h"

/* A number for an id; never 0. */
static uint64_t
mark_of(struct span id)
{
	uint64_t hash = hash_bytes(0, id);

	return hash != 0 ? hash : 1;
}

/* Does the name end in "Request-Id", and is there a value worth the name? */
static bool
is_id(const struct field *f)
{
	static const struct span end = SPAN_LITERAL("Request-Id");

	return f->name.len >= end.len && f->value.len >= ECHO_LEN_MIN &&
	    (f->name.p[f->name.len - 1] | 32) == 'd' &&
	    span_eq_nocase(span_sub(f->name, f->name.len - end.len, end.len),
		end);
}

static bool
is_known(const struct echo_ids *ids, uint64_t mark)
{
	for (size_t i = 0; i < ECHO_RECENT; i++)
		if (ids->recent[i] == mark)
			return true;
	return false;
}

/* Was an id seen that was seen before? */
static void
note_mark(struct echo_ids *ids, uint64_t mark)
{
	ids->unreliable |= is_known(ids, mark);
	ids->recent[ids->count++ % ECHO_RECENT] = mark;
}

void
echo_note(struct echo_ids *ids, struct draft *d, const struct head *h,
    bool after_loss)
{
	d->cacheable =
	    span_eq_str(h->method, "GET") || span_eq_str(h->method, "HEAD");
	for (size_t i = 0; i < h->field_count && d->mark == 0; i++)
		if (is_id(&h->fields[i]))
			d->mark = mark_of(h->fields[i].value);
	if (after_loss || (d->fragment && d->mark == 0))
		ids->row = 0;
	if (d->mark == 0)
		return;
	note_mark(ids, d->mark);
	if (ids->row < ECHO_ENOUGH)
		ids->habit |= ++ids->row == ECHO_ENOUGH;
	d->row = ids->row;
}

/* The last request with this mark, or NULL; there must be one only. */
static const struct draft *
find_mark(struct echo_ids *ids, const struct rank_requests *q, uint64_t mark)
{
	const struct draft *found = NULL;

	for (size_t i = 0; i < drafts_count(&q->seen); i++) {
		const struct draft *d = drafts_at(&q->seen, i);

		if (d->mark != mark)
			continue;
		ids->unreliable |= found != NULL;
		found = d;
	}
	return found;
}

void
echo_find(struct echo_ids *ids, const struct rank_requests *q, struct draft *r,
    const struct head *h)
{
	if (ids->count == 0 || ids->unreliable ||
	    head_field(h, "Age").p != NULL)
		return;
	for (size_t i = 0; i < h->field_count; i++) {
		const struct draft *d = is_id(&h->fields[i])
		    ? find_mark(ids, q, mark_of(h->fields[i].value))
		    : NULL;
		uint64_t n;

		if (d == NULL)
			continue;
		n = d->number;
		ids->unreliable |= r->named != 0 && r->named != n;
		ids->unreliable |= !r->bounds.inferred &&
		    (2 * n < r->bounds.low || 2 * n > r->bounds.high);
		/* Caches need not say Age: it may answer a later one. */
		if (!d->cacheable)
			r->named = n;
	}
}

/* Of a request that was lost no more is known than what its answer names. */
static void
note_lost(struct echo_ids *ids, const struct head *h)
{
	for (size_t i = 0; i < h->field_count; i++)
		if (is_id(&h->fields[i]))
			note_mark(ids, mark_of(h->fields[i].value));
}

void
echo_check(struct echo_ids *ids, const struct rank_requests *q,
    const struct draft *r, const struct head *h)
{
	const struct draft *d = rank_at(q, r->bounds.low);

	if (d == NULL || d->ghost)
		note_lost(ids, h);
	if (d == NULL || d->mark == 0)
		return;
	ids->checked++;
	for (size_t i = 0; i < h->field_count; i++) {
		uint64_t mark = is_id(&h->fields[i])
		    ? mark_of(h->fields[i].value)
		    : d->mark;

		ids->unreliable |= mark != d->mark && is_known(ids, mark);
	}
}
