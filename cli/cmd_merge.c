/*
 * obit merge - the recordings of several archives in one.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/check.h"
#include "cli/opt.h"
#include "cli/text.h"
#include "store/fresh.h"
#include "store/merge.h"
#include "store/sent.h"
#include "store/store.h"

struct args {
	const char *output;
	bool json;
};

static const struct opt opts[] = {
	{ 'o', "output", OPT_STRING, offsetof(struct args, output), "FILE",
	    "write the new archive to FILE, which must not exist" },
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object for each recording" },
	{ 0 },
};

static int
refuse(struct cmd_ctx *ctx, const char *path, const char *why)
{
	fprintf(ctx->log, "obit merge: ");
	text_put_line(ctx->log, span_of_str(why));
	fprintf(ctx->log, "\nobit merge: nothing is merged because of ");
	text_put_line(ctx->log, span_of_str(path));
	putc('\n', ctx->log);
	return EXIT_DIFFERENT;
}

/* Rows of several journals may be about the same exchange. */
static int
warn_of_journal(struct store *st, FILE *log, const char *path, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct replay replay;
	int got = store_replay_get(st, &arena, &replay, err);

	arena_release(&arena);
	if (got < 1)
		return got;
	fputs("obit merge: which requests were sent again stays in ", log);
	text_put_line(log, span_of_str(path));
	putc('\n', log);
	return 0;
}

static int
verify_and_add(struct merge *m, struct store *st, struct cmd_ctx *ctx,
    const char *path, struct err *err)
{
	struct verification found;

	if (check_archive(st, NULL, &found, ctx, err) < 0)
		return -1;
	if (found.fault != FAULT_NONE) {
		check_report(ctx->log, path, &found);
		return EXIT_DIFFERENT;
	}
	/* Errors of the store name it already. */
	if (merge_add(m, st, path, err) < 0)
		return strncmp(err->text, path, strlen(path)) == 0
		    ? -1
		    : err_prefix(err, "%s", path);
	return warn_of_journal(st, ctx->log, path, err) < 0 ? -1 : EXIT_OK;
}

static int
add_source(struct merge *m, struct cmd_ctx *ctx, const char *path,
    struct err *err)
{
	struct err ignored;
	struct store *st;
	int status;

	if (store_open(&st, path, STORE_READ, err) < 0) {
		if (err->code != ERR_CORRUPT)
			return -1;
		return refuse(ctx, path, err->text);
	}
	status = verify_and_add(m, st, ctx, path, err);
	if (store_close(st, status != EXIT_OK ? &ignored : err) < 0 &&
	    status == EXIT_OK)
		return -1;
	return status;
}

static int
add_sources(struct merge *m, struct cmd_ctx *ctx, struct err *err)
{
	int status = EXIT_OK;

	for (int i = 0; i < ctx->operand_count && status == EXIT_OK; i++)
		status = add_source(m, ctx, ctx->operands[i], err);
	return status;
}

static void
print_range(FILE *out, uint64_t first, uint64_t count)
{
	if (count == 0)
		fputs("no exchanges", out);
	else if (count == 1)
		fprintf(out, "exchange %" PRIu64, first);
	else
		fprintf(out, "exchanges %" PRIu64 " to %" PRIu64, first,
		    first + count - 1);
}

/* "recording 2, exchanges 21 to 40: recording 1 of b.obit, there ..." */
static void
print_part(FILE *out, const struct merge_part *p)
{
	fprintf(out, "recording %" PRIu64 ", ", p->new_recording);
	print_range(out, p->new_first, p->count);
	fprintf(out, ": %srecording %" PRIu64 " of ", p->again ? "also " : "",
	    p->recording);
	text_put_line(out, span_of_str(p->path));
	if (p->count > 0) {
		fputs(", there ", out);
		print_range(out, p->first, p->count);
	}
	putc('\n', out);
}

static void
print_parts(FILE *out, const struct merge_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print_part(out, &parts[i]);
}

static void
source_json(struct json *j, const struct merge_part *p)
{
	json_object(j, NULL);
	json_str(j, "archive", p->path);
	json_uint(j, "recording", p->recording);
	if (p->count > 0)
		json_uint(j, "first", p->first);
	else
		json_null(j, "first");
	json_end(j);
}

static void
parts_json(FILE *out, const struct merge_part *parts, size_t count)
{
	struct json j = JSON_INIT(out);

	for (size_t i = 0; i < count;) {
		const struct merge_part *p = &parts[i];

		json_object(&j, NULL);
		json_uint(&j, "recording", p->new_recording);
		json_bool(&j, "finished", p->finished);
		json_uint(&j, "exchanges", p->count);
		if (p->count > 0)
			json_uint(&j, "first", p->new_first);
		else
			json_null(&j, "first");
		json_array(&j, "sources");
		do
			source_json(&j, &parts[i++]);
		while (i < count && parts[i].again);
		json_end(&j);
		json_end(&j);
		json_line(&j);
	}
}

/* The same traffic recorded twice is two recordings: somebody may wonder. */
static void
warn_of_likes(FILE *log, const struct merge_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (parts[i].like == NULL)
			continue;
		fprintf(log,
		    "obit merge: recordings %" PRIu64 " and %" PRIu64
		    " hold the same exchanges, recorded twice; both are kept\n",
		    parts[i].like->new_recording, parts[i].new_recording);
	}
}

static int
write_archive(struct merge *m, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	const struct merge_part *parts;
	struct fresh fresh;
	size_t count;

	if (fresh_open(&fresh, args->output, err) < 0)
		return -1;
	if (merge_write(m, fresh.st, err) < 0) {
		fresh_abandon(&fresh);
		return -1;
	}
	parts = merge_parts(m, &count);
	if (count == 0) {
		fresh_abandon(&fresh);
		return err_set(err, ERR_FORMAT,
		    "there is no recording in what is to be merged");
	}
	if (fresh_commit(&fresh, err) < 0)
		return -1;
	if (args->json)
		parts_json(ctx->out, parts, count);
	else
		print_parts(ctx->out, parts, count);
	warn_of_likes(ctx->log, parts, count);
	return EXIT_OK;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct merge *m;
	int status;

	if (args->output == NULL)
		return err_set(err, ERR_USAGE, "merging needs --output FILE");
	m = merge_new();
	status = add_sources(m, ctx, err);
	if (status == EXIT_OK)
		status = write_archive(m, ctx, err);
	merge_free(m);
	return status;
}

extern const struct cmd cmd_merge;
const struct cmd cmd_merge = {
	.name = "merge",
	.summary = "put the recordings of several archives into one",
	.operands = "ARCHIVE...",
	.min_operands = 1,
	.max_operands = -1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
