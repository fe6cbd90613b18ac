#include "replay/sender.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "deletion/recogniser.h"
#include "replay/request.h"
#include "replay/sending.h"
#include "replay/slot.h"

#define FIRST_LEAD   ((int64_t)4000000) /* ns */
#define LONGEST_LEAD ((int64_t)100000000)
#define START_AFTER  ((int64_t)5000000) /* what the first request needs */

#define PENDING_MEMORY ((size_t)8 << 20) /* bytes for what is not done yet */

void
sender_fail(struct sender *s, const struct err *err)
{
	if (!s->failed)
		s->failure = *err;
	s->failed = true;
	s->ending = true;
}

static void
push_free(struct sender *s, struct slot *slot)
{
	struct slot **list = slot->dial != NULL ? &s->warm : &s->cold;

	slot->state = SLOT_FREE;
	slot->next = *list;
	*list = slot;
}

static struct slot *
pop(struct slot **list)
{
	struct slot *slot = *list;

	if (slot != NULL)
		*list = slot->next;
	return slot;
}

/* Reads take a connection that is there; what is destructive, a new one. */
static struct slot *
pop_free(struct sender *s, bool destructive)
{
	struct slot *slot = pop(destructive ? &s->cold : &s->warm);

	if (slot == NULL)
		slot = pop(destructive ? &s->warm : &s->cold);
	if (slot != NULL && destructive) {
		dial_close(slot->dial);
		slot->dial = NULL;
		slot->open = false;
	}
	return slot;
}

static void
tell(struct sender *s)
{
	const struct sender_options *o = s->options;

	if (o->tick != NULL)
		o->tick(o->ctx, s->settled, o->plan->count);
}

/* The slot's step is over, sent or not. */
static void
leave(struct slot *slot)
{
	struct sender *s = slot->sender;

	s->options->done[slot->step] = true;
	s->of_step[slot->step] = NULL;
	schedule_end(s->schedule, slot->step);
	push_free(s, slot);
}

void
sender_settled(struct slot *slot)
{
	struct sender *s = slot->sender;

	s->last_settled = clock_steady();
	s->settled++;
	leave(slot);
}

void
sender_answered(struct slot *slot)
{
	struct sender *s = slot->sender;

	s->last_settled = clock_steady();
	s->asked--;
	slot->follow = NULL;
	push_free(s, slot);
}

/* Ask no more. */
static void
stop_following(struct sender *s)
{
	struct slot *slot, *next;
	struct follow *f;

	DL_FOREACH_SAFE2(s->asking, slot, next, later)
	{
		DL_DELETE2(s->asking, slot, earlier, later);
		slot_withdraw(slot);
		follow_free(s, slot->follow);
		s->asked--;
		push_free(s, slot);
	}
	while ((f = follow_take(s, INT64_MAX)) != NULL)
		follow_free(s, f);
}

/* Take back what was begun and not written. */
static void
withdraw_all(struct sender *s)
{
	struct slot *slot, *next;

	stop_following(s);

	DL_FOREACH_SAFE2(s->begun, slot, next, later)
	{
		DL_DELETE2(s->begun, slot, earlier, later);
		slot_withdraw(slot);
		schedule_withdraw(s->schedule);
		s->of_step[slot->step] = NULL;
		push_free(s, slot);
	}
}

/* Of things begun in order, write what may be written now. */
static void
write_begun(struct sender *s, int64_t now)
{
	bool in_order = s->options->sending->order != ORDER_CAUSAL;
	struct slot *slot, *next;

	DL_FOREACH_SAFE2(s->begun, slot, next, later)
	{
		if (slot->due > now)
			break;
		if (!slot_is_ready(slot)) {
			if (in_order)
				break;
			continue;
		}
		DL_DELETE2(s->begun, slot, earlier, later);
		if (schedule_is_timed(s->schedule))
			s->late[s->report->timed++] =
			    clock_steady() - slot->due;
		s->report->written++;
		slot_write(slot);
	}
}

static void
write_questions(struct sender *s, int64_t now)
{
	struct slot *slot, *next;

	DL_FOREACH_SAFE2(s->asking, slot, next, later)
	{
		if (slot->due > now || !slot_is_ready(slot))
			continue;
		DL_DELETE2(s->asking, slot, earlier, later);
		s->report->asked++;
		slot_write(slot);
	}
}

/* Let a person decide about a step; true if it is to be sent. */
static bool
ask(struct sender *s, size_t step)
{
	const struct sender_options *o = s->options;

	switch (o->ask(o->ctx, step)) {
	case SENDER_SEND:
		return true;
	case SENDER_SKIP:
		o->done[step] = true;
		s->report->skipped++;
		return false;
	default:
		s->ending = s->report->stopped = true;
		return false;
	}
}

static void
begin(struct sender *s, struct slot *slot, size_t step)
{
	struct err err;

	if (slot_begin(slot, step, s->zero + schedule_due(s->schedule), &err) <
	    0) {
		push_free(s, slot);
		sender_fail(s, &err);
		return;
	}
	s->of_step[step] = slot;
	DL_APPEND2(s->begun, slot, earlier, later);
	schedule_begin(s->schedule);
}

/* Begin to ask about what is to be asked about now. */
static bool
ask_next(struct sender *s, int64_t now)
{
	struct follow *f;
	struct slot *slot;
	struct err err;

	if (s->ending || s->follows == NULL || s->follows->due > now ||
	    ledger_is_full(s->ledger) || (slot = pop_free(s, false)) == NULL)
		return false;
	f = follow_take(s, now);
	s->asked++;
	if (slot_ask(slot, f,
		s->zero + schedule_turn(s->schedule, now - s->zero),
		&err) < 0) {
		s->asked--;
		follow_free(s, f);
		push_free(s, slot);
		sender_fail(s, &err);
		return false;
	}
	DL_APPEND2(s->asking, slot, earlier, later);
	return true;
}

/* One at a time, and each to its end? */
static bool
has_to_wait(const struct sender *s)
{
	return s->following > 0 &&
	    (s->options->ask != NULL ||
		s->options->sending->order == ORDER_SERIAL);
}

/* Begin what is allowed and nearly due; true if something may follow. */
static bool
begin_next(struct sender *s, int64_t now)
{
	const struct sender_options *o = s->options;
	struct slot *slot;
	size_t step;

	if (s->ending || !schedule_next(s->schedule, &step) || has_to_wait(s) ||
	    !schedule_allows(s->schedule) || ledger_is_full(s->ledger))
		return false;
	if (s->zero + schedule_due(s->schedule) > now + s->lead)
		return false;
	if (o->ask != NULL) {
		if (schedule_open(s->schedule) > 0)
			return false;
		if (!ask(s, step))
			return !s->ending;
	}
	slot = pop_free(s, o->plan->steps[step].destructive);
	if (slot == NULL)
		return false;
	begin(s, slot, step);
	return true;
}

/* What is not in the future is waited for by other means. */
static int64_t
sooner(int64_t when, int64_t other, int64_t now)
{
	return other > now && other < when ? other : when;
}

/* Wake up when the next thing is due that was not at this time. */
static void
set_alarm(struct sender *s, int64_t now)
{
	int64_t when = INT64_MAX;
	size_t step;

	if (s->follows != NULL)
		when = sooner(when, s->follows->due, now);
	if (s->asking != NULL)
		when = sooner(when, s->asking->due, now);
	if (s->begun != NULL)
		when = sooner(when, s->begun->due, now);
	if (!s->ending && schedule_is_timed(s->schedule) &&
	    schedule_next(s->schedule, &step)) {
		when = sooner(when,
		    s->zero + schedule_due(s->schedule) - s->lead, now);
	}
	if (when != INT64_MAX)
		dialer_alarm(s->dialer, when);
}

static bool
is_over(struct sender *s)
{
	size_t step;

	return schedule_open(s->schedule) == 0 && s->asked == 0 &&
	    (s->ending || s->following == 0) &&
	    (s->ending || !schedule_next(s->schedule, &step));
}

/*
 * After all news were taken: begin and write what may be.  However much there
 * is to begin, what is due goes first.
 */
static void
pump(void *ctx)
{
	struct sender *s = ctx;
	int64_t now = clock_steady();

	if (s->ending)
		withdraw_all(s);
	while (ask_next(s, now))
		continue;
	write_questions(s, clock_steady());
	do
		write_begun(s, clock_steady());
	while (begin_next(s, now));
	if (s->ending)
		withdraw_all(s);
	if (is_over(s))
		dialer_stop(s->dialer);
	else
		set_alarm(s, now);
}

/* Intents that have become durable. */
static void
take_durable(struct sender *s)
{
	size_t step;

	while (ledger_take(s->ledger, &step)) {
		struct slot *slot = s->of_step[step];
		int64_t took;

		if (slot == NULL)
			continue; /* it was withdrawn */
		took = clock_steady() - slot->urgent_since;
		slot->durable = true;
		if (took * 4 > s->lead && took * 4 < LONGEST_LEAD)
			s->lead = took * 4;
	}
}

/* What is done now and then. */
static void
look_around(struct sender *s, int64_t now)
{
	struct err err;

	s->checked = now;
	if (s->lead > FIRST_LEAD)
		s->lead -= s->lead / 16;
	for (size_t i = 0; i < s->options->sending->connections; i++)
		slot_check_time(&s->slots[i], now);
	/* Whoever waits to write the archive gets his turn. */
	if (store_hold(s->options->source, &err) < 0)
		sender_fail(s, &err);
	tell(s);
}

static void
woken(void *ctx)
{
	struct sender *s = ctx;
	int64_t now = clock_steady();
	struct err err;

	if (ledger_has_failed(s->ledger)) {
		err_set(&err, ERR_SYSTEM, "the results cannot be written");
		sender_fail(s, &err);
	}
	take_durable(s);
	if (now - s->checked > LONGEST_LEAD / 2)
		look_around(s, now);
}

static void
stopped(void *ctx)
{
	struct sender *s = ctx;

	s->ending = s->report->stopped = true;
	if (s->stops++ > 0)
		for (size_t i = 0; i < s->options->sending->connections; i++)
			slot_check_time(&s->slots[i], INT64_MAX);
}

static int
by_number(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

	return one < other ? -1 : one > other;
}

static void
finish_report(struct sender *s)
{
	struct sender_report *r = s->report;
	size_t n = r->timed;

	r->elapsed = s->last_settled > s->zero ? s->last_settled - s->zero : 0;
	if (n == 0)
		return;
	qsort(s->late, n, sizeof(*s->late), by_number);
	r->late_p50 = s->late[(n - 1) / 2];
	r->late_p99 = s->late[(n - 1) * 99 / 100];
	r->late_max = s->late[n - 1];
}

/* Follow what an earlier run left, and let its evidence be told as such. */
static int
resume_one(struct sender *s, const struct sender_settled *before,
    struct recogniser *recogniser, struct err *err)
{
	const struct sender_options *o = s->options;
	const struct step *step = &o->plan->steps[before->step];
	struct entry source = ENTRY_INIT, result = ENTRY_INIT;
	struct reading reading = { 0 };
	int got = store_get(o->source, step->source, &source, err);

	if (got == 1)
		got = store_get(o->results, before->exchange, &result, err);
	if (got == 1) {
		sending_keep_meaning(o->sending, result.exchange,
		    request_recorded_host(&source));
		recogniser_read(recogniser, result.exchange, result.id,
		    &reading);
		follow_begin(s, before->step, result.exchange, true);
	}
	entry_release(&source);
	entry_release(&result);
	return got < 0 ? -1 : 0;
}

static int
resume(struct sender *s, struct recogniser *recogniser, struct err *err)
{
	const struct sender_options *o = s->options;

	for (size_t i = 0; i < o->before_count && o->sending->follow; i++)
		if (resume_one(s, &o->before[i], recogniser, err) < 0)
			return -1;
	return 0;
}

static int
open_all(struct sender *s, const struct dialer_events *events,
    struct recogniser *recogniser, struct err *err)
{
	const struct sender_options *o = s->options;
	struct ledger_options ledger = {
		.store = o->results,
		.redactor = o->redactor,
		.recogniser = recogniser,
	};

	if (dialer_open(&s->dialer, events, err) < 0 ||
	    store_hold(o->source, err) < 0 || resume(s, recogniser, err) < 0)
		return -1;
	ledger.wake = (void (*)(void *))dialer_wake;
	ledger.ctx = s->dialer;
	return ledger_open(&s->ledger, &ledger, err);
}

static void
make_slots(struct sender *s)
{
	size_t count = s->options->sending->connections;

	s->slots = xcalloc(count, sizeof(*s->slots));
	for (size_t i = count; i-- > 0;) {
		s->slots[i].sender = s;
		push_free(s, &s->slots[i]);
	}
}

static void
free_slots(struct sender *s)
{
	for (size_t i = 0; i < s->options->sending->connections; i++) {
		struct slot *slot = &s->slots[i];

		dial_close(slot->dial);
		reply_free(slot->reply);
		request_release(&slot->request);
		entry_release(&slot->entry);
		buf_release(&slot->dressed);
	}
	free(s->slots);
}

/* The ledger's error says more than that it failed. */
static int
close_all(struct sender *s, struct err *err)
{
	int rc = ledger_close(s->ledger, &s->report->coverage, err);

	dialer_close(s->dialer);
	if (rc == 0 && s->failed) {
		*err = s->failure;
		rc = -1;
	}
	return rc;
}

int
sender_run(const struct sender_options *options, struct sender_report *report,
    struct err *err)
{
	struct sender s = { .options = options, .report = report };
	struct dialer_events events = { &s, woken, stopped, slot_opened,
		slot_data, slot_ended, pump };
	struct recogniser *recogniser =
	    recogniser_new(options->rules, PENDING_MEMORY);
	int rc;

	*report = (struct sender_report){ 0 };
	rc = open_all(&s, &events, recogniser, err);
	if (rc == 0) {
		make_slots(&s);
		s.schedule = schedule_new(options->plan, options->sending,
		    options->done);
		s.of_step =
		    xcalloc(options->plan->count + 1, sizeof(*s.of_step));
		s.late = xcalloc(options->plan->count + 1, sizeof(*s.late));
		s.lead = FIRST_LEAD;
		s.zero = clock_steady() + START_AFTER;
		pump(&s);
		if (!is_over(&s))
			dialer_run(s.dialer);
		stop_following(&s);
		free_slots(&s);
		finish_report(&s);
	} else {
		stop_following(&s);
		sender_fail(&s, err);
	}
	store_let_go(options->source);
	rc = close_all(&s, err);
	schedule_free(s.schedule);
	recogniser_free(recogniser);
	free(s.of_step);
	free(s.late);
	return rc;
}
