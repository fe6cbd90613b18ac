#include "capture/pair.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* The requests and responses of one window. */
struct window {
	struct draft **requests, **responses;
	size_t n, m;
	uint64_t ack;
	bool gap;        /* some response may be missing in it */
	bool hidden;     /* some request may be missing in it */
	bool tail_gap;   /* perhaps one after the last */
	bool tail_whole; /* the last request ends where ack points */
};

static void
append(struct pair_queue *q, struct draft *d)
{
	d->next = NULL;
	if (q->first == NULL)
		q->first = d;
	else
		q->last->next = d;
	q->last = d;
}

static struct draft *
take_first(struct pair_queue *q)
{
	struct draft *d = q->first;

	q->first = d->next;
	d->next = NULL;
	return d;
}

static bool
is_open(const struct draft *q)
{
	return q->answer == NULL && q->reason == REASON_NONE;
}

static flaw_set
flaws_of_reason(enum reason r)
{
	static const flaw_set flaws[REASON_COUNT] = {
		[REASON_NO_RESPONSE] = FLAW_BIT(FLAW_NO_RESPONSE),
		[REASON_RESPONSE_LOST] = FLAW_BIT(FLAW_RESPONSE_LOST),
		[REASON_AMBIGUOUS] = FLAW_BIT(FLAW_AMBIGUOUS),
		[REASON_RESET] = FLAW_BIT(FLAW_RESET),
		[REASON_LIMIT] = FLAW_BIT(FLAW_LIMIT),
	};

	return flaws[r];
}

static void
hand_over(struct pair *p, struct draft *q)
{
	struct exchange *x;

	if (!q->kept) {
		outlet_pass(p->outlet, false);
		draft_free(q->answer);
		draft_free(q);
		return;
	}
	x = draft_exchange(q, q->answer);
	x->connection = p->facts->connection;
	x->client = p->facts->client;
	x->server = p->facts->server;
	x->flaws |= flaws_of_reason(x->reason);
	if (p->facts->midstream)
		x->flaws |= FLAW_BIT(FLAW_MIDSTREAM);
	if (p->facts->reset && !exchange_is_complete(x))
		x->flaws |= FLAW_BIT(FLAW_RESET);
	outlet_take(p->outlet, x);
}

static bool
is_finished(const struct draft *q)
{
	return q->ended &&
	    (q->answer != NULL ? q->answer->ended : q->reason != REASON_NONE);
}

void
pair_ended(struct pair *p)
{
	while (p->requests.first != NULL && is_finished(p->requests.first))
		hand_over(p, take_first(&p->requests));
}

static void
drop_response(struct pair *p, struct draft *r)
{
	outlet_pass(p->outlet, true);
	draft_free(r);
}

static bool
answers_without_body(const struct draft *q, int status)
{
	return q->head_method || (q->connect_method && status / 100 == 2);
}

/* Is there anything that contradicts this pair? */
static bool
fits(const struct draft *q, const struct draft *r)
{
	if (q->kept && !r->kept)
		return false;
	if (r->ack != 0 && r->ack <= q->first)
		return false;
	if (q->ack != 0 && r->first < q->ack)
		return false;
	return r->message.framing == FRAMING_NONE ||
	    r->bodiless == answers_without_body(q, r->message.parsed.status);
}

/* Requests wholly before ack that have no answer yet. */
static size_t
collect(const struct pair *p, uint64_t ack, struct draft **out)
{
	size_t n = 0;

	for (struct draft *q = p->requests.first; q != NULL; q = q->next) {
		if (!is_open(q))
			continue;
		if (!q->ended || q->end > ack)
			break;
		if (out != NULL)
			out[n] = q;
		n++;
	}
	return n;
}

static void
make_pair(struct window *w, size_t i, size_t j)
{
	if (!fits(w->requests[i], w->responses[j]))
		return;
	w->requests[i]->answer = w->responses[j];
	w->responses[j] = NULL;
}

/* Count from the start of the window up to the first gap. */
static size_t
pair_forwards(struct window *w)
{
	size_t i = 0;

	while (i < w->n && i < w->m && !w->requests[i]->gap_before &&
	    !w->responses[i]->gap_before) {
		make_pair(w, i, i);
		i++;
		if (!w->requests[i - 1]->exact)
			break;
	}
	return i;
}

/*
 * Does the last response prove that there was one to each request before
 * the last?  Not if it closes the connection: a server may refuse one and
 * never read the next.
 */
static bool
answers_last(const struct window *w, size_t done)
{
	return !w->responses[w->m - 1]->closes ||
	    (w->n == done + 1 && !w->hidden);
}

/* Count from its end down to the first gap, not below what is paired. */
static void
pair_backwards(struct window *w, size_t done)
{
	size_t i = w->n, j = w->m;

	while (i > done && j > done) {
		bool gap = w->requests[i - 1]->gap_before ||
		    w->responses[j - 1]->gap_before;

		make_pair(w, --i, --j);
		if (gap)
			break;
	}
}

static void
match(const struct pair *p, struct window *w)
{
	size_t done = 0;

	if (w->n == 1 && w->m == 1 && w->tail_whole &&
	    (!w->requests[0]->gap_before ||
		(!w->tail_gap && !w->responses[0]->closes))) {
		make_pair(w, 0, 0);
		return;
	}
	if (!w->gap && !w->hidden && w->tail_whole && w->n == w->m) {
		pair_forwards(w);
		return;
	}
	if (p->synced)
		done = pair_forwards(w);
	if ((w->gap || w->hidden) && !w->tail_gap && w->tail_whole &&
	    done < w->m && answers_last(w, done))
		pair_backwards(w, done);
}

/* What is said of a request whose response is not known for this reason. */
static void
give_up(struct draft *q, enum reason why)
{
	if (q->cut != 0 && why != REASON_AMBIGUOUS) {
		why = REASON_CUT;
		q->flaws |= q->cut;
	}
	q->reason = why;
}

/* What could not be paired: responses are dropped, requests say why. */
static void
settle(struct pair *p, struct window *w)
{
	bool left = false;

	for (size_t j = 0; j < w->m; j++)
		if (w->responses[j] != NULL) {
			left = true;
			drop_response(p, w->responses[j]);
		}
	for (size_t i = 0; i < w->n; i++)
		if (is_open(w->requests[i]))
			w->requests[i]->reason = w->gap && !left
			    ? REASON_RESPONSE_LOST
			    : REASON_AMBIGUOUS;
}

static void
fill_window(struct pair *p, struct window *w)
{
	collect(p, w->ack, w->requests);
	for (size_t j = 0; j < w->m; j++) {
		w->responses[j] = take_first(&p->responses);
		w->gap |= w->responses[j]->gap_before;
	}
	for (size_t i = 0; i < w->n; i++)
		w->hidden |=
		    w->requests[i]->gap_before || !w->requests[i]->exact;
	w->tail_whole = w->n > 0 && w->requests[w->n - 1]->exact &&
	    (w->requests[w->n - 1]->end == w->ack || w->ack == UINT64_MAX);
}

/* No more responses with this acknowledgement number will come. */
static void
close_window(struct pair *p, bool tail_gap)
{
	struct window w = { .tail_gap = tail_gap, .gap = tail_gap };

	if (p->responses.first == NULL)
		return;
	w.ack = p->responses.last->ack;
	if (w.ack == 0)
		w.ack = UINT64_MAX;
	for (struct draft *r = p->responses.first; r != NULL; r = r->next)
		w.m++;
	w.n = collect(p, w.ack, NULL);
	w.requests = xcalloc(w.n + 1, sizeof(*w.requests));
	w.responses = xcalloc(w.m, sizeof(*w.responses));
	fill_window(p, &w);
	match(p, &w);
	p->synced = w.n > 0 && w.m > 0 && w.tail_whole && !w.tail_gap &&
	    w.requests[w.n - 1]->answer != NULL;
	settle(p, &w);
	free(w.requests);
	free(w.responses);
	pair_ended(p);
}

void
pair_join(struct pair *p)
{
	p->clean = p->synced = false;
	p->lost[HEAD_REQUEST] = p->lost[HEAD_RESPONSE] = true;
}

void
pair_request(struct pair *p, struct draft *d, const struct head *h)
{
	d->number = ++p->request_count;
	d->tunnel = d->number > p->tunnel_from;
	d->gap_before = p->lost[HEAD_REQUEST];
	p->lost[HEAD_REQUEST] = false;
	d->kept = outlet_wants(p->outlet, h);
	append(&p->requests, d);
}

static struct draft *
first_open(const struct pair *p)
{
	struct draft *q = p->requests.first;

	while (q != NULL && !is_open(q))
		q = q->next;
	return q;
}

static const struct draft *
answer_first(struct pair *p, struct draft *d)
{
	struct draft *q = first_open(p);

	if (q == NULL || (d->ack != 0 && d->ack <= q->first))
		return NULL;
	d->kept = q->kept;
	q->answer = d;
	return q;
}

/* The request that is most likely meant, and whether any is wanted. */
static const struct draft *
guess(struct pair *p, struct draft *d)
{
	uint64_t ack = d->ack != 0 ? d->ack : UINT64_MAX;
	const struct draft *found = NULL;
	size_t skip = 0;

	for (struct draft *r = p->responses.first; r != NULL; r = r->next)
		skip++;
	for (struct draft *q = p->requests.first; q != NULL; q = q->next) {
		if (!is_open(q))
			continue;
		if (!q->ended || q->end > ack)
			break;
		d->kept |= q->kept;
		if (skip > 0)
			skip--;
		else if (found == NULL || d->gap_before)
			found = q;
	}
	return found;
}

const struct draft *
pair_response(struct pair *p, struct draft *d)
{
	const struct draft *q;

	d->gap_before = p->lost[HEAD_RESPONSE];
	p->lost[HEAD_RESPONSE] = false;
	if (p->clean && (q = answer_first(p, d)) != NULL)
		return q;
	p->clean = false;
	if (p->responses.last != NULL && p->responses.first != NULL &&
	    d->ack > p->responses.last->ack)
		close_window(p, d->gap_before);
	q = guess(p, d);
	append(&p->responses, d);
	return q;
}

void
pair_lost(struct pair *p, enum head_side side)
{
	p->lost[side] = true;
	p->clean = false;
}

void
pair_again(struct pair *p, enum head_side side, uint64_t position,
    struct span bytes)
{
	for (struct draft *q = p->requests.first; q != NULL; q = q->next) {
		struct draft *d = side == HEAD_REQUEST ? q : q->answer;

		if (d != NULL)
			draft_again(d, position, bytes);
	}
	if (side == HEAD_REQUEST)
		return;
	for (struct draft *r = p->responses.first; r != NULL; r = r->next)
		draft_again(r, position, bytes);
}

void
pair_cut(struct pair *p, enum flaw why)
{
	struct draft *q = first_open(p);

	if (p->clean && q != NULL)
		q->cut = FLAW_BIT(why);
	pair_lost(p, HEAD_RESPONSE);
}

void
pair_flush(struct pair *p, bool whole, enum reason why)
{
	close_window(p, !whole || p->lost[HEAD_RESPONSE]);
	if (why == REASON_NONE && p->lost[HEAD_RESPONSE])
		why = REASON_RESPONSE_LOST;
	if (why == REASON_NONE)
		why = p->facts->reset ? REASON_RESET : REASON_NO_RESPONSE;
	for (struct draft *q = p->requests.first; q != NULL; q = q->next)
		if (is_open(q))
			give_up(q, why);
	pair_ended(p);
}
