#include "cli/record.h"

#include <stdio.h>

#include "http/url.h"

struct span
record_host(const struct exchange *x)
{
	const struct head *h;
	struct url url;

	if (x->request == NULL)
		return (struct span){ 0 };
	h = &x->request->parsed;
	url = url_split(h->method, h->target);
	return url.authority.p != NULL ? url.authority : head_field(h, "Host");
}

int
record_aftermath(struct store *st, const struct entry *e, struct aftermath *out,
    struct err *err)
{
	const struct evidence *last;

	*out = (struct aftermath){ .verdict = VERDICT_UNCONFIRMED };
	if (store_evidence(st, e->id, &e->exchange->arena, &out->evidence,
		&out->count, err) < 0)
		return -1;
	out->expected =
	    out->count > 0 || e->reading.deletion.outcome == OUTCOME_ACCEPTED;
	if (out->count == 0)
		return 0;
	last = &out->evidence[out->count - 1];
	out->verdict = last->verdict;
	out->state = last->state;
	out->time = last->time;
	return 0;
}

void
record_flaws(struct json *j, const char *name, flaw_set set)
{
	json_array(j, name);
	for (int f = 0; f < FLAW_COUNT; f++)
		if (flaw_has(set, f))
			json_str(j, NULL, flaw_name(f));
	json_end(j);
}

/* Of a body that is not there any more, as it was on the wire. */
static void
purged(struct json *j, const struct purged *p)
{
	if (p == NULL) {
		json_null(j, "purged");
		return;
	}
	json_object(j, "purged");
	json_uint(j, "bytes", p->len);
	json_hex(j, "sha256", (struct span){ p->sha256, DIGEST_SIZE });
	json_end(j);
}

static void
message(struct json *j, const char *name, const struct message *m)
{
	struct span digest = { 0 };

	if (m == NULL) {
		json_null(j, name);
		return;
	}
	if (m->has_digest)
		digest = (struct span){ m->body_sha256, DIGEST_SIZE };
	json_object(j, name);
	json_uint(j, "head_bytes", m->head.len);
	json_uint(j, "body_bytes", m->body_len);
	json_hex(j, "body_sha256", digest);
	json_bool(j, "complete", m->complete);
	purged(j, m->purged);
	json_end(j);
}

static void
endpoint(struct json *j, const char *name, const struct endpoint *e)
{
	char text[ENDPOINT_SIZE];

	json_str(j, name, endpoint_format(text, e));
}

static void
version(struct json *j, const struct message *m)
{
	char text[16];

	if (m == NULL) {
		json_null(j, "version");
		return;
	}
	snprintf(text, sizeof(text), "%d.%d", m->parsed.major, m->parsed.minor);
	json_str(j, "version", text);
}

static void
duration(struct json *j, const struct exchange *x)
{
	if (x->request != NULL && x->response != NULL)
		json_int(j, "duration_ns",
		    x->response->last - x->request->first);
	else
		json_null(j, "duration_ns");
}

static void
status(struct json *j, const struct exchange *x)
{
	if (x->response != NULL)
		json_int(j, "status", exchange_status(x));
	else
		json_null(j, "status");
}

void
record_exchange(struct json *j, const struct entry *e)
{
	static const struct head none;
	const struct exchange *x = e->exchange;
	const struct head *h = x->request != NULL ? &x->request->parsed : &none;

	json_uint(j, "id", e->id);
	json_uint(j, "recording", e->recording);
	json_time(j, "time", exchange_time(x));
	duration(j, x);
	endpoint(j, "client", &x->client);
	endpoint(j, "server", &x->server);
	json_text(j, "method", h->method);
	json_str(j, "scheme", "http");
	json_text(j, "host", record_host(x));
	json_text(j, "target", h->target);
	version(j, x->request);
	status(j, x);
	json_str(j, "kind", kind_name(e->reading.kind));
	message(j, "request", x->request);
	message(j, "response", x->response);
	json_str(j, "reason", reason_name(x->reason));
	record_flaws(j, "flaws", x->flaws);
	json_hex(j, "key", (struct span){ e->reading.key, MATCH_KEY_SIZE });
}

void
record_targets(struct json *j, const struct deletion *d)
{
	json_array(j, "targets");
	for (size_t i = 0; i < d->target_count; i++) {
		const struct target *t = &d->targets[i];

		json_object(j, NULL);
		json_text(j, "type", t->type);
		json_text(j, "id", t->id);
		json_text(j, "scope", t->scope);
		json_str(j, "outcome", outcome_name(t->outcome));
		json_text(j, "code", t->code);
		json_end(j);
	}
	json_end(j);
}

static void
aftermath(struct json *j, const struct aftermath *a)
{
	if (!a->expected) {
		json_null(j, "follow_up");
		return;
	}
	json_object(j, "follow_up");
	json_str(j, "verdict", verdict_name(a->verdict));
	json_text(j, "state", a->state);
	if (a->count > 0)
		json_time(j, "time", a->time);
	else
		json_null(j, "time");
	json_array(j, "evidence");
	for (size_t i = 0; i < a->count; i++)
		json_uint(j, NULL, a->evidence[i].exchange);
	json_end(j);
	json_end(j);
}

uint32_t
record_findings(const struct deletion *d, const struct aftermath *a)
{
	bool never = a->expected && a->count == 0;

	return d->findings | (never ? FINDING_BIT(FINDING_UNFOLLOWED) : 0);
}

static void
findings(struct json *j, uint32_t set)
{
	json_array(j, "findings");
	for (int f = 0; f < FINDING_COUNT; f++)
		if ((set & FINDING_BIT(f)) != 0)
			json_str(j, NULL, finding_name(f));
	json_end(j);
}

static void
answer(struct json *j, const struct entry *e)
{
	const struct deletion *d = &e->reading.deletion;

	json_text(j, "operation", d->operation);
	json_str(j, "basis", d->contract ? "contract" : "convention");
	json_str(j, "outcome", outcome_name(d->outcome));
	status(j, e->exchange);
	json_text(j, "code", d->code);
	json_text(j, "message", d->message);
	json_text(j, "request_id", d->request_id);
}

static void
question(struct json *j, const struct entry *e)
{
	const struct deletion *d = &e->reading.deletion;
	const struct exchange *x = e->exchange;
	const struct head *h = &x->request->parsed;

	json_text(j, "host", record_host(x));
	json_text(j, "method", h->method);
	json_text(j, "target", h->target);
	endpoint(j, "client", &x->client);
	json_text(j, "principal", e->reading.principal);
	json_text(j, "user_agent", head_field(h, "User-Agent"));
	json_text(j, "token", d->token);
	json_bool(j, "dry_run", d->dry_run);
	json_bool(j, "force", d->force);
	json_bool(j, "set_delete", d->set_delete);
}

void
record_deletion(struct json *j, const struct entry *e,
    const struct aftermath *a)
{
	const struct deletion *d = &e->reading.deletion;

	json_object(j, NULL);
	json_uint(j, "id", e->id);
	json_time(j, "time", exchange_time(e->exchange));
	answer(j, e);
	question(j, e);
	record_targets(j, d);
	json_object(j, "attempt");
	json_uint(j, "of", d->attempt_of);
	json_uint(j, "number", d->attempt_number);
	json_end(j);
	aftermath(j, a);
	findings(j, record_findings(d, a));
	record_flaws(j, "flaws", e->exchange->flaws);
	json_end(j);
}
