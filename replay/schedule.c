#include "replay/schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

/* When an exchange ended, and which step it is. */
struct ending {
	int64_t end, begin;
	size_t step;
};

struct schedule {
	const struct plan *plan;
	const struct sending *sending;
	const bool *done;
	size_t next, open;
	int64_t zero;           /* recorded time of the first step */
	bool turned;            /* some request had a turn */
	int64_t turn;           /* when the last one was due */
	struct ending *endings; /* sorted by time */
	size_t needed;          /* before next may begin */
	size_t there;           /* the first so many are */
};

static int
by_time(const void *a, const void *b)
{
	const struct ending *one = a, *other = b;

	if (one->end != other->end)
		return one->end < other->end ? -1 : 1;
	if (one->begin != other->begin)
		return one->begin < other->begin ? -1 : 1;
	return one->step < other->step ? -1 : one->step > other->step;
}

static void
sort_endings(struct schedule *s)
{
	size_t count = s->plan->count;

	s->endings = xcalloc(count + 1, sizeof(*s->endings));
	for (size_t i = 0; i < count; i++) {
		const struct step *step = &s->plan->steps[i];

		s->endings[i] = (struct ending){ step->end, step->begin, i };
	}
	qsort(s->endings, count, sizeof(*s->endings), by_time);
}

struct schedule *
schedule_new(const struct plan *plan, const struct sending *sending,
    const bool *done)
{
	struct schedule *s = xcalloc(1, sizeof(*s));
	size_t first;

	s->plan = plan;
	s->sending = sending;
	s->done = done;
	if (schedule_next(s, &first))
		s->zero = plan->steps[first].begin;
	sort_endings(s);
	return s;
}

void
schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	free(s->endings);
	free(s);
}

/* A time of the recording at the speed that is asked for. */
static int64_t
scale(int64_t ns, uint64_t speed)
{
	int64_t by = (int64_t)speed;

	return ns / by * 1000 + ns % by * 1000 / by;
}

bool
schedule_next(struct schedule *s, size_t *step)
{
	while (s->next < s->plan->count && s->done[s->next])
		s->next++;
	*step = s->next;
	return s->next < s->plan->count;
}

/* Not before then, nor too soon after what had the last turn. */
static int64_t
after_turn(const struct schedule *s, int64_t then)
{
	int64_t next;

	if (s->sending->rate == 0 || !s->turned)
		return then;
	next = s->turn + 1000000000 / (int64_t)s->sending->rate;
	return then > next ? then : next;
}

int64_t
schedule_due(struct schedule *s)
{
	int64_t due = 0;

	if (s->sending->speed > 0)
		due = scale(s->plan->steps[s->next].begin - s->zero,
		    s->sending->speed);
	return after_turn(s, due);
}

int64_t
schedule_turn(struct schedule *s, int64_t then)
{
	s->turn = after_turn(s, then);
	s->turned = true;
	return s->turn;
}

bool
schedule_is_timed(const struct schedule *s)
{
	return s->sending->speed > 0 || s->sending->rate > 0;
}

/* Is what ended there seen by whoever begins at that time? */
static bool
is_seen(const struct ending *e, int64_t begin)
{
	return e->end < begin || (e->end == begin && e->begin < begin);
}

static bool
has_seen_all(struct schedule *s)
{
	int64_t begin = s->plan->steps[s->next].begin;
	size_t count = s->plan->count;

	while (s->needed < count && is_seen(&s->endings[s->needed], begin))
		s->needed++;
	while (s->there < count && s->done[s->endings[s->there].step])
		s->there++;
	return s->there >= s->needed;
}

bool
schedule_allows(struct schedule *s)
{
	switch (s->sending->order) {
	case ORDER_SERIAL:
		return s->open == 0;
	case ORDER_CAUSAL:
		return has_seen_all(s);
	default:
		return true;
	}
}

void
schedule_begin(struct schedule *s)
{
	(void)schedule_turn(s, schedule_due(s));
	s->next++;
	s->open++;
}

void
schedule_end(struct schedule *s, size_t step)
{
	assert(s->open > 0 && s->done[step]);
	s->open--;
}

void
schedule_withdraw(struct schedule *s)
{
	assert(s->open > 0);
	s->open--;
}

size_t
schedule_open(const struct schedule *s)
{
	return s->open;
}
