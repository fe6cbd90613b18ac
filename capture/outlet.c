#include "capture/outlet.h"

unsigned
outlet_wants(struct outlet *o, const struct head *request)
{
	return o->sink->wants(o->sink->ctx, request);
}

void
outlet_pass(struct outlet *o, bool orphan)
{
	o->coverage.exchanges.seen++;
	o->coverage.exchanges.orphans += orphan;
	if (orphan)
		o->coverage.exchanges.incomplete++;
	else
		o->coverage.exchanges.filtered++;
}

static void
count_kept(struct coverage *c, flaw_set flaws, bool complete)
{
	c->exchanges.kept += complete;
	c->exchanges.incomplete += !complete;
	for (int i = 0; i < FLAW_COUNT; i++)
		c->flaws[i] += flaw_has(flaws, i);
}

void
outlet_take(struct outlet *o, struct exchange *x)
{
	flaw_set flaws = x->flaws;
	bool complete = exchange_is_complete(x), kept = false;

	if (o->failed) {
		exchange_free(x);
		return;
	}
	o->coverage.exchanges.seen++;
	if (o->sink->take(o->sink->ctx, x, &kept, &flaws, &o->err) < 0)
		o->failed = true;
	if (kept)
		count_kept(&o->coverage, flaws, complete);
	else
		o->coverage.exchanges.filtered++;
}
