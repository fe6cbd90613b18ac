#include "cli/audit_filter.h"

static bool
is(const char *wanted, struct span have)
{
	return wanted == NULL || span_eq_str(have, wanted);
}

static bool
target_fits(const struct audit_filter *f, const struct target *t)
{
	return is(f->target, t->id) && is(f->type, t->type) &&
	    is(f->outcome, span_of_str(outcome_name(t->outcome)));
}

static bool
targets_fit(const struct audit_filter *f, const struct deletion *d)
{
	bool outcome = is(f->outcome, span_of_str(outcome_name(d->outcome)));
	struct audit_filter rest = *f;

	if (f->target == NULL && f->type == NULL && outcome)
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
fits(const struct audit_filter *f, const struct entry *e)
{
	const struct exchange *x = e->exchange;
	const struct deletion *d = &e->reading.deletion;
	int64_t t = exchange_time(x);

	return (!f->since.given || t >= f->since.t) &&
	    (!f->until.given || t < f->until.t) &&
	    is(f->operation, d->operation) && is(f->host, record_host(x)) &&
	    client_fits(f->client, &x->client) && targets_fit(f, d);
}

static int
look(struct store *st, const struct audit_filter *f, const struct entry *e,
    audit_visitor *visitor, void *ctx, struct err *err)
{
	struct aftermath a;

	if (!fits(f, e))
		return 0;
	if (record_aftermath(st, e, &a, err) < 0)
		return -1;
	if (f->findings && record_findings(&e->reading.deletion, &a) == 0)
		return 0;
	return visitor(ctx, e, &a, err);
}

int
audit_visit(struct store *st, const struct audit_filter *filter,
    audit_visitor *visitor, void *ctx, struct err *err)
{
	struct selection deletions = { .by_kind = true, .kind = KIND_DELETION };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (filter->operation != NULL)
		deletions.operation = span_of_str(filter->operation);
	if (filter->target != NULL)
		deletions.target = span_of_str(filter->target);
	if (cursor_open(&c, st, &deletions, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0)
		if (look(st, filter, &e, visitor, ctx, err) < 0) {
			more = -1;
			break;
		}
	entry_release(&e);
	cursor_close(c);
	return more;
}
