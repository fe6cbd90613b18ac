#include "cli/send_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/json.h"
#include "base/xalloc.h"
#include "cli/text.h"
#include "deletion/follower.h"
#include "replay/compare.h"
#include "store/sent.h"
#include "store/store.h"

/* What a resource is like after a deletion. */
enum fate {
	FATE_KEPT,
	FATE_REMOVED, /* or on its way */
	FATE_TRIED,   /* a dry run */
	FATE_MIXED,   /* see the targets */
	FATE_UNKNOWN,
};

static const enum fate fates[OUTCOME_COUNT] = {
	[OUTCOME_DELETED] = FATE_REMOVED,
	[OUTCOME_ACCEPTED] = FATE_REMOVED,
	[OUTCOME_GONE] = FATE_REMOVED,
	[OUTCOME_DENIED] = FATE_KEPT,
	[OUTCOME_THROTTLED] = FATE_KEPT,
	[OUTCOME_BLOCKED] = FATE_KEPT,
	[OUTCOME_INVALID] = FATE_KEPT,
	[OUTCOME_FAILED] = FATE_KEPT,
	[OUTCOME_PARTIAL] = FATE_MIXED,
	[OUTCOME_DRYRUN] = FATE_TRIED,
	[OUTCOME_UNKNOWN] = FATE_UNKNOWN,
};

static const struct target *
find_target(const struct deletion *d, const struct target *wanted)
{
	for (size_t i = 0; i < d->target_count; i++)
		if (span_eq(d->targets[i].type, wanted->type) &&
		    span_eq(d->targets[i].id, wanted->id))
			return &d->targets[i];
	return NULL;
}

static bool
targets_fared_alike(const struct deletion *a, const struct deletion *b)
{
	for (size_t i = 0; i < a->target_count; i++) {
		const struct target *t = find_target(b, &a->targets[i]);

		if (t == NULL ||
		    fates[t->outcome] != fates[a->targets[i].outcome])
			return false;
	}
	return true;
}

/* What later exchanges show of an accepted deletion. */
struct sequel {
	enum verdict verdict;
	struct span state; /* in the last of them that tells */
	size_t count;      /* of exchanges */
};

/* One request of the plan and what became of it. */
struct item {
	uint64_t number;
	const struct step *step;
	struct entry source, result;
	struct sequel recorded, sequel; /* of the two */
	bool asked;                     /* about it, or it would have been */
	bool sent;                      /* or it may have been */
	bool exists;                    /* there is a result */
	struct differences differences;
	struct arena arena;
};

static enum outcome
outcome_of(const struct entry *e)
{
	return e->reading.kind == KIND_DELETION ? e->reading.deletion.outcome
						: OUTCOME_COUNT;
}

static bool
is_unknown(const struct item *i)
{
	if (!i->exists)
		return true;
	if (outcome_of(&i->result) != OUTCOME_COUNT)
		return outcome_of(&i->result) == OUTCOME_UNKNOWN;
	return i->result.exchange->response == NULL;
}

/* It was accepted, and whoever asked never saw that it was done. */
static bool
is_unconfirmed(const struct item *i)
{
	return i->asked && i->exists &&
	    outcome_of(&i->result) == OUTCOME_ACCEPTED &&
	    i->sequel.verdict == VERDICT_UNCONFIRMED;
}

static enum fate
fate_of(enum outcome o, const struct sequel *s)
{
	return s->verdict == VERDICT_REVERTED ? FATE_KEPT : fates[o];
}

static bool
fared_alike(const struct item *i)
{
	enum outcome a = outcome_of(&i->source), b = outcome_of(&i->result);

	if (a == OUTCOME_COUNT || b == OUTCOME_COUNT)
		return a == b;
	return fate_of(a, &i->recorded) == fate_of(b, &i->sequel) &&
	    targets_fared_alike(&i->source.reading.deletion,
		&i->result.reading.deletion);
}

static void
count(struct send_report *r, const struct item *i)
{
	r->confirmed += i->sequel.verdict == VERDICT_CONFIRMED;
	r->reverted += i->sequel.verdict == VERDICT_REVERTED;
	if (!i->sent)
		r->unsent++;
	else if (is_unknown(i))
		r->unknown++;
	else if (is_unconfirmed(i))
		r->unconfirmed++;
	else if (!i->step->destructive)
		r->reads++;
	else if (fared_alike(i))
		r->same++;
	else
		r->differ++;
}

static void
print_outcome(FILE *out, const struct entry *e)
{
	if (outcome_of(e) != OUTCOME_COUNT)
		fprintf(out, "%s ", outcome_name(outcome_of(e)));
	if (e->exchange->response != NULL)
		fprintf(out, "(%d)", exchange_status(e->exchange));
	else
		fprintf(out, "(%s)", reason_name(e->exchange->reason));
}

static const char *
sequel_text(enum verdict v)
{
	static const char *const texts[] = {
		[VERDICT_UNCONFIRMED] = "not confirmed",
		[VERDICT_CONFIRMED] = "then deleted",
		[VERDICT_REVERTED] = "then not deleted",
	};

	return texts[v];
}

/* What became of it, where anything later tells. */
static void
print_sequel(FILE *out, const struct item *i)
{
	if (i->sequel.count == 0 && !is_unconfirmed(i))
		return;
	fprintf(out, ", %s", sequel_text(i->sequel.verdict));
	if (i->sequel.state.p != NULL) {
		fputs(": ", out);
		text_put_line(out, i->sequel.state);
	}
}

static void
print_text(FILE *out, const struct item *i)
{
	const struct head *h = &i->source.exchange->request->parsed;

	fprintf(out, "%" PRIu64 "  ", i->number);
	text_put_line(out, h->method);
	putc(' ', out);
	text_put_line(out, h->target);
	fputs("\n    ", out);
	if (!i->sent)
		fputs("not sent", out);
	else if (!i->exists)
		fputs("unknown: it may have been sent", out);
	else
		print_outcome(out, &i->result);
	print_sequel(out, i);
	fputs("; recorded ", out);
	print_outcome(out, &i->source);
	if (i->exists && i->differences.count > 0) {
		fputs("; differs in", out);
		for (size_t d = 0; d < i->differences.count; d++) {
			const struct difference *at = &i->differences.at[d];

			fprintf(out, "%s %s", d > 0 ? "," : "",
			    compared_name(at->what));
			if (at->name.len > 0)
				putc(' ', out);
			text_put_line(out, at->name);
		}
	}
	putc('\n', out);
}

static void
json_end_of(struct json *j, const struct entry *e)
{
	enum outcome o = outcome_of(e);

	json_str(j, "outcome", o < OUTCOME_COUNT ? outcome_name(o) : NULL);
	if (e->exchange->response != NULL)
		json_int(j, "status", exchange_status(e->exchange));
	else
		json_null(j, "status");
	json_str(j, "reason", reason_name(e->exchange->reason));
}

static void
json_result(struct json *j, const struct item *i)
{
	if (i->exists) {
		json_uint(j, "exchange", i->result.id);
		json_end_of(j, &i->result);
		return;
	}
	json_null(j, "exchange");
	json_str(j, "outcome", i->sent ? outcome_name(OUTCOME_UNKNOWN) : NULL);
	json_null(j, "status");
	json_null(j, "reason");
}

static void
json_sequel(struct json *j, const struct item *i)
{
	if (i->sequel.count == 0 && !is_unconfirmed(i)) {
		json_null(j, "follow_up");
		return;
	}
	json_object(j, "follow_up");
	json_str(j, "verdict", verdict_name(i->sequel.verdict));
	json_text(j, "state", i->sequel.state);
	json_uint(j, "exchanges", i->sequel.count);
	json_end(j);
}

static void
print_json(FILE *out, const struct item *i)
{
	const struct head *h = &i->source.exchange->request->parsed;
	struct json j = JSON_INIT(out);

	json_object(&j, NULL);
	json_uint(&j, "number", i->number);
	json_uint(&j, "source", i->source.id);
	json_text(&j, "method", h->method);
	json_text(&j, "target", h->target);
	json_bool(&j, "destructive", i->step->destructive);
	json_bool(&j, "sent", i->sent);
	json_result(&j, i);
	json_sequel(&j, i);
	json_object(&j, "recorded");
	json_end_of(&j, &i->source);
	json_end(&j);
	json_array(&j, "differs");
	for (size_t d = 0; i->exists && d < i->differences.count; d++) {
		json_object(&j, NULL);
		json_str(&j, "what", compared_name(i->differences.at[d].what));
		json_text(&j, "name", i->differences.at[d].name);
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
	json_line(&j);
}

/* What is known of each source, by its place in the plan. */
struct known {
	uint64_t source, exchange;
};

static int
by_source(const void *a, const void *b)
{
	const struct known *one = a, *other = b;

	return one->source < other->source ? -1 : one->source > other->source;
}

static int
read_known(struct store *st, struct known **out, size_t *count, struct err *err)
{
	struct sent sent = { 0 };
	size_t room = 0;
	int got;

	while ((got = store_sent_next(st, sent.source, &sent, err)) == 1) {
		if (*count == room) {
			room = room == 0 ? 64 : 2 * room;
			*out = xrealloc(*out, room * sizeof(**out));
		}
		(*out)[(*count)++] =
		    (struct known){ sent.source, sent.exchange };
	}
	return got;
}

static int
read_sequel(struct store *st, const struct entry *e, struct arena *arena,
    struct sequel *out, struct err *err)
{
	const struct evidence *list;

	*out = (struct sequel){ .verdict = VERDICT_UNCONFIRMED };
	if (outcome_of(e) != OUTCOME_ACCEPTED)
		return 0;
	if (store_evidence(st, e->id, arena, &list, &out->count, err) < 0)
		return -1;
	for (size_t i = 0; i < out->count; i++) {
		if (list[i].verdict != VERDICT_UNCONFIRMED)
			out->verdict = list[i].verdict;
		if (list[i].state.p != NULL)
			out->state = list[i].state;
	}
	return 0;
}

/* What was seen after it, there and here. */
static int
read_sequels(const struct send_report_options *o, struct item *i,
    struct err *err)
{
	struct question q;

	i->asked = o->follow && outcome_of(&i->source) != OUTCOME_COUNT &&
	    follower_foresee(o->rules, i->source.exchange->request, &i->arena,
		&q);
	if (read_sequel(o->source, &i->source, &i->arena, &i->recorded, err) <
	    0)
		return -1;
	return read_sequel(o->results, &i->result, &i->arena, &i->sequel, err);
}

static int
read_item(const struct send_report_options *o, struct item *i,
    const struct known *known, struct err *err)
{
	static const struct comparison everything;
	struct comparison c = everything;
	int got = store_get(o->source, i->step->source, &i->source, err);

	c.rules = o->rules;
	i->sent = known != NULL;
	i->exists = known != NULL && known->exchange != 0;
	arena_reset(&i->arena);
	if (got == 1 && i->exists)
		got = store_get(o->results, known->exchange, &i->result, err);
	if (got == 0)
		return err_set(err, ERR_CORRUPT, "an exchange is gone");
	if (got == 1 && i->exists)
		compare(&c, &i->source, &i->result, &i->arena, &i->differences);
	i->recorded = i->sequel = (struct sequel){ 0 };
	if (got == 1 && i->exists && read_sequels(o, i, err) < 0)
		got = -1;
	return got < 0 ? -1 : 0;
}

static int
report_all(const struct send_report_options *o, struct send_report *out,
    const struct known *known, size_t known_count, struct err *err)
{
	struct item *i = xcalloc(1, sizeof(*i));
	int rc = 0;

	for (size_t n = 0; n < o->plan->count && rc == 0; n++) {
		struct known key = { .source = o->plan->steps[n].source };

		i->number = n + 1;
		i->step = &o->plan->steps[n];
		rc = read_item(o, i,
		    known_count == 0 ? NULL
				     : bsearch(&key, known, known_count,
					   sizeof(*known), by_source),
		    err);
		if (rc < 0)
			break;
		count(out, i);
		if (o->json)
			print_json(o->out, i);
		else
			print_text(o->out, i);
	}
	entry_release(&i->source);
	entry_release(&i->result);
	arena_release(&i->arena);
	free(i);
	return rc;
}

int
send_report(const struct send_report_options *options, struct send_report *out,
    struct err *err)
{
	struct known *known = NULL;
	size_t count = 0;
	int rc;

	*out = (struct send_report){ 0 };
	rc = read_known(options->results, &known, &count, err);
	if (rc == 0)
		rc = report_all(options, out, known, count, err);
	free(known);
	return rc;
}
