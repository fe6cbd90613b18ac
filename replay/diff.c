#include "replay/diff.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "http/exchange.h"
#include "replay/context.h"
#include "store/store.h"

struct run {
	struct store *store[2];
	const struct diff_options *options;
	const struct diff_sink *sink;
	struct diff_report *report;
	struct pairing *pairing;
	struct entry entry[2];
	struct arena arena; /* of one pair */
	struct differences differences;
	uint64_t done, total;
};

int
diff_ignore(struct diff_options *o, const char *field, struct err *err)
{
	if (strcmp(field, "others") == 0)
		o->pairing.no_others = true;
	else if (strcmp(field, "polls") == 0)
		o->pairing.last_follow = true;
	else if (strcmp(field, "only-a") == 0)
		o->ignore_only[PAIRING_A] = true;
	else if (strcmp(field, "only-b") == 0)
		o->ignore_only[PAIRING_B] = true;
	else
		return comparison_ignore(&o->comparison, field, err);
	return 0;
}

static int
get(struct run *r, int side, uint64_t id, struct err *err)
{
	int got = store_get(r->store[side], id, &r->entry[side], err);

	if (got == 0)
		return err_set(err, ERR_CORRUPT,
		    "%s: there is no exchange %llu", store_path(r->store[side]),
		    (unsigned long long)id);
	return got < 0 ? -1 : 0;
}

static int
tell_only(struct run *r, int side, uint64_t id, struct err *err)
{
	if (r->options->ignore_only[side])
		return 0;
	if (get(r, side, id, err) < 0)
		return -1;
	r->report->only[side]++;
	r->sink->only(r->sink->ctx, side, &r->entry[side]);
	return 0;
}

static bool
is_pending(const struct entry *e)
{
	return e->reading.kind == KIND_DELETION &&
	    e->reading.deletion.outcome == OUTCOME_ACCEPTED;
}

/* What the last follow-up of the deletion showed; absent if there is none. */
static int
read_verdict(struct run *r, int side, struct span *out, struct err *err)
{
	const struct evidence *all;
	size_t count;

	if (store_evidence(r->store[side], r->entry[side].id, &r->arena, &all,
		&count, err) < 0)
		return -1;
	*out = (struct span){ 0 };
	if (count > 0)
		*out = span_of_str(verdict_name(all[count - 1].verdict));
	return 0;
}

static int
compare_verdicts(struct run *r, struct err *err)
{
	struct difference d = { .what = COMPARED_VERDICT };

	if (!is_pending(&r->entry[0]) || !is_pending(&r->entry[1]))
		return 0;
	if (read_verdict(r, PAIRING_A, &d.a, err) < 0 ||
	    read_verdict(r, PAIRING_B, &d.b, err) < 0)
		return -1;
	if ((d.a.p == NULL) != (d.b.p == NULL) || !span_eq(d.a, d.b))
		differences_add(&r->differences, &r->options->comparison, d);
	return 0;
}

/* Read the exchange of B as if it had been sent where that of A was. */
static void
read_moved(struct run *r)
{
	const struct message *there = r->entry[PAIRING_A].exchange->request;
	struct entry *e = &r->entry[PAIRING_B];
	struct context context = context_of(&there->parsed);
	struct message request = *e->exchange->request;
	struct exchange as_if = *e->exchange;
	struct deletion d = { 0 };

	request.parsed = context_apply(&request.parsed, &context, &r->arena);
	as_if.request = &request;
	if (!deletion_of_exchange(r->options->comparison.rules, &as_if,
		&r->arena, &d))
		return;
	e->reading.kind = KIND_DELETION;
	e->reading.deletion = d;
}

static int
compare_pair(struct run *r, uint64_t a, uint64_t b, struct err *err)
{
	bool moved = pairing_is_moved(r->pairing, b);

	if (get(r, PAIRING_A, a, err) < 0 || get(r, PAIRING_B, b, err) < 0)
		return -1;
	if (moved)
		read_moved(r);
	compare(&r->options->comparison, &r->entry[PAIRING_A],
	    &r->entry[PAIRING_B], &r->arena, &r->differences);
	/* Whatever recorded it did not know what to follow. */
	if (!moved && compare_verdicts(r, err) < 0)
		return -1;
	r->report->pairs++;
	if (r->differences.count > 0) {
		r->report->different++;
		r->sink->differs(r->sink->ctx, &r->entry[PAIRING_A],
		    &r->entry[PAIRING_B], &r->differences);
	}
	arena_reset(&r->arena);
	return 0;
}

static int
visit(struct run *r, int side, uint64_t id, struct err *err)
{
	uint64_t partner = pairing_partner(r->pairing, side, id);

	r->sink->progress(r->sink->ctx, ++r->done, r->total);
	if (partner == PAIRING_NONE)
		return tell_only(r, side, id, err);
	if (partner == PAIRING_OUT || side == PAIRING_B)
		return 0;
	return compare_pair(r, id, partner, err);
}

static int
visit_all(struct run *r, struct err *err)
{
	for (int side = PAIRING_A; side <= PAIRING_B; side++)
		for (uint64_t id = 1; id <= pairing_count(r->pairing, side);
		     id++)
			if (visit(r, side, id, err) < 0)
				return -1;
	return 0;
}

int
diff_run(struct store *a, struct store *b, const struct diff_options *options,
    const struct diff_sink *sink, struct diff_report *report, struct err *err)
{
	struct run r = {
		.store = { a, b },
		.options = options,
		.sink = sink,
		.report = report,
		.entry = { ENTRY_INIT, ENTRY_INIT },
	};
	int rc;

	*report = (struct diff_report){ 0 };
	if (pairing_open(&r.pairing, a, b, options->comparison.rules,
		&options->pairing, err) < 0)
		return -1;
	r.total = pairing_count(r.pairing, PAIRING_A) +
	    pairing_count(r.pairing, PAIRING_B);
	rc = visit_all(&r, err);
	entry_release(&r.entry[PAIRING_A]);
	entry_release(&r.entry[PAIRING_B]);
	arena_release(&r.arena);
	pairing_close(r.pairing);
	return rc;
}
