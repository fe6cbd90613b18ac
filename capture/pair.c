#include "capture/pair.h"

#include "capture/ghost.h"
#include "capture/inside.h"
#include "capture/narrow.h"

/*
 * An interim response with a few fields is not longer.  A 103 that is longer,
 * the first of its connection, in a pipeline and lost, is taken for a final
 * one.
 */
#define INTERIM_MAX 256
/* The shortest request is not shorter; stray line ends are. */
#define REQUEST_MIN 16

#define REQUEST_TIMEOUT 408

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

/*
 * What was kept only because it was not known what would become of the
 * exchanges before it is asked about again.
 */
static bool
is_wanted(struct pair *p, const struct draft *q)
{
	return q->kept &&
	    (q->wanted || outlet_wants(p->outlet, &q->message.parsed));
}

/* Count a response without a request, unless that was counted. */
static void
pass_orphan(struct pair *p)
{
	if (p->headless > 0)
		p->headless--;
	else
		outlet_pass(p->outlet, true);
}

static void
hand_over(struct pair *p, struct draft *q)
{
	struct exchange *x;
	bool inferred;

	if (q->ghost || !is_wanted(p, q)) {
		if (!q->ghost)
			outlet_pass(p->outlet, q->fragment);
		else if (q->answer != NULL)
			pass_orphan(p);
		draft_free(q->answer);
		draft_free(q);
		return;
	}
	inferred = q->answer != NULL && q->answer->bounds.inferred;
	x = draft_exchange(q, q->answer);
	x->connection = p->facts->connection;
	x->client = p->facts->client;
	x->server = p->facts->server;
	x->flaws |= flaws_of_reason(x->reason);
	if (inferred)
		x->flaws |= FLAW_BIT(FLAW_INFERRED);
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

static void
drop_stray(struct pair *p)
{
	draft_free(p->stray);
	p->stray = NULL;
}

void
pair_ended(struct pair *p)
{
	struct drafts *seen = &p->requests.seen;

	if (p->stray != NULL && p->stray->ended)
		drop_stray(p);
	while (drafts_count(seen) > 0 && is_finished(drafts_at(seen, 0)))
		hand_over(p, drafts_take(seen));
}

/* A response that answers no request we have; it may not be over yet. */
static void
set_aside(struct pair *p, struct draft *r)
{
	pass_orphan(p);
	drop_stray(p);
	p->stray = r;
}

static bool
answers_without_body(const struct draft *q, int status)
{
	return q->head_method || (q->connect_method && status / 100 == 2);
}

/* Is there nothing that contradicts this pair? */
static bool
fits(const struct draft *q, const struct draft *r)
{
	bool bodiless = answers_without_body(q, r->message.parsed.status);

	if (!is_open(q) || (q->kept && !r->kept))
		return false;
	return r->bodiless ? bodiless
			   : !bodiless || r->message.framing == FRAMING_NONE;
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

/*
 * What a request below `rank` that has no answer is said to lack.  The
 * responses that could not be placed are in order, as are their bounds.
 * Return how many are ambiguous.
 */
static size_t
explain(struct pair *p, uint64_t rank)
{
	struct drafts *seen = &p->requests.seen;
	uint64_t n = p->requests.count - drafts_count(seen);
	size_t j = 0, ambiguous = 0;

	for (size_t i = 0; i < drafts_count(seen) && 2 * ++n < rank; i++) {
		struct draft *q = drafts_at(seen, i);
		const struct draft *r = NULL;
		bool open;

		while (j < drafts_count(&p->held) &&
		    (r = drafts_at(&p->held, j))->bounds.high < 2 * n)
			j++;
		if (!is_open(q))
			continue;
		r = j < drafts_count(&p->held) ? drafts_at(&p->held, j) : NULL;
		open = r != NULL && r->bounds.low <= 2 * n && !r->placed;
		give_up(q, open ? REASON_AMBIGUOUS : REASON_RESPONSE_LOST);
		ambiguous += open && !q->ghost;
	}
	return ambiguous;
}

/* last: the place of the response before r. */
static void
place(struct pair *p, struct draft *r, uint64_t last)
{
	struct draft *q = r->bounds.low == r->bounds.high
	    ? rank_at(&p->requests, r->bounds.low)
	    : NULL;

	r->placed = q != NULL && fits(q, r) && inside_is_response(r, q, last);
	if (!r->placed)
		return;
	r->bounds.inferred |= inside_is_guess(r, q);
	q->answer = r;
}

/*
 * Nothing more will be known of what is held: make the pairs that are
 * proven, and say of every other request below `rank` why it has none.
 */
static void
resolve(struct pair *p, const struct draft *next, uint64_t rank)
{
	bool sound = narrow_back(p, next);
	uint64_t last = p->sure;
	size_t counted;

	if (sound && drafts_count(&p->held) > 0)
		narrow_more(p, next);
	for (size_t i = 0; i < drafts_count(&p->held) && sound; i++) {
		struct draft *r = drafts_at(&p->held, i);

		place(p, r, last);
		last = r->bounds.high;
	}
	p->piped |= !sound;
	counted = explain(p, rank);
	while (drafts_count(&p->held) > 0) {
		struct draft *r = drafts_take(&p->held);

		if (r->placed)
			continue;
		/* A request that it may answer counts for the two of them. */
		if (counted > 0)
			counted--;
		else
			pass_orphan(p);
		draft_free(r);
	}
}

/* Give up what is held and start as in the middle of a connection. */
static void
start_over(struct pair *p, uint64_t rank)
{
	uint64_t n = rank / 2 + 1;
	struct draft *q;

	resolve(p, NULL, 2 * n);
	p->last.low = p->last.high = 2 * n - 1;
	q = rank_request(&p->requests, n);
	if (q != NULL)
		q->gap_before = true;
	else
		p->requests.lost = true;
	pair_ended(p);
}

void
pair_join(struct pair *p)
{
	p->joined = p->lost = p->requests.lost = true;
	p->answer_end = 0;
}

/* Is it known which request the next response answers? */
static bool
is_certain(const struct pair *p)
{
	return p->last.low == p->last.high && rank_is_request(p->last.low) &&
	    !p->lost && !p->requests.lost && drafts_count(&p->held) == 0;
}

/* Does the client send this one while it is owed an answer? */
static void
note_ahead(struct pair *p, const struct draft *d)
{
	const struct drafts *seen = &p->requests.seen;
	size_t n = drafts_count(seen);
	const struct draft *last = n > 0 ? drafts_at(seen, n - 1) : NULL;
	bool owed = is_certain(p) && last != NULL &&
	    (last->answer == NULL || !last->answer->ended);

	if (d->ack == 0 || p->requests.count == 0)
		return;
	if (d->ack == p->last_ack)
		p->several = true;
	else
		p->piped |=
		    owed || d->ack < p->last_ack || d->ack < p->answered;
}

static void
raise_high(struct bounds *b)
{
	if (b->high < 2)
		b->high = 2;
}

/* Responses that acknowledge d, the first request, may have answered it. */
static void
note_late(struct pair *p, const struct draft *d)
{
	for (size_t i = 0; i < drafts_count(&p->held); i++) {
		struct draft *r = drafts_at(&p->held, i);

		if (d->first < r->ack)
			raise_high(&r->bounds);
	}
	if (d->first < p->early) {
		raise_high(&p->last);
		raise_high(&p->before);
	}
}

void
pair_request(struct pair *p, struct draft *d, const struct head *h)
{
	struct rank_requests *q = &p->requests;
	bool poll = span_eq_str(h->method, "GET") && !is_certain(p) &&
	    drafts_count(&q->seen) < PAIR_MAX_HELD;

	note_ahead(p, d);
	inside_ask(p, d);
	p->heads |= span_eq_str(h->method, "HEAD");
	d->expects = d->fragment || head_field(h, "Expect").p != NULL;
	p->expects |= d->expects;
	p->last_ack = d->ack;
	if (!d->fragment)
		ghost_measure(p, d);
	echo_note(&p->ids, d, h, q->lost);
	ghost_fill(p, d);
	p->strays = 0;
	if (q->count == 0)
		note_late(p, d);
	d->number = ++q->count;
	d->tunnel = d->number > p->tunnel_from;
	d->gap_before = q->lost;
	d->begun_before = q->begun;
	q->lost = q->begun = q->pending = false;
	d->wanted = outlet_wants(p->outlet, h);
	d->kept = d->wanted || poll;
	drafts_add(&q->seen, d);
}

/* The place of d is certain: is it that of a request that was lost? */
static bool
is_for_lost(const struct pair *p, const struct draft *d)
{
	const struct draft *q = rank_at(&p->requests, d->bounds.low);

	return q == NULL || q->ghost;
}

/* Does d name the request that it answers? */
static void
read_name(struct pair *p, struct draft *d, const struct head *h)
{
	if (d->bounds.low < d->bounds.high || d->bounds.inferred || d->inside) {
		echo_find(&p->ids, &p->requests, d, h);
		narrow_named(p, d);
	} else if (echo_wants_check(&p->ids) || is_for_lost(p, d)) {
		echo_check(&p->ids, &p->requests, d, h);
	}
}

/* Behind a request that was cut there may be nothing but the rest of it. */
static uint64_t
surely_caused(const struct rank_requests *q, uint64_t caused)
{
	const struct draft *cut = rank_at(q, caused - 1);

	return cut != NULL && !cut->exact ? caused - 1 : caused;
}

/* Set the bounds of a response that has come; return whether it has any. */
static bool
find_bounds(struct pair *p, struct draft *d, const struct head *h)
{
	struct rank_requests *q = &p->requests;
	uint64_t caused;
	bool lost = q->lost;
	bool unasked = h->status == REQUEST_TIMEOUT && !is_certain(p);

	/* It may answer the one that has only begun. */
	q->lost |= q->pending;
	caused = rank_caused(q, d);
	inside_suspect(p, d, caused);
	if (unasked)
		inside_refuse(d);
	d->gap_before = p->lost || p->unsure;
	d->begun_before = p->begun;
	p->lost = p->begun = p->unsure = false;
	d->bounds = (struct bounds){ .high = caused };
	if (narrow_forwards(q, d, &p->last) && !d->refuted)
		read_name(p, d, h);
	inside_read_name(p, d);
	p->open_end = d->inside;
	p->open_chunks &= d->in_last;
	p->doubted = d->suspect;
	if (d->bounds.low == d->bounds.high && rank_is_request(d->bounds.low))
		q->lost = lost;
	p->several |= !d->suspect &&
	    (rank_is_overtaken(q, d) ||
		d->bounds.high < surely_caused(q, caused));
	return d->bounds.low <= d->bounds.high;
}

/* The place of d is known: so is, perhaps, that of what is held. */
static struct draft *
settle(struct pair *p, struct draft *d)
{
	struct draft *q = rank_at(&p->requests, d->bounds.low);

	resolve(p, d, d->bounds.low);
	p->sure = d->bounds.low;
	p->strays += d->bounds.low == 2 * p->requests.count + 1;
	if (q == NULL || !is_open(q)) {
		set_aside(p, d);
		pair_ended(p);
		return NULL;
	}
	/* More may have been lost, and any of them may have been HEAD. */
	d->bounds.inferred |= q->ghost || inside_is_guess(d, q);
	p->last.inferred |= q->ghost;
	d->kept = q->kept;
	p->unsure |= q->ghost && p->heads;
	p->joined = false;
	if (!q->ghost && q->number > p->headless_at)
		p->headless = 0;
	q->answer = d;
	pair_ended(p);
	return q;
}

static bool
is_full(const struct pair *p)
{
	size_t n = drafts_count(&p->held), bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += drafts_at(&p->held, i)->charged;
	return n >= PAIR_MAX_HELD || bytes > PAIR_MAX_HELD_BYTES;
}

static bool
is_known(const struct draft *d)
{
	return d->bounds.low == d->bounds.high && !d->inside;
}

/* Now and then: is the place of d, the last that is held, known by now? */
static bool
look(struct pair *p, const struct draft *d)
{
	size_t n = drafts_count(&p->held);

	if (n < PAIR_FIRST_LOOK || (n & (n - 1)) != 0)
		return false;
	narrow_more(p, NULL);
	return is_known(d);
}

static const struct draft *
hold(struct pair *p, struct draft *d)
{
	struct draft *q;
	bool known;

	d->kept = true;
	drafts_add(&p->held, d);
	known = look(p, d);
	p->last = d->bounds;
	if (known) {
		drafts_drop_last(&p->held);
		return settle(p, d);
	}
	q = rank_request(&p->requests, d->bounds.high / 2);
	/* Where it ends depends on whether it answers HEAD. */
	p->unsure = p->heads && d->bounds.low < d->bounds.high;
	p->open_end |= p->unsure && q != NULL && q->head_method;
	return q;
}

const struct draft *
pair_response(struct pair *p, struct draft *d, const struct head *h)
{
	if (is_full(p))
		start_over(p, p->last.high);
	inside_follow(p, d);
	if (!find_bounds(p, d, h)) {
		/* Something was no response, or no request asked for it. */
		inside_refute_all(p);
		if (drafts_count(&p->held) > 0)
			start_over(p, p->last.high);
		p->lost = p->piped = true;
		p->answer_end = 0;
		set_aside(p, d);
		return NULL;
	}
	p->before = p->last;
	p->last = d->bounds;
	if (p->requests.count == 0)
		p->early = d->ack;
	return is_known(d) ? settle(p, d) : hold(p, d);
}

void
pair_interim(struct pair *p)
{
	p->expects = true;
}

/* Does what comes now begin where a response ended? */
static bool
is_at_end(const struct pair *p)
{
	return !p->lost && !p->unsure && !p->doubted;
}

void
pair_lost(struct pair *p, enum head_side side, uint64_t len, bool begun)
{
	struct rank_requests *q = &p->requests;

	if (side == HEAD_REQUEST) {
		q->lost = true;
		q->pending = false;
		q->begun |= begun && len >= REQUEST_MIN;
	} else {
		p->begun |=
		    begun && is_at_end(p) && len > INTERIM_MAX && !p->expects;
		p->lost = true;
	}
}

void
pair_lost_head(struct pair *p, bool begun)
{
	outlet_pass(p->outlet, true);
	p->headless++;
	p->headless_at = p->requests.count;
	pair_lost(p, HEAD_REQUEST, UINT64_MAX, begun);
}

static void
again_all(const struct drafts *q, bool answers, uint64_t position,
    struct span bytes)
{
	/* What comes again came not long ago. */
	for (size_t i = drafts_count(q); i > 0; i--) {
		struct draft *d = drafts_at(q, i - 1);

		if (answers)
			d = d->answer;
		if (d == NULL)
			continue;
		if (d->ended && d->end <= position)
			break;
		draft_again(d, position, bytes);
	}
}

void
pair_again(struct pair *p, enum head_side side, uint64_t position,
    struct span bytes)
{
	again_all(&p->requests.seen, side == HEAD_RESPONSE, position, bytes);
	if (side == HEAD_RESPONSE)
		again_all(&p->held, false, position, bytes);
}

void
pair_cut(struct pair *p, uint64_t len, enum flaw why, int class)
{
	struct draft *q = is_certain(p)
	    ? rank_request(&p->requests, p->last.low / 2 + 1)
	    : NULL;

	if (why == FLAW_MALFORMED)
		inside_refute(p);
	if (q != NULL && class != 1)
		q->cut = FLAW_BIT(why);
	p->begun |= class > 1 && is_at_end(p);
	pair_lost(p, HEAD_RESPONSE, len, why != FLAW_MALFORMED && class != 1);
}

void
pair_flush(struct pair *p, enum reason why)
{
	struct drafts *seen = &p->requests.seen;

	inside_follow(p, NULL);
	resolve(p, NULL,
	    drafts_count(&p->held) > 0 ? p->last.high + 1 : p->last.low);
	if (why == REASON_NONE && (p->lost || p->unsure))
		why = REASON_RESPONSE_LOST;
	if (why == REASON_NONE)
		why = p->facts->reset ? REASON_RESET : REASON_NO_RESPONSE;
	for (size_t i = 0; i < drafts_count(seen); i++)
		if (is_open(drafts_at(seen, i)))
			give_up(drafts_at(seen, i), why);
	pair_ended(p);
	drop_stray(p);
	drafts_release(&p->held);
	drafts_release(seen);
}
