#include "replay/slot.h"

#include <utlist.h>

#include "base/clock.h"
#include "deletion/deletion.h"
#include "http/exchange.h"
#include "replay/sending.h"

#define SECOND    ((int64_t)1000000000)
#define WIRE_MAX  ((size_t)512 << 20)
#define MAX_DIALS 4 /* for one request of which nothing was written */
#define IDLE_MAX  (5 * SECOND)

static const struct step *
step_of(const struct slot *s)
{
	return &s->sender->options->plan->steps[s->step];
}

/* Dress it as it is to be sent now; it must look as it did in the plan. */
static int
dress(struct slot *s, struct err *err)
{
	const struct sender_options *o = s->sender->options;
	uint8_t check[PLAN_CHECK_SIZE];
	uint64_t id = step_of(s)->source;
	int got = store_get(o->source, id, &s->entry, err);

	if (got == 0)
		return err_set(err, ERR_REFUSED,
		    "refused: exchange %llu is gone since the plan was made",
		    (unsigned long long)id);
	if (got < 0 || request_of(&s->request, &s->entry, err) < 0 ||
	    sending_dress(o->sending, &s->request, clock_wall(), err) < 0 ||
	    plan_check(check, &s->request, err) < 0 ||
	    request_render(&s->request, REQUEST_WIRE, &s->dressed, err) < 0)
		return -1;
	s->wire = buf_span(&s->dressed);
	if (memcmp(check, step_of(s)->check, sizeof(check)) == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: exchange %llu is not what it was when the plan was made",
	    (unsigned long long)id);
}

/* What it means was said by the host that it was recorded at. */
static void
keep_meaning(const struct slot *s, struct exchange *x, struct span host)
{
	sending_keep_meaning(s->sender->options->sending, x, host);
}

static int
dress_and_record(struct slot *s, struct exchange *x, struct err *err)
{
	if (dress(s, err) < 0 ||
	    request_record(&s->request, s->sender->options->redactor,
		REQUEST_WIRE, x, err) < 0)
		return -1;
	keep_meaning(s, x, request_recorded_host(&s->entry));
	return 0;
}

static int
record_kept(struct slot *s, const struct kept *k, struct exchange *x,
    struct err *err)
{
	s->wire = k->bytes;
	if (request_record_bytes(span_sub(k->bytes, 0, k->head),
		span_sub(k->bytes, k->head, k->bytes.len), x, err) < 0)
		return -1;
	keep_meaning(s, x, k->host);
	return 0;
}

/* A question has the header fields of the recorded deletion. */
static int
dress_question(struct slot *s, struct exchange *x, struct err *err)
{
	const struct sender_options *o = s->sender->options;
	int got = store_get(o->source, step_of(s)->source, &s->entry, err);

	if (got == 0)
		return err_set(err, ERR_REFUSED,
		    "refused: an exchange is gone");
	if (got < 0 ||
	    follow_dress(s->sender, s->follow, &s->request, &s->entry, err) <
		0 ||
	    request_render(&s->request, REQUEST_WIRE, &s->dressed, err) < 0 ||
	    request_record(&s->request, o->redactor, REQUEST_WIRE, x, err) < 0)
		return -1;
	s->wire = buf_span(&s->dressed);
	keep_meaning(s, x, follower_question(s->follow->follower)->host);
	return 0;
}

/* What is to be written, and what will be recorded of it. */
static int
prepare(struct slot *s, struct err *err)
{
	const struct kept *k = &s->sender->options->plan->kept[s->step];
	int rc;

	if (s->dressed.limit == 0)
		s->dressed = BUF_INIT(WIRE_MAX);
	if (s->reply == NULL)
		s->reply = reply_new(SLOT_MAX_BODY);
	s->exchange = exchange_new();
	if (s->follow != NULL)
		rc = dress_question(s, s->exchange, err);
	else if (k->bytes.p != NULL)
		rc = record_kept(s, k, s->exchange, err);
	else
		rc = dress_and_record(s, s->exchange, err);
	if (rc == 0)
		return 0;
	exchange_free(s->exchange);
	s->exchange = NULL;
	return -1;
}

static void
dial(struct slot *s)
{
	struct sender *all = s->sender;
	const struct sender_options *o = all->options;

	s->dials++;
	s->open = false;
	s->number = 0;
	s->connection = ++all->connections;
	s->dialled = clock_steady();
	s->dial = dial_open(all->dialer, &o->at[s->address], o->tls,
	    o->sending->target.host, s);
}

/* Only a step itself can be; what is asked about it is a read. */
static bool
is_destructive(const struct slot *s)
{
	return s->follow == NULL && step_of(s)->destructive;
}

/* Half of the lead is for the commit; before, it waits for others. */
static void
intend(struct slot *s)
{
	int64_t now = clock_steady(), until = s->due - s->sender->lead / 2;

	s->urgent_since = until > now ? until : now;
	ledger_intend(s->sender->ledger, s->step, step_of(s)->source, until);
}

static int
start(struct slot *s, size_t step, int64_t due, struct err *err)
{
	s->step = step;
	s->due = due;
	s->dials = 0;
	s->address = s->sender->address;
	if (prepare(s, err) < 0)
		return -1;
	s->state = SLOT_BEGUN;
	s->durable = !is_destructive(s);
	if (!s->durable)
		intend(s);
	if (s->dial == NULL)
		dial(s);
	return 0;
}

int
slot_begin(struct slot *s, size_t step, int64_t due, struct err *err)
{
	s->follow = NULL;
	return start(s, step, due, err);
}

int
slot_ask(struct slot *s, struct follow *f, int64_t due, struct err *err)
{
	s->follow = f;
	if (start(s, f->step, due, err) == 0)
		return 0;
	s->follow = NULL;
	return -1;
}

bool
slot_is_ready(const struct slot *s)
{
	return s->state == SLOT_BEGUN && s->durable && s->open;
}

void
slot_write(struct slot *s)
{
	const struct sender_options *o = s->sender->options;
	struct exchange *x = s->exchange;

	s->state = SLOT_WRITTEN;
	x->connection = s->connection;
	x->number = ++s->number;
	x->client = *dial_local(s->dial);
	x->server = o->at[s->address];
	x->reason = REASON_NO_RESPONSE;
	reply_begin(s->reply, x);
	x->request->first = clock_wall();
	dial_send(s->dial, s->wire);
	x->request->last = clock_wall();
	s->deadline = clock_steady() + (int64_t)o->sending->answer_s * SECOND;
}

static void
drop_connection(struct slot *s)
{
	dial_close(s->dial);
	s->dial = NULL;
	s->open = false;
}

/* Does a deletion end as the person asked to stop on? */
static bool
is_to_stop(struct slot *s)
{
	const struct sender_options *o = s->sender->options;
	struct deletion d;

	if (o->sending->stop_on == 0 ||
	    !deletion_of_exchange(o->rules, s->exchange, &s->exchange->arena,
		&d))
		return false;
	return (o->sending->stop_on >> d.outcome & 1) != 0;
}

/* Nobody follows it, and what comes next would be sent for nothing. */
static void
refuse_redirect(struct slot *s)
{
	struct err err;

	if (!exchange_is_redirect(s->exchange) || step_of(s)->redirected)
		return;
	err_set(&err, ERR_REFUSED,
	    "refused: the target redirects (%d), and no redirect is followed",
	    exchange_status(s->exchange));
	sender_fail(s->sender, &err);
}

/* What a step led to decides what is done next. */
static void
judge(struct slot *s)
{
	struct sender *all = s->sender;

	refuse_redirect(s);
	if (is_to_stop(s)) {
		all->ending = true;
		all->report->stopped = true;
	}
	if (all->options->sending->follow && step_of(s)->destructive)
		follow_begin(all, s->step, s->exchange, false);
}

static void
settle(struct slot *s)
{
	struct ledger *ledger = s->sender->ledger;
	struct exchange *x = s->exchange;

	s->idle_since = clock_steady();
	if (is_destructive(s) || !reply_keeps_alive(s->reply))
		drop_connection(s);
	if (s->follow == NULL)
		judge(s);
	else
		follow_see(s->sender, s->follow, x);
	s->exchange = NULL;
	if (s->follow == NULL) {
		ledger_settle(ledger, step_of(s)->source, x);
		sender_settled(s);
	} else {
		ledger_record(ledger, x);
		sender_answered(s);
	}
}

void
slot_withdraw(struct slot *s)
{
	if (is_destructive(s))
		ledger_forget(s->sender->ledger, step_of(s)->source);
	exchange_free(s->exchange);
	s->exchange = NULL;
	drop_connection(s);
}

/* Who cannot be asked now may be later. */
static void
unanswered(struct slot *s)
{
	struct sender *all = s->sender;

	slot_withdraw(s);
	follow_see(all, s->follow, NULL);
	DL_DELETE2(all->asking, s, earlier, later);
	sender_answered(s);
}

static void
cannot_connect(struct slot *s, const char *why)
{
	const struct endpoint *at = &s->sender->options->at[s->address];
	char text[ENDPOINT_SIZE];
	struct err err;

	if (s->follow != NULL) {
		unanswered(s);
		return;
	}
	err_set(&err, ERR_SYSTEM, "cannot connect to %s: %s",
	    endpoint_format(text, at), why);
	sender_fail(s->sender, &err);
}

/* Nothing was written, so another connection is no second attempt. */
static void
dial_again(struct slot *s, bool was_open, const char *why)
{
	size_t count = s->sender->options->at_count;

	if (!was_open)
		s->address = (s->address + 1) % count;
	if (s->dials >= (count > MAX_DIALS ? count : MAX_DIALS) ||
	    (!was_open && s->dials >= count))
		cannot_connect(s, why);
	else
		dial(s);
}

void
slot_opened(void *owner)
{
	struct slot *s = owner;
	struct sender *all = s->sender;
	int64_t took = clock_steady() - s->dialled;

	s->open = true;
	all->address = s->address;
	if (took * 2 > all->lead && took < SECOND / 20)
		all->lead = took * 2;
}

void
slot_data(void *owner, struct span bytes)
{
	struct slot *s = owner;
	const struct sending *how = s->sender->options->sending;
	bool begun = reply_has_begun(s->reply);

	if (s->state != SLOT_WRITTEN) {
		/* Nobody asked for that; it is no answer to what follows. */
		slot_ended(s, DIAL_CLOSED, "the server speaks first");
		return;
	}
	if (reply_feed(s->reply, bytes, clock_wall()) == REPLY_DONE)
		settle(s);
	else if (!begun && reply_has_begun(s->reply))
		s->deadline = clock_steady() + (int64_t)how->total_s * SECOND;
}

void
slot_ended(void *owner, enum dial_end how, const char *why)
{
	struct slot *s = owner;
	bool was_open = s->open;

	drop_connection(s);
	if (s->state == SLOT_BEGUN) {
		dial_again(s, was_open, why);
	} else if (s->state == SLOT_WRITTEN) {
		reply_end(s->reply,
		    how == DIAL_CLOSED ? REPLY_CLOSED : REPLY_RESET,
		    clock_wall());
		settle(s);
	}
}

void
slot_check_time(struct slot *s, int64_t now)
{
	const struct sending *how = s->sender->options->sending;

	if (s->state == SLOT_WRITTEN && now >= s->deadline) {
		reply_end(s->reply, REPLY_LATE, clock_wall());
		settle(s);
	} else if (s->state == SLOT_BEGUN && !s->open &&
	    now >= s->dialled + (int64_t)how->connect_s * SECOND) {
		slot_ended(s, DIAL_FAILED, "it takes too long");
	} else if (s->state == SLOT_FREE && s->dial != NULL &&
	    now >= s->idle_since + IDLE_MAX) {
		drop_connection(s);
	}
}
