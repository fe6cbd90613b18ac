#include "cli/audit_table.h"

#include <inttypes.h>

#include "cli/text.h"

enum { ID, TIME, OUTCOME, ANSWER, OPERATION, TARGET };

static const struct column columns[] = {
	[ID] = { "ID", COLUMN_NUMBER, 0 },
	[TIME] = { "TIME", COLUMN_TEXT, 0 },
	[OUTCOME] = { "OUTCOME", COLUMN_TEXT, 0 },
	[ANSWER] = { "ANSWER", COLUMN_TEXT, 13 },
	[OPERATION] = { "OPERATION", COLUMN_TAIL, 12 },
	[TARGET] = { "TARGET", COLUMN_TEXT, 24 },
};

struct pager *
audit_table_new(FILE *out)
{
	return pager_new(columns, ARRAY_LEN(columns), out);
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

	if (a->count == 0)
		return;
	table_row(t);
	table_cellf(t, OUTCOME, " %s", verdict_name(a->verdict));
	table_cell(t, ANSWER, a->state);
	table_cellf(t, TARGET, "after %s",
	    text_duration(text, a->time - start));
}

static void
finding_rows(struct table *t, uint32_t findings)
{
	for (int f = 0; f < FINDING_COUNT; f++) {
		if ((findings & FINDING_BIT(f)) == 0)
			continue;
		table_row(t);
		table_cellf(t, OUTCOME, " finding");
		table_cellf(t, TARGET, "%s", finding_text(f));
	}
}

static void
own_row(struct table *t, const struct entry *e)
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
}

void
audit_table_add(struct pager *pager, const struct entry *e,
    const struct aftermath *a)
{
	const struct deletion *d = &e->reading.deletion;
	struct table *t = pager_at(pager, exchange_time(e->exchange));

	own_row(t, e);
	if (d->target_count > 1)
		target_rows(t, d);
	aftermath_row(t, e, a);
	finding_rows(t, record_findings(d, a));
}
