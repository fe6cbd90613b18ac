#include "replay/follow.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/exchange.h"
#include "http/url.h"
#include "replay/request.h"
#include "replay/sending.h"
#include "replay/slot.h"

#define MS            ((int64_t)1000000)
#define SECOND        ((int64_t)1000000000)
#define DEFAULT_EVERY 10 /* seconds */
#define DEFAULT_LIMIT 600

int64_t
follow_every(const struct sending *s, const struct question *q)
{
	if (s->follow_every > 0)
		return (int64_t)s->follow_every * MS;
	return (q->every > 0 ? q->every : DEFAULT_EVERY) * SECOND;
}

int64_t
follow_limit(const struct sending *s, const struct question *q)
{
	if (s->follow_limit > 0)
		return (int64_t)s->follow_limit * MS;
	return (q->limit > 0 ? q->limit : DEFAULT_LIMIT) * SECOND;
}

uint64_t
follow_most(const struct sending *s, const struct question *q)
{
	return (uint64_t)(follow_limit(s, q) / follow_every(s, q)) + 1;
}

static int
by_due(const struct follow *a, const struct follow *b)
{
	return a->due < b->due ? -1 : a->due > b->due;
}

/* Most have one pace, so that the place is found from the end. */
static void
wait_for(struct sender *s, struct follow *f)
{
	struct follow *before = s->follows != NULL ? s->follows->prev : NULL;

	while (before != NULL && by_due(before, f) > 0)
		before = before == s->follows ? NULL : before->prev;
	if (before != NULL)
		DL_APPEND_ELEM(s->follows, before, f);
	else
		DL_PREPEND(s->follows, f);
}

void
follow_free(struct sender *s, struct follow *f)
{
	s->following--;
	follower_free(f->follower);
	free(f);
}

static bool
is_target(const struct sending *s, struct span host)
{
	return span_eq_nocase(url_host(span_of_str(s->target.authority)), host);
}

void
follow_begin(struct sender *s, size_t step, const struct exchange *x,
    bool before)
{
	const struct sending *how = s->options->sending;
	struct follower *follower = follower_open(s->options->rules, x);
	const struct question *q;
	struct follow *f;

	if (follower == NULL)
		return;
	f = xcalloc(1, sizeof(*f));
	q = follower_question(follower);
	f->step = step;
	f->follower = follower;
	f->due = clock_steady();
	f->end = f->due + follow_limit(how, q);
	if (!before)
		f->due += follow_every(how, q);
	s->following++;
	if (q->elsewhere && !is_target(how, q->host))
		follow_free(s, f);
	else
		wait_for(s, f);
}

struct follow *
follow_take(struct sender *s, int64_t now)
{
	struct follow *f = s->follows;

	if (f == NULL || f->due > now)
		return NULL;
	DL_DELETE(s->follows, f);
	return f;
}

void
follow_see(struct sender *s, struct follow *f, const struct exchange *x)
{
	const struct question *q = follower_question(f->follower);
	enum verdict verdict = VERDICT_UNCONFIRMED;
	struct arena arena = ARENA_INIT;
	struct span state;

	if (x != NULL)
		verdict = follower_see(f->follower, x, &arena, &state);
	arena_release(&arena);
	f->due = clock_steady() + follow_every(s->options->sending, q);
	if (verdict != VERDICT_UNCONFIRMED || f->due > f->end)
		follow_free(s, f);
	else
		wait_for(s, f);
}

/* A GET is no proof: some servers take the method from elsewhere. */
static int
check_reads(struct sender *s, const struct message *m, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct deletion d;
	bool deletes = deletion_of_request(s->options->rules, m, &arena, &d);

	arena_release(&arena);
	if (!deletes)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: what would be asked about a deletion deletes itself");
}

int
follow_dress(struct sender *s, const struct follow *f, struct request *r,
    const struct entry *source, struct err *err)
{
	const struct question *q = follower_question(f->follower);
	const struct message *m;

	if (request_of(r, source, err) < 0 ||
	    request_make_get(r, q->target, err) < 0 ||
	    sending_dress(s->options->sending, r, clock_wall(), err) < 0 ||
	    request_message(r, &m, err) < 0)
		return -1;
	return check_reads(s, m, err);
}
