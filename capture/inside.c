#include "capture/inside.h"

#include <string.h>

#include "capture/narrow.h"

static bool
ends_in(struct span bytes, const char *text)
{
	size_t n = strlen(text);

	return bytes.len >= n && memcmp(bytes.p + bytes.len - n, text, n) == 0;
}

/*
 * Behind the last chunk is an empty line, or some trailers and one (RFC 9112,
 * section 7.1).  Its "0" can be the end of a field, unless a line ends before.
 */
void
inside_pass(struct pair *p, struct span bytes, uint64_t end)
{
	static const struct span last_chunk = SPAN_LITERAL("0\r\n");
	bool known = p->answered == end - bytes.len;
	bool last = span_has_prefix(bytes, last_chunk);

	if (ends_in(bytes, "\r\n\r\n")) {
		p->chunk_end_sure = ends_in(bytes, "\n0\r\n\r\n") ||
		    (last && known && p->last_byte == '\n');
		if (p->chunk_end_sure || (last && !known))
			p->chunk_end = end;
	}
	p->answered = end;
	p->last_byte = bytes.p[bytes.len - 1];
}

/* Was this client never seen to have more than one request under way? */
static bool
takes_turns(const struct pair *p)
{
	return !p->piped && !p->several && !p->joined;
}

/* Had the client taken all that came before d when it sent q? */
static bool
is_awaited(const struct pair *p, const struct draft *d, const struct draft *q)
{
	bool in_chunks = p->open_end && p->lost && p->answered == d->first &&
	    p->chunk_end != d->first;

	return q != NULL && q->ack == d->first && !p->piped && !in_chunks;
}

void
inside_suspect(const struct pair *p, struct draft *d, uint64_t caused)
{
	const struct draft *q = rank_is_request(caused)
	    ? rank_request(&p->requests, caused / 2)
	    : NULL;
	bool begins = p->chunk_end == d->first && p->chunk_end_sure;

	d->suspect = (p->lost || p->open_end || p->doubted) && !begins &&
	    !is_awaited(p, d, q);
	d->inside = d->suspect;
	d->in_last = d->suspect && p->open_end;
	d->refuted = d->suspect && takes_turns(p) && (q == NULL || !q->expects);
	d->behind_end =
	    !p->unsure && p->answer_end != 0 && p->answer_end < d->first;
}

/* Does it name the request that has its place? */
static bool
is_named(const struct draft *r)
{
	return r->named != 0 && r->bounds.low == 2 * r->named &&
	    r->bounds.high == 2 * r->named && !r->bounds.inferred;
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
	p->last = r->bounds;
	p->open_end = r->inside;
}

void
inside_follow(struct pair *p, const struct draft *next)
{
	struct draft *r = find_doubted(p);

	if (r == NULL || r->message.framing == FRAMING_CLOSE ||
	    (next != NULL && next->first != r->end))
		return;
	r->inside = r->in_last = false;
	r->bounds.inferred |= !is_named(r);
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
inside_is_response(const struct draft *r, const struct draft *q, uint64_t last)
{
	if (r->refuted || (r->suspect && is_answer_cut(r, q, last)))
		return false;
	return !r->inside || is_named(r);
}
