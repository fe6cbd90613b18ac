/*
 * obit capture - packets to archive.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/cover.h"
#include "cli/opt.h"
#include "cli/progress.h"
#include "cli/recorder.h"
#include "cli/sealer.h"
#include "cli/text.h"

struct args {
	struct opt_list files, rules, seal_every;
	const char *seal, *checkpoint;
	uint64_t max_body, memory;
	const char *filter;
	bool all, keep_secrets, json;
};

static const struct args defaults = {
	.max_body = CAPTURE_MAX_BODY,
	.memory = CAPTURE_MEMORY,
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'r', "read", OPT_LIST, AT(files), "FILE",
	    "read this pcap or pcapng file; \"-\" is standard input" },
	{ 'f', "filter", OPT_STRING, AT(filter), "EXPR",
	    "read only packets that match this libpcap filter" },
	{ 0, "all", OPT_FLAG, AT(all), NULL,
	    "keep every exchange, not only deletions and their follow-ups" },
	{ 0, "rules", OPT_LIST, AT(rules), "FILE",
	    "ask the rules in this file before the built-in ones" },
	{ 0, "max-body", OPT_SIZE, AT(max_body), "SIZE",
	    "keep bodies up to this size (default 8M)" },
	{ 0, "memory", OPT_SIZE, AT(memory), "SIZE",
	    "buffer at most this much (default 64M)" },
	{ 0, "keep-secrets", OPT_FLAG, AT(keep_secrets), NULL,
	    "store tokens and signatures as they are" },
	{ 0, "seal", OPT_STRING, AT(seal), "KEY",
	    "sign checkpoints with the private key in this file" },
	{ 0, "seal-every", OPT_LIST, AT(seal_every), "N|TIME",
	    "after so many exchanges, or so long (default 1m)" },
	{ 0, "checkpoint", OPT_STRING, AT(checkpoint), "FILE",
	    "write them to FILE (default ARCHIVE.checkpoint)" },
	{ 'j', "json", OPT_FLAG, AT(json), NULL,
	    "write the summary as one JSON object" },
	{ 0 },
};

/* The handler's view of the capture; NULL while none runs. */
static struct capture *volatile running;

static void
on_signal(int signo)
{
	(void)signo;
	if (running != NULL)
		capture_stop(running);
}

/* SIGHUP stays ignored where nohup(1) made it so. */
static void
catch_signals(struct capture *c)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal }, before;

	running = c;
	if (c == NULL)
		act.sa_handler = SIG_DFL;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		sigaction(signals[i], NULL, &before);
		if (before.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	}
}

/* The files' names in a row, for people. */
static struct span
source_text(const struct args *args, struct arena *arena)
{
	struct span text = { 0 };

	for (size_t i = 0; i < args->files.count; i++)
		text = arena_printf(arena, "%.*s%s%s", (int)text.len,
		    (const char *)text.p, i > 0 ? ", " : "",
		    args->files.items[i]);
	return text;
}

static void
report(struct cmd_ctx *ctx, const struct coverage *c)
{
	const struct args *args = ctx->args;
	struct json j = JSON_INIT(ctx->out);

	if (!args->json) {
		fputs("recorded in ", ctx->out);
		text_put_line(ctx->out, span_of_str(ctx->operands[0]));
		putc('\n', ctx->out);
		cover_print(ctx->out, c);
		return;
	}
	json_object(&j, NULL);
	cover_json(&j, c);
	json_str(&j, "archive", ctx->operands[0]);
	json_end(&j);
	json_line(&j);
}

static struct span
filter_text(const struct args *args)
{
	if (args->filter == NULL)
		return (struct span){ 0 };
	return span_of_str(args->filter);
}

/*
 * What may wait to be written is a part of --memory, and small enough to
 * come back to the reader while a processor's cache still holds it.
 */
static uint64_t
queue_memory(const struct args *args)
{
	return args->memory / 16;
}

/*
 * Read to the end and write all of it.  The first error counts; what was
 * read before it is written.
 */
static int
run_capture(struct recorder *r, struct store *store, struct capture *c,
    const struct args *args, struct err *err)
{
	struct err later;
	int status;

	if (recorder_begin(r, store, queue_memory(args), err) < 0)
		return -1;
	status = capture_run(c, err);
	if (status == 0)
		return recorder_end(r, err);
	(void)!recorder_end(r, &later);
	return status;
}

static int
end(struct recorder *r, struct store *store, const struct coverage *coverage,
    struct err *err)
{
	if (store_end(store, coverage, err) < 0)
		return -1;
	return sealer_end(r->sealer, store, err);
}

static int
record(struct recorder *r, struct store *store, struct capture *c,
    const struct args *args, struct coverage *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct recording rec = {
		.begun = clock_wall(),
		.program = span_of_str(PACKAGE_STRING),
		.source = source_text(args, &arena),
		.filter = filter_text(args),
	};
	struct err later;
	int status = sealer_begin(r->sealer, store, err);

	if (status == 0)
		status = store_begin(store, &rec, err);
	arena_release(&arena);
	if (status < 0)
		return -1;
	status = run_capture(r, store, c, args, err);
	*out = *capture_coverage(c);
	out->deletions = r->deletions;

	/* Whatever stopped it, what was recorded so far is worth keeping. */
	if (status < 0) {
		(void)!end(r, store, out, &later);
		return -1;
	}
	return end(r, store, out, err);
}

static bool
is_incomplete(const struct coverage *c)
{
	return c->cut_short || c->exchanges.incomplete > c->exchanges.orphans;
}

static int
record_into(const char *path, struct recorder *r, struct capture *c,
    struct cmd_ctx *ctx, struct err *err)
{
	struct coverage coverage;
	struct store *store;
	struct err ignored;
	int status;

	if (store_open(&store, path, STORE_APPEND, err) < 0)
		return -1;
	status = record(r, store, c, ctx->args, &coverage, err);
	if (status < 0) {
		(void)!store_close(store, &ignored);
		return -1;
	}
	if (store_close(store, err) < 0)
		return -1;
	report(ctx, &coverage);
	return is_incomplete(&coverage) ? EXIT_INCOMPLETE : EXIT_OK;
}

static int
capture(struct recorder *r, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct capture_options options = {
		.files = args->files.items,
		.file_count = args->files.count,
		.filter = args->filter,
		.max_body = args->max_body,
		.memory = args->memory - queue_memory(args),
	};
	struct progress progress = PROGRESS_INIT(ctx->log);
	struct capture_sink sink = recorder_sink(r);
	struct capture *c;
	int status;

	if (capture_open(&c, &options, &sink, err) < 0)
		return -1;
	if (progress_is_wanted(&progress))
		r->progress = &progress;
	/* From before there is an archive, so that none is left half made. */
	catch_signals(c);
	status = record_into(ctx->operands[0], r, c, ctx, err);
	catch_signals(NULL);
	progress_end(&progress);
	capture_close(c);
	return status;
}

static int
check_files(const struct opt_list *files, struct err *err)
{
	size_t inputs = 0;

	if (files->count == 0)
		return err_set(err, ERR_USAGE, "name a capture with -r FILE");
	for (size_t i = 0; i < files->count; i++)
		inputs += strcmp(files->items[i], "-") == 0;
	if (inputs > 1)
		return err_set(err, ERR_USAGE,
		    "standard input can be read only once");
	return 0;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct recorder_options options = {
		.rule_files = args->rules.items,
		.rule_file_count = args->rules.count,
		.all = args->all,
		.keep_secrets = args->keep_secrets,
	};
	struct sealer_options seal = {
		.key = args->seal,
		.checkpoint = args->checkpoint,
		.every = &args->seal_every,
	};
	struct sealer *sealer;
	struct recorder r;
	int status;

	if (check_files(&args->files, err) < 0)
		return -1;
	if (sealer_open(&sealer, &seal, ctx->operands[0], err) < 0)
		return -1;
	status = recorder_open(&r, &options, err);
	if (status == 0) {
		r.sealer = sealer;
		status = capture(&r, ctx, err);
		recorder_close(&r);
	}
	sealer_close(sealer);
	return status;
}

extern const struct cmd cmd_capture;
const struct cmd cmd_capture = {
	.name = "capture",
	.summary = "record the deletions of a packet capture",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.defaults = &defaults,
	.run = run,
};
