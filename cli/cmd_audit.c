/*
 * obit audit - the deletion history.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/err.h"
#include "cli/archive.h"
#include "cli/cover.h"
#include "cli/opt.h"
#include "cli/pager.h"
#include "cli/record.h"
#include "cli/text.h"

struct args {
	bool json;
	const char *target, *type, *outcome, *client, *operation, *host;
	struct opt_time since, until;
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, AT(json), NULL,
	    "write one JSON object per deletion" },
	{ 0, "target", OPT_STRING, AT(target), "ID",
	    "only deletions of this target" },
	{ 0, "type", OPT_STRING, AT(type), "TYPE",
	    "only deletions of targets of this type" },
	{ 0, "outcome", OPT_STRING, AT(outcome), "OUTCOME",
	    "only deletions, or targets of one, with this outcome" },
	{ 0, "operation", OPT_STRING, AT(operation), "NAME",
	    "only this operation" },
	{ 0, "host", OPT_STRING, AT(host), "HOST",
	    "only requests to this host" },
	{ 0, "client", OPT_STRING, AT(client), "ADDR",
	    "only requests from this address, with or without its port" },
	{ 0, "since", OPT_TIME, AT(since), "TIME",
	    "only from this RFC 3339 time on" },
	{ 0, "until", OPT_TIME, AT(until), "TIME", "only before this time" },
	{ 0 },
};

enum { ID, TIME, OUTCOME, ANSWER, OPERATION, TARGET };

static const struct column columns[] = {
	[ID] = { "ID", COLUMN_NUMBER, 0 },
	[TIME] = { "TIME", COLUMN_TEXT, 0 },
	[OUTCOME] = { "OUTCOME", COLUMN_TEXT, 0 },
	[ANSWER] = { "ANSWER", COLUMN_TEXT, 13 },
	[OPERATION] = { "OPERATION", COLUMN_TAIL, 12 },
	[TARGET] = { "TARGET", COLUMN_TEXT, 20 },
};

static bool
is(const char *wanted, struct span have)
{
	return wanted == NULL || span_eq_str(have, wanted);
}

static bool
target_fits(const struct args *args, const struct target *t)
{
	return is(args->target, t->id) && is(args->type, t->type) &&
	    is(args->outcome, span_of_str(outcome_name(t->outcome)));
}

static bool
targets_fit(const struct args *args, const struct deletion *d)
{
	bool outcome = is(args->outcome, span_of_str(outcome_name(d->outcome)));
	struct args rest = *args;

	if (args->target == NULL && args->type == NULL && outcome)
		return true;
	if (outcome)
		rest.outcome = NULL;
	for (size_t i = 0; i < d->target_count; i++)
		if (target_fits(&rest, &d->targets[i]))
			return true;
	return false;
}

static bool
client_fits(const char *wanted, const struct endpoint *client)
{
	char text[ENDPOINT_SIZE];
	struct span addr;

	if (wanted == NULL)
		return true;
	endpoint_format(text, client);
	if (strcmp(text, wanted) == 0)
		return true;
	addr = span_of_str(text);
	while (addr.len > 0 && addr.p[addr.len - 1] != ':')
		addr.len--;
	addr.len--; /* the colon; a port is always there */
	if (client->v6 && wanted[0] != '[')
		addr = span_sub(addr, 1, addr.len - 2);
	return span_eq_str(addr, wanted);
}

static bool
fits(const struct args *args, const struct entry *e)
{
	const struct exchange *x = e->exchange;
	const struct deletion *d = &e->reading.deletion;
	int64_t t = exchange_time(x);

	return (!args->since.given || t >= args->since.t) &&
	    (!args->until.given || t < args->until.t) &&
	    is(args->operation, d->operation) &&
	    is(args->host, record_host(x)) &&
	    client_fits(args->client, &x->client) && targets_fit(args, d);
}

static void
answer_cell(struct table *t, const struct entry *e)
{
	const struct exchange *x = e->exchange;
	struct span code = e->reading.deletion.code;

	if (x->response == NULL)
		table_cellf(t, ANSWER, "%s", reason_name(x->reason));
	else
		table_cellf(t, ANSWER, "%d%s%.*s", exchange_status(x),
		    code.len > 0 ? " " : "", (int)code.len,
		    (const char *)code.p);
}

/* A batch has a line for each of its targets under its own. */
static void
target_rows(struct table *t, const struct deletion *d)
{
	for (size_t i = 0; i < d->target_count; i++) {
		const struct target *each = &d->targets[i];

		table_row(t);
		table_cellf(t, OUTCOME, " %s", outcome_name(each->outcome));
		table_cell(t, TARGET, each->id);
		table_cell(t, ANSWER, each->code);
	}
}

static void
aftermath_row(struct table *t, const struct entry *e, const struct aftermath *a)
{
	char text[TEXT_SIZE];
	int64_t start = exchange_time(e->exchange);

	table_row(t);
	table_cellf(t, OUTCOME, " %s", verdict_name(a->verdict));
	if (a->count == 0) {
		table_cellf(t, TARGET, "never followed up");
		return;
	}
	table_cell(t, ANSWER, a->state);
	table_cellf(t, TARGET, "after %s",
	    text_duration(text, a->time - start));
}

static void
rows(struct table *t, const struct entry *e, const struct aftermath *a)
{
	const struct deletion *d = &e->reading.deletion;
	char clock[TEXT_SIZE];

	table_row(t);
	table_cellf(t, ID, "%" PRIu64, e->id);
	table_cellf(t, TIME, "%s",
	    text_clock(clock, exchange_time(e->exchange)));
	table_cellf(t, OUTCOME, "%s", outcome_name(d->outcome));
	answer_cell(t, e);
	table_cell(t, OPERATION, d->operation);
	if (d->target_count == 1)
		table_cell(t, TARGET, d->targets[0].id);
	else
		table_cellf(t, TARGET, "%zu targets", d->target_count);
	if (d->target_count > 1)
		target_rows(t, d);
	if (a->expected)
		aftermath_row(t, e, a);
}

struct output {
	struct json json;
	struct pager *pager;
	uint64_t shown;
};

static int
show(struct output *o, const struct args *args, struct store *st,
    const struct entry *e, struct err *err)
{
	struct aftermath a;

	if (!fits(args, e))
		return 0;
	if (record_aftermath(st, e, &a, err) < 0)
		return -1;
	o->shown++;
	if (args->json) {
		record_deletion(&o->json, e, &a);
		json_line(&o->json);
	} else {
		rows(pager_at(o->pager, exchange_time(e->exchange)), e, &a);
	}
	return 0;
}

static int
visit(struct output *o, const struct args *args, struct store *st,
    struct err *err)
{
	struct selection deletions = { .by_kind = true, .kind = KIND_DELETION };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (cursor_open(&c, st, &deletions, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0)
		if (show(o, args, st, &e, err) < 0) {
			more = -1;
			break;
		}
	entry_release(&e);
	cursor_close(c);
	return more;
}

/* What was shown, and what the recordings could not see. */
static int
summary(const struct output *o, struct store *st, FILE *out, struct err *err)
{
	fprintf(out, "%s%" PRIu64 " %s\n", o->shown > 0 ? "\n" : "", o->shown,
	    text_plural(o->shown, "deletion", "deletions"));
	return cover_unseen(st, out, err);
}

static int
audit(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct output o = { .json = JSON_INIT(ctx->out) };
	int status;

	o.pager = pager_new(columns, ARRAY_LEN(columns), ctx->out);
	status = visit(&o, args, st, err);
	pager_free(o.pager);
	if (status < 0 || args->json)
		return status;
	return summary(&o, st, ctx->out, err);
}

static int
check(const struct args *args, struct err *err)
{
	if (args->outcome == NULL ||
	    outcome_of_name(span_of_str(args->outcome)) != OUTCOME_COUNT)
		return 0;
	return err_set(err, ERR_USAGE, "--outcome: \"%s\" is no outcome",
	    args->outcome);
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	if (check(ctx->args, err) < 0)
		return -1;
	return archive_read(ctx->operands[0], audit, ctx, err);
}

extern const struct cmd cmd_audit;
const struct cmd cmd_audit = {
	.name = "audit",
	.summary = "show the deletion history",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
