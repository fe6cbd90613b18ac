/*
 * obit redact - write an archive anew with more of it masked.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/archive.h"
#include "cli/config.h"
#include "cli/masks.h"
#include "cli/opt.h"
#include "cli/rewrite.h"
#include "cli/text.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "store/store.h"

struct args {
	const char *output;
	struct opt_list rules, headers, fields, paths;
	bool json;
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'o', "output", OPT_STRING, AT(output), "FILE",
	    "write the new archive to FILE, which must not exist" },
	{ 0, "rules", OPT_LIST, AT(rules), "FILE",
	    "mask what the rules in this file call secret, too" },
	{ 0, "header", OPT_LIST, AT(headers), "NAME",
	    "mask the header fields of this name" },
	{ 0, "field", OPT_LIST, AT(fields), "NAME",
	    "mask parameters and members of this name" },
	{ 0, "path", OPT_LIST, AT(paths), "PATTERN",
	    "mask the segments \"*\" of paths such as /links/*/{name}" },
	{ 'j', "json", OPT_FLAG, AT(json), NULL,
	    "write the summary as one JSON object" },
	{ 0 },
};

/* What reads and masks, and where it goes. */
struct job {
	struct rules *rules;
	struct redactor *redactor;
	struct masks *masks;
	struct rewrite rewrite;
	uint64_t changed; /* exchanges */
};

static void
on_hit(void *ctx, const struct redact_hit *hit)
{
	struct job *job = ctx;

	masks_add(job->masks, hit);
}

static void
add_names(struct redactor *r, const struct args *args)
{
	static const enum source_kind kinds[] = { SOURCE_QUERY, SOURCE_FORM,
		SOURCE_JSON, SOURCE_XML };
	struct source s = { .kind = SOURCE_HEADER };

	for (size_t i = 0; i < args->headers.count; i++) {
		s.name = span_of_str(args->headers.items[i]);
		redactor_add(r, &s, 1);
	}
	for (size_t i = 0; i < args->fields.count; i++) {
		s.name = span_of_str(args->fields.items[i]);
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			s.kind = kinds[k];
			redactor_add(r, &s, 1);
		}
	}
}

static int
open_redactor(struct job *job, const struct args *args, struct err *err)
{
	uint8_t key[REDACT_KEY_SIZE];

	if (rules_open(&job->rules, args->rules.items, args->rules.count, err) <
		0 ||
	    config_key(key, err) < 0)
		return -1;
	job->redactor = redactor_new(job->rules, key);
	add_names(job->redactor, args);
	for (size_t i = 0; i < args->paths.count; i++)
		if (redactor_add_path(job->redactor, args->paths.items[i],
			err) < 0)
			return err_prefix(err, "--path");
	job->masks = masks_new();
	redactor_watch(job->redactor, on_hit, job);
	return 0;
}

static void
close_redactor(struct job *job)
{
	masks_free(job->masks);
	redactor_free(job->redactor);
	rules_close(job->rules);
}

static void
mask_exchange(void *ctx, struct entry *e)
{
	struct job *job = ctx;

	job->changed += redactor_apply_again(job->redactor, job->rules,
	    e->exchange, &e->reading);
}

/* Whoever finds the new archive is told which one it was made from. */
static struct span
with_origin(const struct job *job, struct span source, struct arena *arena)
{
	char root[2 * DIGEST_SIZE + 1];

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(root + 2 * i, 3, "%02x", job->rewrite.origin.root[i]);
	return arena_printf(arena,
	    "%.*s; redacted from %" PRIu64 " leaves with the root %s",
	    (int)source.len, (const char *)source.p, job->rewrite.origin.size,
	    root);
}

static void
mask_recording(void *ctx, struct recording *rec, struct arena *arena)
{
	struct job *job = ctx;
	struct span *texts[] = { &rec->program, &rec->source, &rec->filter };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		*texts[i] = arena_copy(arena, *texts[i]);
		redactor_text(job->redactor, *texts[i], false);
	}
	rec->source = with_origin(job, rec->source, arena);
}

static void
report_json(struct cmd_ctx *ctx, const struct job *job)
{
	const struct args *args = ctx->args;
	struct json j = JSON_INIT(ctx->out);

	json_object(&j, NULL);
	json_str(&j, "archive", args->output);
	json_uint(&j, "exchanges", job->rewrite.exchanges);
	json_uint(&j, "changed", job->changed);
	masks_json(job->masks, &j);
	json_object(&j, "origin");
	json_uint(&j, "size", job->rewrite.origin.size);
	json_hex(&j, "root",
	    (struct span){ job->rewrite.origin.root, DIGEST_SIZE });
	json_end(&j);
	json_end(&j);
	json_line(&j);
}

static void
report(struct cmd_ctx *ctx, const struct job *job)
{
	const struct args *args = ctx->args;

	if (args->json) {
		report_json(ctx, job);
		return;
	}
	masks_print(job->masks, ctx->out);
	fprintf(ctx->out,
	    "%" PRIu64 " of %" PRIu64 " exchanges were masked further\n"
	    "made from %" PRIu64 " leaves with the root ",
	    job->changed, job->rewrite.exchanges, job->rewrite.origin.size);
	text_put_hex(ctx->out, job->rewrite.origin.root, DIGEST_SIZE);
	putc('\n', ctx->out);
}

static int
write_archive(struct job *job, struct cmd_ctx *ctx, struct err *err)
{
	if (open_redactor(job, ctx->args, err) < 0 ||
	    rewrite_write(&job->rewrite, ctx, err) < 0)
		return -1;
	report(ctx, job);
	return EXIT_OK;
}

/* What is masked has to be what was recorded. */
static int
redact(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct job job = { 0 };
	int status;

	job.rewrite = (struct rewrite){ .from = st,
		.output = args->output,
		.exchange = mask_exchange,
		.recording = mask_recording,
		.ctx = &job };
	status = rewrite_check(&job.rewrite, ctx, err);
	if (status == 0)
		status = write_archive(&job, ctx, err);
	close_redactor(&job);
	return status;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;

	if (args->output == NULL)
		return err_set(err, ERR_USAGE, "redacting needs --output FILE");
	return archive_read(ctx->operands[0], redact, ctx, err);
}

extern const struct cmd cmd_redact;
const struct cmd cmd_redact = {
	.name = "redact",
	.summary = "write an archive anew with more of it masked",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
