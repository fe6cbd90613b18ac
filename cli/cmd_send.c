/*
 * obit send - send an archive again, as planned and confirmed.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "cli/plan_show.h"
#include "cli/progress.h"
#include "cli/send_report.h"
#include "cli/sending.h"
#include "cli/text.h"
#include "replay/sender.h"
#include "replay/tls.h"
#include "store/sent.h"
#include "store/store.h"

#define TYPED 8 /* characters of the digest that a person types */

struct args {
	struct sending_args sending;
	const char *confirm, *output;
	bool resume, step, json;
};

static const struct args defaults = { .sending = SENDING_DEFAULTS };

static const struct opt opts[] = {
	SENDING_OPTS,
	{ 0, "confirm", OPT_STRING, offsetof(struct args, confirm), "DIGEST",
	    "send the plan that has this digest" },
	{ 'o', "output", OPT_STRING, offsetof(struct args, output), "RESULTS",
	    "record what comes of it in this archive" },
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object per request" },
	{ 0, "resume", OPT_FLAG, offsetof(struct args, resume), NULL,
	    "go on with an archive of results that was not finished" },
	{ 0, "step", OPT_FLAG, offsetof(struct args, step), NULL,
	    "ask on the terminal before each request" },
	{ 0 },
};

/* Everything a run needs, opened in this order. */
struct run {
	struct cmd_ctx *ctx;
	struct sending_run sending;
	struct store *source, *results;
	struct plan plan;
	struct endpoint at[DESTINATION_MAX_ADDRESSES];
	size_t at_count;
	struct tls_context *tls;
	bool *done;
	struct sender_settled *before; /* of an earlier run */
	size_t before_count;
	struct progress progress;
};

static bool
has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* A line from the terminal without its end; false at its end. */
static bool
read_line(char *line, size_t size)
{
	if (fgets(line, (int)size, stdin) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static void
to_hex(char hex[2 * DIGEST_SIZE + 1], const uint8_t digest[DIGEST_SIZE])
{
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static int
ask_to_confirm(struct run *r, const char *digest, struct err *err)
{
	char line[128];

	sending_count(r->ctx->log, &r->plan, &r->sending.sending);
	fprintf(r->ctx->log,
	    "digest %s\nType its first %d characters to send: ", digest, TYPED);
	fflush(r->ctx->log);
	if (read_line(line, sizeof(line)) && strlen(line) >= TYPED &&
	    strncmp(line, digest, strlen(line)) == 0)
		return 0;
	return err_set(err, ERR_REFUSED, "refused: it was not confirmed");
}

static int
check_confirmed(struct run *r, struct err *err)
{
	const struct args *args = r->ctx->args;
	char digest[2 * DIGEST_SIZE + 1];

	to_hex(digest, r->plan.digest);
	if (args->confirm == NULL)
		return ask_to_confirm(r, digest, err);
	if (strcasecmp(args->confirm, digest) == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: what was confirmed is not this plan; the archive, the "
	    "target, the options or the credentials are others (see obit "
	    "plan)");
}

/* Before anything is opened. */
static int
check_args(const struct args *args, struct err *err)
{
	if (args->output == NULL)
		return err_set(err, ERR_USAGE,
		    "say where results go with -o RESULTS");
	if (args->confirm == NULL && !has_terminal())
		return err_set(err, ERR_REFUSED,
		    "refused: without a terminal nothing is sent unless "
		    "--confirm says the digest of its plan");
	if (args->step && !has_terminal())
		return err_set(err, ERR_REFUSED,
		    "refused: --step needs a terminal");
	if (!args->resume && access(args->output, F_OK) == 0)
		return err_set(err, ERR_REFUSED,
		    "refused: %s exists; --resume goes on with it",
		    args->output);
	if (args->resume && access(args->output, F_OK) != 0)
		return err_set(err, ERR_USAGE,
		    "%s does not exist, so there is nothing to resume",
		    args->output);
	return 0;
}

static int
make_plan(struct run *r, struct err *err)
{
	struct plan_options options = {
		.sending = &r->sending.sending,
		.rules = r->sending.rules,
		.redactor = r->sending.redactor,
	};

	if (plan_make(&r->plan, r->source, r->sending.guard, &options, err) < 0)
		return err_prefix(err, "%s", r->ctx->operands[0]);
	sending_warn(&r->sending, r->ctx->log);
	return 0;
}

static int
find_target(struct run *r, struct err *err)
{
	const struct args *args = r->ctx->args;
	const struct sending *s = &r->sending.sending;

	if (destination_resolve(&s->target, s->resolve, s->resolve_count, r->at,
		&r->at_count, err) < 0 ||
	    guard_check_addresses(r->sending.guard, &s->target, r->at,
		r->at_count, err) < 0)
		return -1;
	if (!s->target.tls)
		return 0;
	return tls_context_client(&r->tls, args->sending.ca, err);
}

/* A step of the plan, found by its source. */
struct place {
	uint64_t source;
	size_t step;
};

static int
by_source(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	return one->source < other->source ? -1 : one->source > other->source;
}

static struct place *
sort_steps(const struct plan *plan)
{
	struct place *places = xcalloc(plan->count + 1, sizeof(*places));

	for (size_t i = 0; i < plan->count; i++)
		places[i] = (struct place){ plan->steps[i].source, i };
	qsort(places, plan->count, sizeof(*places), by_source);
	return places;
}

/* What is done of the plan, according to the results. */
static int
mark_done(struct run *r, struct err *err)
{
	struct place *places = sort_steps(&r->plan), *found;
	struct sent sent = { 0 };
	int got;

	r->before = xcalloc(r->plan.count + 1, sizeof(*r->before));
	while (
	    (got = store_sent_next(r->results, sent.source, &sent, err)) == 1) {
		struct place key = { .source = sent.source };

		found = bsearch(&key, places, r->plan.count, sizeof(*places),
		    by_source);
		if (found == NULL)
			continue;
		r->done[found->step] = true;
		if (sent.exchange != 0)
			r->before[r->before_count++] =
			    (struct sender_settled){ found->step,
				    sent.exchange };
	}
	free(places);
	return got;
}

/* Killed before its first commit, a run leaves an archive of nothing. */
static int
is_empty(struct run *r, struct err *err)
{
	uint64_t last;

	if (store_last_id(r->results, &last, err) < 0)
		return -1;
	return last == 0;
}

static int
check_results(struct run *r, struct err *err)
{
	const struct args *args = r->ctx->args;
	struct arena arena = ARENA_INIT;
	struct replay replay;
	int got = store_replay_get(r->results, &arena, &replay, err);

	arena_release(&arena);
	if (got == 0 && (got = is_empty(r, err)) == 1)
		return 0;
	if (got < 0)
		return -1;
	if (got == 1 && args->resume &&
	    memcmp(replay.plan, r->plan.digest, DIGEST_SIZE) == 0)
		return mark_done(r, err);
	return err_set(err, ERR_REFUSED,
	    "refused: %s holds no results of this plan", args->output);
}

static int
begin_results(struct run *r, struct err *err)
{
	const struct sending *s = &r->sending.sending;
	char target[DESTINATION_MAX_HOST + 32];
	struct recording rec = {
		.begun = clock_wall(),
		.program = span_of_str(PACKAGE_STRING),
		.source = span_of_str(r->ctx->operands[0]),
	};
	struct replay replay = { .size = r->plan.size };

	snprintf(target, sizeof(target), "%s://%s",
	    s->target.tls ? "https" : "http", s->target.authority);
	replay.target = span_of_str(target);
	memcpy(replay.plan, r->plan.digest, DIGEST_SIZE);
	memcpy(replay.root, r->plan.root, DIGEST_SIZE);
	if (store_begin(r->results, &rec, err) < 0 ||
	    store_replay_add(r->results, &replay, err) < 0)
		return -1;
	return store_commit(r->results, err);
}

static enum sender_answer
ask_step(void *ctx, size_t step)
{
	struct run *r = ctx;
	FILE *log = r->ctx->log;
	struct plan_item item = { .number = step + 1,
		.step = &r->plan.steps[step] };
	struct entry e = ENTRY_INIT;
	char line[16];
	struct err err;

	if (store_get(r->source, item.step->source, &e, &err) == 1) {
		item.source = &e;
		plan_show_recorded(log, &item);
	}
	entry_release(&e);
	fputs("Send it? [y]es, [s]kip, [q]uit: ", log);
	fflush(log);
	if (!read_line(line, sizeof(line)))
		return SENDER_QUIT;
	if (line[0] == 'y' || line[0] == 'Y')
		return SENDER_SEND;
	return line[0] == 's' || line[0] == 'S' ? SENDER_SKIP : SENDER_QUIT;
}

static void
tick(void *ctx, uint64_t settled, uint64_t total)
{
	struct run *r = ctx;

	progress_show_count(&r->progress, settled, total);
}

static int
send_all(struct run *r, struct sender_report *report, struct err *err)
{
	const struct args *args = r->ctx->args;
	struct sender_options options = {
		.sending = &r->sending.sending,
		.plan = &r->plan,
		.source = r->source,
		.results = r->results,
		.rules = r->sending.rules,
		.redactor = r->sending.redactor,
		.tls = r->tls,
		.at = r->at,
		.at_count = r->at_count,
		.before = r->before,
		.before_count = r->before_count,
		.done = r->done,
		.ctx = r,
	};
	struct err later;
	int rc;

	r->progress = PROGRESS_INIT(r->ctx->log);
	if (args->step)
		options.ask = ask_step;
	else if (progress_is_wanted(&r->progress))
		options.tick = tick;
	rc = sender_run(&options, report, err);
	progress_end(&r->progress);
	/* Whatever stopped it, what was recorded so far is worth keeping. */
	if (store_end(r->results, &report->coverage, &later) < 0 && rc == 0) {
		*err = later;
		rc = -1;
	}
	return rc;
}

static void
print_summary(FILE *out, const struct send_report *r,
    const struct sender_report *sent)
{
	char text[TEXT_SIZE], p50[TEXT_SIZE], p99[TEXT_SIZE], max[TEXT_SIZE];

	fprintf(out,
	    "%" PRIu64 " written in %s: %" PRIu64 " as recorded, %" PRIu64
	    " otherwise, %" PRIu64 " unknown, %" PRIu64 " %s; %" PRIu64
	    " not sent\n",
	    sent->written, text_duration(text, sent->elapsed), r->same,
	    r->differ, r->unknown, r->reads,
	    text_plural(r->reads, "read", "reads"), r->unsent);
	if (r->unconfirmed > 0 || sent->asked > 0)
		fprintf(out,
		    "accepted: %" PRIu64 " then deleted, %" PRIu64
		    " then not, %" PRIu64 " not confirmed; %" PRIu64 " %s\n",
		    r->confirmed, r->reverted, r->unconfirmed, sent->asked,
		    text_plural(sent->asked, "question", "questions"));
	if (sent->timed > 0)
		fprintf(out, "late by %s (median), %s (99 %%), %s (most)\n",
		    text_duration(p50, sent->late_p50),
		    text_duration(p99, sent->late_p99),
		    text_duration(max, sent->late_max));
}

static int
judge(struct run *r, const struct sender_report *sent, struct err *err)
{
	const struct args *args = r->ctx->args;
	struct send_report_options options = {
		.plan = &r->plan,
		.rules = r->sending.rules,
		.source = r->source,
		.results = r->results,
		.out = r->ctx->out,
		.json = args->json,
		.follow = args->sending.follow,
	};
	struct send_report report;

	if (send_report(&options, &report, err) < 0)
		return -1;
	print_summary(r->ctx->log, &report, sent);
	if (report.differ + report.unknown + report.unconfirmed +
		report.unsent >
	    0)
		return EXIT_DIFFERENT;
	return EXIT_OK;
}

/* The results are on the disk before anything is said about them. */
static int
send_and_judge(struct run *r, struct err *err)
{
	struct sender_report report;
	struct err failure;
	int sent, status;

	if (begin_results(r, err) < 0)
		return -1;
	sent = send_all(r, &report, &failure);
	status = judge(r, &report, err);
	if (sent == 0)
		return status;
	*err = failure;
	return -1;
}

static int
open_all(struct run *r, struct err *err)
{
	const struct args *args = r->ctx->args;

	if (check_args(args, err) < 0 ||
	    sending_open(&r->sending, &args->sending, err) < 0 ||
	    store_open(&r->source, r->ctx->operands[0], STORE_READ, err) < 0 ||
	    make_plan(r, err) < 0 || check_confirmed(r, err) < 0 ||
	    find_target(r, err) < 0 ||
	    store_open(&r->results, args->output, STORE_APPEND, err) < 0)
		return -1;
	r->done = xcalloc(r->plan.count + 1, sizeof(*r->done));
	return check_results(r, err);
}

static int
close_all(struct run *r, int status, struct err *err)
{
	struct err later;

	if (store_close(r->results, &later) < 0 && status >= 0) {
		*err = later;
		status = -1;
	}
	(void)!store_close(r->source, &later);
	tls_context_free(r->tls);
	plan_release(&r->plan);
	sending_close(&r->sending);
	free(r->done);
	free(r->before);
	return status;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	struct run r = { .ctx = ctx };
	int status = open_all(&r, err);

	if (status == 0)
		status = send_and_judge(&r, err);
	return close_all(&r, status, err);
}

extern const struct cmd cmd_send;
const struct cmd cmd_send = {
	.name = "send",
	.summary = "send an archive again, as planned and confirmed",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.defaults = &defaults,
	.run = run,
};
