#include "replay/plan.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/follower.h"
#include "deletion/redact.h"
#include "http/exchange.h"
#include "replay/fitness.h"
#include "replay/follow.h"
#include "replay/guard.h"
#include "replay/sending.h"
#include "store/store.h"
#include "store/verify.h"

#define RENDER_MAX ((size_t)512 << 20)

static const struct {
	const char *name, *text;
} omissions[] = { { NULL, NULL },
#define X(id, name, text) { name, text },
	OMISSIONS(X)
#undef X
};

const char *
omission_name(enum omission o)
{
	return omissions[o].name;
}

const char *
omission_text(enum omission o)
{
	return omissions[o].text;
}

/* A plan in the making. */
struct planner {
	struct plan *plan;
	const struct plan_options *options;
	struct digest *digest;
	struct request request;
	int64_t now;
};

static void
add_number(struct digest *d, uint64_t n)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(n >> (56 - 8 * i));
	digest_add(d, (struct span){ bytes, sizeof(bytes) });
}

static void
tell(struct planner *p, const struct plan_item *item)
{
	if (p->options->tell != NULL)
		p->options->tell(p->options->ctx, item);
}

static void
omit(struct planner *p, const struct entry *e, enum omission why)
{
	struct plan_item item = { .source = e, .omission = why };

	p->plan->omitted++;
	digest_add_text(p->digest, span_of_str(omission_name(why)));
	add_number(p->digest, e->id);
	tell(p, &item);
}

/* Room for one step more. */
static void
make_room(struct plan *plan)
{
	if (plan->count < plan->room)
		return;
	plan->room = plan->room == 0 ? 64 : 2 * plan->room;
	plan->steps = xrealloc(plan->steps, plan->room * sizeof(*plan->steps));
	plan->kept = xrealloc(plan->kept, plan->room * sizeof(*plan->kept));
}

/* May a dresser refuse later what it lets pass now? */
static bool
is_timed(const struct dressing *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->at[i].timed)
			return true;
	return false;
}

static struct kept
keep(struct planner *p, const struct entry *e, const struct message *sent)
{
	struct arena *arena = &p->plan->arena;
	size_t len = sent->head.len + sent->body.len;
	struct kept k = { .head = sent->head.len };
	uint8_t *bytes;

	if (!request_is_open(&p->request) ||
	    is_timed(&p->options->sending->dressing) ||
	    arena->held + len > PLAN_MAX_KEPT)
		return k;
	bytes = arena_alloc(arena, len);
	memcpy(bytes, sent->head.p, sent->head.len);
	if (sent->body.len > 0)
		memcpy(bytes + sent->head.len, sent->body.p, sent->body.len);
	k.bytes = (struct span){ bytes, len };
	k.host = arena_copy(arena, request_recorded_host(e));
	return k;
}

static int
add_step(struct planner *p, const struct entry *e, const struct message *sent,
    struct err *err)
{
	const struct exchange *x = e->exchange;
	struct plan *plan = p->plan;
	struct step step = {
		.source = e->id,
		.begin = x->request->first,
		.end = x->response != NULL ? x->response->last : INT64_MAX,
		.deletes = e->reading.kind == KIND_DELETION,
		.destructive = !fitness_is_read(p->options->rules, e, sent),
		.redirected = exchange_is_redirect(x),
	};

	if (plan->count == PLAN_MAX_STEPS)
		return err_set(err, ERR_LIMIT, "more than %zu requests",
		    PLAN_MAX_STEPS);
	if (plan_check(step.check, &p->request, err) < 0)
		return -1;
	make_room(plan);
	plan->kept[plan->count] = keep(p, e, sent);
	plan->steps[plan->count++] = step;
	plan->deletions += step.deletes;
	plan->destructive += step.destructive;
	plan->reads += !step.destructive;
	return 0;
}

/* What is asked about it if it is accepted. */
static void
foresee(struct planner *p, const struct entry *e, struct plan_item *item,
    struct question *q)
{
	const struct sending *how = p->options->sending;
	struct plan *plan = p->plan;

	if (!how->follow || e->reading.kind != KIND_DELETION ||
	    !follower_foresee(p->options->rules, e->exchange->request,
		&p->request.arena, q))
		return;
	digest_add_text(p->digest, span_of_str("follow"));
	digest_add_text(p->digest, q->method);
	digest_add_text(p->digest, q->target);
	item->follow = q;
	item->every = follow_every(how, q);
	item->limit = follow_limit(how, q);
	add_number(p->digest, (uint64_t)item->every);
	add_number(p->digest, (uint64_t)item->limit);
	plan->followed++;
	plan->questions += follow_most(how, q);
}

/* Add what is shown of the request to the digest, and tell of it. */
static int
show(struct planner *p, const struct entry *e, struct err *err)
{
	struct exchange *x = exchange_new();
	struct plan_item item = { .number = p->plan->count, .source = e };
	struct question question;
	int rc = request_record(&p->request, p->options->redactor,
	    REQUEST_SHOWN, x, err);

	if (rc == 0) {
		redactor_apply(p->options->redactor, x);
		item.step = &p->plan->steps[p->plan->count - 1];
		item.request = &p->request;
		item.shown = x->request;
		digest_add_text(p->digest, span_of_str("send"));
		add_number(p->digest, item.number);
		add_number(p->digest, e->id);
		digest_add_text(p->digest, x->request->head);
		digest_add_text(p->digest, x->request->body);
		foresee(p, e, &item, &question);
		tell(p, &item);
	}
	exchange_free(x);
	return rc;
}

/* Dress the request of e, as recorded ones are; it may turn out unfit. */
static int
consider(struct planner *p, const struct entry *e, struct err *err)
{
	enum omission why = fitness_of_source(e);
	const struct message *sent;
	struct err unfit;

	if (why == OMISSION_NONE && p->options->sending->limit > 0 &&
	    p->plan->count == p->options->sending->limit)
		why = OMISSION_LIMIT;
	if (why == OMISSION_NONE && request_of(&p->request, e, &unfit) < 0)
		why = OMISSION_UNFIT;
	if (why != OMISSION_NONE) {
		omit(p, e, why);
		return 0;
	}
	if (sending_dress(p->options->sending, &p->request, p->now, err) < 0)
		return -1;
	if (request_message(&p->request, &sent, &unfit) < 0 ||
	    !fitness_is_one(sent)) {
		omit(p, e, OMISSION_UNFIT);
		return 0;
	}
	fitness_warn(&p->request);
	for (const struct warned *w = p->request.warned; w != NULL; w = w->next)
		p->plan->warnings++;
	if (add_step(p, e, sent, err) < 0)
		return -1;
	return show(p, e, err);
}

/* An exchange that is meant, and when it began. */
struct candidate {
	int64_t begin;
	uint64_t id;
};

struct candidates {
	struct candidate *at;
	size_t count, room;
};

static int
by_time(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;

	if (one->begin != other->begin)
		return one->begin < other->begin ? -1 : 1;
	return one->id < other->id ? -1 : one->id > other->id;
}

static int
add_candidate(struct candidates *c, const struct entry *e, struct err *err)
{
	if (c->count == PLAN_MAX_STEPS)
		return err_set(err, ERR_LIMIT, "more than %zu requests",
		    PLAN_MAX_STEPS);
	if (c->count == c->room) {
		c->room = c->room == 0 ? 64 : 2 * c->room;
		c->at = xrealloc(c->at, c->room * sizeof(*c->at));
	}
	c->at[c->count++] =
	    (struct candidate){ e->exchange->request->first, e->id };
	return 0;
}

/*
 * What the recording was made of must be known before anything is shown, and
 * the archive's order is that in which exchanges ended.
 */
static int
survey(struct store *store, struct guard *guard, bool every,
    struct candidates *out, struct err *err)
{
	struct selection all = { 0 };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int got;

	if (cursor_open(&c, store, &all, err) < 0)
		return -1;
	while ((got = cursor_next(c, &e, err)) == 1) {
		guard_note(guard, e.exchange);
		if (e.exchange->request == NULL ||
		    (e.reading.kind == KIND_OTHER && !every))
			continue;
		if (add_candidate(out, &e, err) < 0) {
			got = -1;
			break;
		}
	}
	entry_release(&e);
	cursor_close(c);
	if (out->count > 0)
		qsort(out->at, out->count, sizeof(*out->at), by_time);
	return got;
}

static int
consider_all(struct planner *p, struct store *store,
    const struct candidates *list, struct err *err)
{
	struct entry e = ENTRY_INIT;
	int got = 1;

	for (size_t i = 0; i < list->count && got == 1; i++) {
		got = store_get(store, list->at[i].id, &e, err);
		if (got == 0)
			got = err_set(err, ERR_CORRUPT, "exchange is gone");
		if (got == 1 && consider(p, &e, err) < 0)
			got = -1;
	}
	entry_release(&e);
	return got < 0 ? -1 : 0;
}

static int
verify(struct plan *plan, struct store *store, struct err *err)
{
	struct verify_options options = { 0 };
	struct verification v;

	if (store_verify(store, &options, &v, err) < 0)
		return -1;
	if (v.fault != FAULT_NONE)
		return err_set(err, ERR_REFUSED,
		    "refused: the archive is not what was recorded (%s): %s",
		    fault_name(v.fault), v.what);
	memcpy(plan->root, v.root, DIGEST_SIZE);
	plan->size = v.size;
	return 0;
}

static void
begin(struct planner *p)
{
	struct arena arena = ARENA_INIT;
	struct span text = sending_text(p->options->sending, &arena);

	digest_add_text(p->digest, span_of_str("obit plan 1"));
	digest_add(p->digest, (struct span){ p->plan->root, DIGEST_SIZE });
	add_number(p->digest, p->plan->size);
	digest_add_text(p->digest, text);
	arena_release(&arena);
}

static int
check_caps(const struct plan *plan, const struct sending *s, struct err *err)
{
	if (plan->destructive <= s->max_deletes)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: %llu destructive requests are more than --max-deletes "
	    "%llu",
	    (unsigned long long)plan->destructive,
	    (unsigned long long)s->max_deletes);
}

/* With everything known that is to be considered. */
static int
make(struct planner *p, struct store *store, const struct candidates *list,
    struct err *err)
{
	int rc;

	p->digest = digest_new();
	begin(p);
	rc = consider_all(p, store, list, err);
	request_release(&p->request);
	digest_finish(p->digest, p->plan->digest);
	digest_free(p->digest);
	return rc < 0 ? -1 : check_caps(p->plan, p->options->sending, err);
}

static int
make_plan(struct plan *out, struct store *store, struct guard *guard,
    const struct plan_options *options, struct err *err)
{
	const struct sending *sending = options->sending;
	struct planner p = {
		.plan = out,
		.options = options,
		.now = clock_wall(),
	};
	struct candidates list = { 0 };
	int rc = verify(out, store, err);

	if (rc == 0)
		rc = survey(store, guard, sending->all, &list, err);
	if (rc == 0)
		rc = guard_check_name(guard, &sending->target, err);
	if (rc == 0)
		rc = make(&p, store, &list, err);
	free(list.at);
	return rc;
}

/* What was verified is what is dressed, whoever adds to it meanwhile. */
int
plan_make(struct plan *out, struct store *store, struct guard *guard,
    const struct plan_options *options, struct err *err)
{
	int rc;

	*out = (struct plan){ 0 };
	if (store_hold(store, err) < 0)
		return -1;
	rc = make_plan(out, store, guard, options, err);
	store_let_go(store);
	if (rc < 0)
		plan_release(out);
	return rc;
}

void
plan_release(struct plan *p)
{
	free(p->steps);
	free(p->kept);
	arena_release(&p->arena);
	*p = (struct plan){ 0 };
}

int
plan_check(uint8_t check[PLAN_CHECK_SIZE], const struct request *r,
    struct err *err)
{
	struct buf shown = BUF_INIT(RENDER_MAX);
	uint8_t digest[DIGEST_SIZE];
	int rc = request_render(r, REQUEST_SHOWN, &shown, err);

	if (rc == 0) {
		digest_of(digest, buf_span(&shown));
		memcpy(check, digest, PLAN_CHECK_SIZE);
	}
	buf_release(&shown);
	return rc;
}
