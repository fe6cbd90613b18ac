#include "cli/plan_show.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/utf8.h"
#include "cli/record.h"
#include "cli/text.h"
#include "deletion/follower.h"
#include "http/body.h"
#include "http/exchange.h"
#include "store/store.h"

#define BODY_SHOWN    1024 /* bytes of a body that are printed */
#define TARGETS_SHOWN 8

static void
field(FILE *out, const char *name, struct span value)
{
	fprintf(out, "    %s ", name);
	text_put_line(out, value);
	putc('\n', out);
}

static void
print_targets(FILE *out, const struct deletion *d)
{
	for (size_t i = 0; i < d->target_count && i < TARGETS_SHOWN; i++) {
		fputs("    target ", out);
		text_put_line(out, d->targets[i].type);
		putc(' ', out);
		text_put_line(out, d->targets[i].id);
		if (d->targets[i].scope.len > 0) {
			fputs(" in ", out);
			text_put_line(out, d->targets[i].scope);
		}
		putc('\n', out);
	}
	if (d->target_count > TARGETS_SHOWN)
		fprintf(out, "    and %zu more targets\n",
		    d->target_count - TARGETS_SHOWN);
}

static void
print_recorded(FILE *out, const struct entry *e)
{
	const struct exchange *x = e->exchange;
	char day[TEXT_SIZE], clock[TEXT_SIZE];
	const char *outcome = e->reading.kind == KIND_DELETION
	    ? outcome_name(e->reading.deletion.outcome)
	    : kind_name(e->reading.kind);

	fprintf(out, "    recorded %s %s as exchange %" PRIu64 ": %s",
	    text_day(day, exchange_time(x)),
	    text_clock(clock, exchange_time(x)), e->id, outcome);
	if (x->response != NULL)
		fprintf(out, " (%d)\n", exchange_status(x));
	else
		fprintf(out, " (%s)\n", reason_name(x->reason));
}

static void
print_warnings(FILE *out, const struct request *r)
{
	for (const struct warned *w = r->warned; w != NULL; w = w->next) {
		fprintf(out, "    WARNING %s", warning_text(w->what));
		if (w->detail.p != NULL) {
			fputs(": ", out);
			text_put_line(out, w->detail);
		}
		putc('\n', out);
	}
}

static bool
is_text(struct span s)
{
	return utf8_is_valid(s) && span_find(s, 0) == s.len;
}

/* Each line behind a bar, so that it cannot pass for one of ours. */
static void
print_lines(FILE *out, struct span text)
{
	while (text.len > 0) {
		struct span line = span_cut(&text, '\n');

		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		fputs("    | ", out);
		text_put_line(out, line);
		putc('\n', out);
	}
}

static void
print_request(FILE *out, const struct message *m)
{
	print_lines(out, m->head);
	if (m->body.len == 0)
		return;
	if (m->body.len <= BODY_SHOWN && is_text(m->body))
		print_lines(out, m->body);
	else
		fprintf(out, "    (a body of %zu bytes)\n", m->body.len);
}

void
plan_show_recorded(FILE *out, const struct plan_item *item)
{
	const struct entry *e = item->source;
	const struct deletion *d = &e->reading.deletion;
	const struct head *h = &e->exchange->request->parsed;

	if (item->number > 0)
		fprintf(out, "%" PRIu64 "  ", item->number);
	else
		fputs("-  left out: ", out);
	text_put_line(out, h->method);
	putc(' ', out);
	text_put_line(out,
	    e->reading.kind == KIND_DELETION ? d->operation : h->target);
	putc('\n', out);
	print_recorded(out, e);
	if (e->reading.kind == KIND_DELETION)
		print_targets(out, d);
}

static void
print_states(FILE *out, const char *what, const struct state_list *states)
{
	for (size_t i = 0; i < states->count; i++) {
		fprintf(out, "%s ", i == 0 ? what : " or");
		text_put_line(out, states->at[i]);
	}
}

/* What is asked about it if it is accepted. */
static void
print_follow(FILE *out, const struct plan_item *item)
{
	const struct question *q = item->follow;
	char every[TEXT_SIZE], limit[TEXT_SIZE];

	if (q == NULL)
		return;
	fputs("    then ", out);
	text_put_line(out, q->method);
	putc(' ', out);
	text_put_line(out, q->target);
	fprintf(out, " every %s for at most %s",
	    text_duration(every, item->every),
	    text_duration(limit, item->limit));
	print_states(out, ", until", &q->done);
	if (q->gone)
		fputs(q->done.count > 0 ? " or not found" : ", until not found",
		    out);
	print_states(out, "; in vain if", &q->fail);
	putc('\n', out);
}

void
plan_show_text(FILE *out, const struct plan_item *item)
{
	plan_show_recorded(out, item);
	if (item->number > 0) {
		print_warnings(out, item->request);
		print_request(out, item->shown);
		print_follow(out, item);
	} else {
		field(out, "because",
		    span_of_str(omission_text(item->omission)));
	}
	putc('\n', out);
}

static void
json_headers(struct json *j, const struct head *h)
{
	json_array(j, "headers");
	for (size_t i = 0; i < h->field_count; i++) {
		json_object(j, NULL);
		json_text(j, "name", h->fields[i].name);
		json_text(j, "value", h->fields[i].value);
		json_end(j);
	}
	json_end(j);
}

static void
json_body(struct json *j, struct span body)
{
	bool text = is_text(body);

	json_uint(j, "body_bytes", body.len);
	json_text(j, "body", text ? body : (struct span){ 0 });
	json_base64(j, "body_base64", text ? (struct span){ 0 } : body);
}

static void
json_warnings(struct json *j, const struct request *r)
{
	json_array(j, "warnings");
	for (const struct warned *w = r->warned; w != NULL; w = w->next) {
		json_object(j, NULL);
		json_str(j, "name", warning_name(w->what));
		json_text(j, "detail", w->detail);
		json_end(j);
	}
	json_end(j);
}

/* What was recorded: the deletion, and what became of it. */
static void
json_recorded(struct json *j, const struct entry *e)
{
	const struct deletion *d = &e->reading.deletion;
	bool deletes = e->reading.kind == KIND_DELETION;
	int status = exchange_status(e->exchange);

	json_object(j, "recorded");
	json_time(j, "time", exchange_time(e->exchange));
	if (status > 0)
		json_int(j, "status", status);
	else
		json_null(j, "status");
	json_str(j, "outcome", deletes ? outcome_name(d->outcome) : NULL);
	json_end(j);
	json_text(j, "operation", deletes ? d->operation : (struct span){ 0 });
	json_text(j, "token", deletes ? d->token : (struct span){ 0 });
	json_bool(j, "set_delete", deletes && d->set_delete);
	json_bool(j, "dry_run", deletes && d->dry_run);
	if (deletes)
		record_targets(j, d);
	else
		json_array(j, "targets"), json_end(j);
}

static void
json_states(struct json *j, const char *name, const struct state_list *states)
{
	json_array(j, name);
	for (size_t i = 0; i < states->count; i++)
		json_text(j, NULL, states->at[i]);
	json_end(j);
}

static void
json_follow(struct json *j, const struct plan_item *item)
{
	const struct question *q = item->follow;

	if (q == NULL) {
		json_null(j, "follow");
		return;
	}
	json_object(j, "follow");
	json_text(j, "method", q->method);
	json_text(j, "target", q->target);
	json_int(j, "every_ns", item->every);
	json_int(j, "limit_ns", item->limit);
	json_states(j, "done", &q->done);
	json_states(j, "fail", &q->fail);
	json_bool(j, "gone", q->gone);
	json_end(j);
}

static void
json_request(struct json *j, const struct plan_item *item)
{
	const struct head *h = &item->shown->parsed;

	json_bool(j, "destructive", item->step->destructive);
	json_text(j, "method", h->method);
	json_text(j, "target", h->target);
	json_text(j, "head", item->shown->head);
	json_headers(j, h);
	json_body(j, item->shown->body);
	json_warnings(j, item->request);
	json_follow(j, item);
}

void
plan_show_json(FILE *out, const struct plan_item *item)
{
	struct json j = JSON_INIT(out);
	const struct entry *e = item->source;

	json_object(&j, NULL);
	if (item->number > 0)
		json_uint(&j, "number", item->number);
	else
		json_null(&j, "number");
	json_uint(&j, "exchange", e->id);
	json_str(&j, "kind", kind_name(e->reading.kind));
	json_str(&j, "omitted", omission_name(item->omission));
	json_recorded(&j, e);
	if (item->number > 0)
		json_request(&j, item);
	json_end(&j);
	json_line(&j);
}
