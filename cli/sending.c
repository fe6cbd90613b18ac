#include "cli/sending.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/config.h"
#include "cli/text.h"
#include "deletion/deletion.h"
#include "deletion/redact.h"
#include "deletion/rules.h"

static int
read_order(enum order *out, const char *text, struct err *err)
{
	for (int o = 0; o < ORDER_COUNT; o++)
		if (strcmp(order_name((enum order)o), text) == 0) {
			*out = (enum order)o;
			return 0;
		}
	return err_set(err, ERR_USAGE,
	    "--order takes causal, recorded or serial, not \"%.80s\"", text);
}

/* A number from 0.001 to max, as thousandths; false if it is none. */
static bool
read_thousandths(uint64_t *out, const char *text, double max)
{
	char *end;
	double number;

	if (*text < '0' || *text > '9')
		return false;
	number = strtod(text, &end);
	if (!(number >= 0.001 && number <= max) || *end != '\0')
		return false;
	*out = (uint64_t)(number * 1000 + 0.5);
	return true;
}

/* "2", "0.5", "max"; from a thousandth to a million. */
static int
read_speed(uint64_t *out, const char *text, struct err *err)
{
	*out = 0;
	if (strcmp(text, "max") == 0 || read_thousandths(out, text, 1e6))
		return 0;
	return err_set(err, ERR_USAGE,
	    "--speed takes a factor from 0.001 to 1000000 or max, not "
	    "\"%.80s\"",
	    text);
}

/* Seconds, with a fraction if need be, to milliseconds; NULL: 0. */
static int
read_seconds(uint64_t *out, const char *option, const char *text,
    struct err *err)
{
	*out = 0;
	if (text == NULL || read_thousandths(out, text, 1e7))
		return 0;
	return err_set(err, ERR_USAGE,
	    "%s takes seconds, from 0.001 to 10000000, not \"%.80s\"", option,
	    text);
}

static int
read_follow(struct sending *s, const struct sending_args *args, struct err *err)
{
	s->follow = args->follow;
	if (!s->follow &&
	    (args->follow_every != NULL || args->follow_limit != NULL))
		return err_set(err, ERR_USAGE,
		    "--follow-every and --follow-limit need --follow");
	if (read_seconds(&s->follow_every, "--follow-every", args->follow_every,
		err) < 0)
		return -1;
	return read_seconds(&s->follow_limit, "--follow-limit",
	    args->follow_limit, err);
}

static int
read_outcomes(uint32_t *out, const struct opt_list *list, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct span rest = span_of_str(list->items[i]);

		while (rest.p != NULL) {
			struct span name = span_cut(&rest, ',');
			enum outcome o = outcome_of_name(name);

			if (o == OUTCOME_COUNT)
				return err_set(err, ERR_USAGE,
				    "--stop-on: no outcome is called \"%.*s\"",
				    (int)name.len, (const char *)name.p);
			*out |= (uint32_t)1 << o;
		}
	}
	return 0;
}

static int
check_allowed(const struct sending_args *args, const struct destination *t,
    struct err *err)
{
	struct span host = span_of_str(t->host);

	for (size_t i = 0; i < args->allow.count; i++)
		if (span_eq_nocase(host, span_of_str(args->allow.items[i])))
			return 0;
	if (args->allow.count == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: --allow does not name the target's host, %s", t->host);
}

static int
read_args(struct sending *s, const struct sending_args *args, struct err *err)
{
	*s = (struct sending){
		.prefix = args->prefix,
		.keep_host = args->keep_host,
		.all = args->all,
		.rate = args->rate,
		.limit = args->limit,
		.max_deletes = args->max_deletes,
		.connections = args->connections,
		.connect_s = args->connect_s,
		.answer_s = args->answer_s,
		.total_s = args->total_s,
		.resolve = args->resolve.items,
		.resolve_count = args->resolve.count,
	};
	if (args->target == NULL)
		return err_set(err, ERR_USAGE,
		    "say where to with --target http://HOST:PORT");
	if (destination_parse(&s->target, args->target, err) < 0 ||
	    read_order(&s->order, args->order, err) < 0 ||
	    read_speed(&s->speed, args->speed, err) < 0 ||
	    read_follow(s, args, err) < 0 ||
	    read_outcomes(&s->stop_on, &args->stop_on, err) < 0 ||
	    sending_check(s, err) < 0)
		return -1;
	return check_allowed(args, &s->target, err);
}

static int
open_redactor(struct sending_run *r, struct err *err)
{
	uint8_t key[REDACT_KEY_SIZE];

	if (config_key(key, err) < 0)
		return -1;
	r->redactor = redactor_new(r->rules, key);
	return 0;
}

static int
read_all(struct credentials *c, const struct opt_list *list,
    int (*add)(struct credentials *c, const char *text, struct err *err),
    struct err *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (add(c, list->items[i], err) < 0)
			return -1;
	return 0;
}

/* Signatures last: they cover all the rest. */
static int
open_dressing(struct sending_run *r, const struct sending_args *args,
    struct err *err)
{
	struct credentials *c = credentials_new(r->redactor);

	r->credentials = c;
	r->adjustment.rules = r->rules;
	r->adjustment.dry_run = args->dry_run_remote;
	if (read_all(c, &args->headers, credentials_header, err) < 0 ||
	    read_all(c, &args->queries, credentials_query, err) < 0 ||
	    read_all(c, &args->signs, credentials_sign, err) < 0)
		return -1;
	if (args->token != NULL &&
	    adjustment_token(&r->adjustment, args->token, err) < 0)
		return -1;
	r->dressers[0] = adjust_dresser(&r->adjustment);
	r->dressers[1] = credentials_dresser(c);
	r->dressers[2] = credentials_signer(c);
	r->sending.dressing = (struct dressing){ r->dressers, 3 };
	credentials_fingerprint(c, r->sending.credentials);
	return 0;
}

int
sending_open(struct sending_run *r, const struct sending_args *args,
    struct err *err)
{
	*r = (struct sending_run){ 0 };
	if (read_args(&r->sending, args, err) < 0 ||
	    rules_open(&r->rules, args->rules.items, args->rules.count, err) <
		0)
		return -1;
	if (open_redactor(r, err) < 0 || open_dressing(r, args, err) < 0) {
		sending_close(r);
		return -1;
	}
	r->guard = guard_new();
	return 0;
}

static void
tell_unused(void *ctx, const char *option)
{
	FILE *log = ctx;

	fputs("no request has a use for ", log);
	text_put_line(log, span_of_str(option));
	putc('\n', log);
}

void
sending_warn(const struct sending_run *r, FILE *log)
{
	credentials_unused(r->credentials, tell_unused, log);
}

void
sending_close(struct sending_run *r)
{
	credentials_free(r->credentials);
	guard_free(r->guard);
	redactor_free(r->redactor);
	rules_close(r->rules);
	*r = (struct sending_run){ 0 };
}

void
sending_count(FILE *out, const struct plan *plan, const struct sending *s)
{
	fprintf(out,
	    "%zu %s to %s://%s: %" PRIu64 " destructive (%" PRIu64
	    " %s), %" PRIu64 " %s; %" PRIu64 " left out; %" PRIu64 " %s\n",
	    plan->count, text_plural(plan->count, "request", "requests"),
	    s->target.tls ? "https" : "http", s->target.authority,
	    plan->destructive, plan->deletions,
	    text_plural(plan->deletions, "deletion", "deletions"), plan->reads,
	    text_plural(plan->reads, "read", "reads"), plan->omitted,
	    plan->warnings, text_plural(plan->warnings, "warning", "warnings"));
	if (s->follow)
		fprintf(out,
		    "after %" PRIu64 " of them, if accepted, at most %" PRIu64
		    " %s about what becomes of it\n",
		    plan->followed, plan->questions,
		    text_plural(plan->questions, "question", "questions"));
}
