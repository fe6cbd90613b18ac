#include "capture/inside.h"

#include "capture/narrow.h"

void
inside_pass(struct pair *p, struct span bytes, uint64_t end)
{
	size_t n = bytes.len < sizeof(p->tail) ? bytes.len : sizeof(p->tail);

	if (p->answered != end - bytes.len)
		p->tail = 0;
	for (size_t i = bytes.len - n; i < bytes.len; i++)
		p->tail = p->tail << 8 | bytes.p[i];
	p->answered = end;
}

/* Do the bytes just before this position end a line, and then an empty one? */
static bool
is_behind_blank(const struct pair *p, uint64_t position)
{
	return p->answered == position &&
	    ((p->tail & 0xffff) == 0x0a0a || (p->tail & 0xffffff) == 0x0a0d0a);
}

/* Are they "0" in a line of its own and such an end (RFC 9112, 7.1)? */
static bool
is_behind_chunks(const struct pair *p, uint64_t position)
{
	return p->answered == position &&
	    (p->tail & 0xffffffffffff) == 0x0a300d0a0d0a;
}

void
inside_ask(struct pair *p, const struct draft *q)
{
	if (!p->piped && is_behind_blank(p, q->ack))
		p->open_chunks = false;
}

/* Had the client taken all that came before d when it sent q? */
static bool
is_awaited(const struct pair *p, const struct draft *d, const struct draft *q)
{
	bool in_chunks = p->open_chunks && p->lost && p->answered == d->begin &&
	    !is_behind_blank(p, d->begin);

	return q != NULL && q->ack == d->begin && !p->piped && !in_chunks;
}

void
inside_suspect(const struct pair *p, struct draft *d, uint64_t caused)
{
	const struct draft *q = rank_at(&p->requests, caused);
	bool turns = pair_takes_turns(p);

	d->suspect = p->lost || p->open_end || p->doubted || p->endless;
	d->awaited = d->suspect && !p->endless && is_awaited(p, d, q);
	d->suspect &= !d->awaited;
	d->refuted =
	    d->suspect && (p->endless || (turns && (q == NULL || !q->expects)));
	d->inside = d->suspect &&
	    (turns || p->endless || !is_behind_chunks(p, d->begin));
	d->in_last = d->inside && p->open_end;
	d->behind_end =
	    !p->unsure && p->answer_end != 0 && p->answer_end < d->begin;
}

void
inside_refuse(struct draft *d)
{
	d->suspect = d->inside = d->in_last = d->refuted = true;
	d->awaited = false;
}

/* Does it name the request that has its place? */
static bool
is_named(const struct draft *r)
{
	return r->named != 0 && r->bounds.low == 2 * r->named &&
	    r->bounds.high == 2 * r->named &&
	    (r->by_name || !r->bounds.inferred);
}

void
inside_read_name(struct pair *p, struct draft *d)
{
	uint64_t before = d->gap_before ? 0 : p->doubted_name;

	p->doubted_name = before;
	if (!d->suspect || !is_named(d))
		return;
	p->doubted_name = d->named;
	if (before != 0 && before != d->named)
		d->suspect = d->inside = d->in_last = d->refuted = false;
}

/* The last response that is held, if it is still doubted; or NULL. */
static struct draft *
find_doubted(const struct pair *p)
{
	size_t n = drafts_count(&p->held);
	struct draft *r = n > 0 ? drafts_at(&p->held, n - 1) : NULL;
	bool open = r != NULL && r->inside && !r->refuted;

	return open && r->exact && !p->lost && !p->unsure ? r : NULL;
}

/* Set the bounds of r, the last, again. */
static void
bound_again(struct pair *p, struct draft *r)
{
	struct bounds old = r->bounds;

	if (r->refuted)
		r->bounds =
		    (struct bounds){ .high = rank_caused(&p->requests, r) };
	if (!narrow_forwards(&p->requests, r, &p->before)) {
		r->bounds = old;
		r->inside = r->refuted = true;
	}
	if (!r->inside)
		r->bounds.inferred |= r->bounds.low > old.low;
	p->last = r->bounds;
	p->open_end = r->inside;
}

void
inside_follow(struct pair *p, const struct draft *next)
{
	struct draft *r = find_doubted(p);

	if (r == NULL || r->message.framing == FRAMING_CLOSE ||
	    (next != NULL && next->begin != r->end))
		return;
	r->inside = r->in_last = false;
	bound_again(p, r);
}

void
inside_refute(struct pair *p)
{
	struct draft *r = find_doubted(p);

	if (r == NULL)
		return;
	r->refuted = true;
	bound_again(p, r);
}

void
inside_refute_all(struct pair *p)
{
	for (size_t i = 0; i < drafts_count(&p->held); i++) {
		struct draft *r = drafts_at(&p->held, i);

		r->refuted |= r->suspect;
	}
}

/* Is only the start of the answer to q missing before r? */
static bool
is_answer_cut(const struct draft *r, const struct draft *q, uint64_t last)
{
	return r->behind_end && last + 2 == r->bounds.low && !q->expects;
}

bool
inside_is_guess(const struct draft *r, const struct draft *q)
{
	return r->suspect || (r->awaited && q->ack != r->begin);
}

bool
inside_is_response(const struct draft *r, const struct draft *q, uint64_t last)
{
	if (r->refuted || (r->suspect && is_answer_cut(r, q, last)))
		return false;
	return !r->inside || is_named(r);
}
