/*
 * obit purge - write an archive anew without bodies.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/json.h"
#include "base/xalloc.h"
#include "cli/archive.h"
#include "cli/opt.h"
#include "cli/rewrite.h"
#include "cli/text.h"
#include "http/body.h"
#include "store/store.h"

struct args {
	const char *output;
	struct opt_time until;
	uint64_t size;
	bool json;
};

static const struct opt opts[] = {
	{ 'o', "output", OPT_STRING, offsetof(struct args, output), "FILE",
	    "write the new archive to FILE, which must not exist" },
	{ 0, "until", OPT_TIME, offsetof(struct args, until), "TIME",
	    "purge bodies of exchanges that began before TIME" },
	{ 0, "min-size", OPT_SIZE, offsetof(struct args, size), "SIZE",
	    "purge bodies of SIZE bytes and more" },
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write the summary as one JSON object" },
	{ 0 },
};

/* What is purged, and how much it was. */
struct job {
	const struct args *args;
	uint64_t *ids; /* sorted */
	size_t id_count;
	struct rewrite rewrite;
	uint64_t exchanges, purged, bytes;
};

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
is_meant(const struct job *job, const struct entry *e)
{
	const struct opt_time *until = &job->args->until;

	if (until->given && exchange_time(e->exchange) >= until->t)
		return false;
	return job->id_count == 0 ||
	    bsearch(&e->id, job->ids, job->id_count, sizeof(e->id),
		compare_ids) != NULL;
}

static bool
purge(struct job *job, struct exchange *x, struct message *m)
{
	if (m == NULL || m->body.len < job->args->size ||
	    !body_purge(m, &x->arena))
		return false;
	job->purged++;
	job->bytes += m->purged->len;
	return true;
}

static void
on_exchange(void *ctx, struct entry *e)
{
	struct job *job = ctx;
	struct exchange *x = e->exchange;
	bool changed;

	if (!is_meant(job, e))
		return;
	changed = purge(job, x, x->request);
	changed = purge(job, x, x->response) || changed;
	job->exchanges += changed;
}

static int
read_ids(struct job *job, struct store *st, struct cmd_ctx *ctx,
    struct err *err)
{
	uint64_t last;

	if (store_last_id(st, &last, err) < 0)
		return -1;
	job->ids = xcalloc((size_t)ctx->operand_count, sizeof(*job->ids));
	for (int i = 1; i < ctx->operand_count; i++) {
		uint64_t *id = &job->ids[job->id_count++];

		if (archive_id(id, ctx->operands[i], err) < 0)
			return -1;
		if (*id == 0 || *id > last)
			return err_set(err, ERR_NOT_FOUND,
			    "%s: has no exchange %" PRIu64, ctx->operands[0],
			    *id);
	}
	qsort(job->ids, job->id_count, sizeof(*job->ids), compare_ids);
	return 0;
}

static void
report_json(struct cmd_ctx *ctx, const struct job *job)
{
	struct json j = JSON_INIT(ctx->out);

	json_object(&j, NULL);
	json_str(&j, "archive", job->args->output);
	json_uint(&j, "exchanges", job->exchanges);
	json_uint(&j, "purged", job->purged);
	json_uint(&j, "bytes", job->bytes);
	json_uint(&j, "size", job->rewrite.origin.size);
	json_hex(&j, "root",
	    (struct span){ job->rewrite.origin.root, DIGEST_SIZE });
	json_end(&j);
	json_line(&j);
}

static void
report(struct cmd_ctx *ctx, const struct job *job)
{
	if (job->args->json) {
		report_json(ctx, job);
		return;
	}
	fprintf(ctx->out,
	    "%" PRIu64 " %s of %" PRIu64 " %s purged, %" PRIu64 " bytes\n"
	    "the root is still ",
	    job->purged, text_plural(job->purged, "body", "bodies"),
	    job->exchanges,
	    text_plural(job->exchanges, "exchange", "exchanges"), job->bytes);
	text_put_hex(ctx->out, job->rewrite.origin.root, DIGEST_SIZE);
	fprintf(ctx->out, " of %" PRIu64 " %s\n", job->rewrite.origin.size,
	    text_plural(job->rewrite.origin.size, "leaf", "leaves"));
}

/* What was sealed stays sealed, or there is no new archive. */
static int
check_root(void *ctx, struct store *to, struct err *err)
{
	const struct job *job = ctx;
	const struct verification *origin = &job->rewrite.origin;
	uint8_t root[DIGEST_SIZE];
	uint64_t size;

	if (store_root(to, root, &size, err) < 0)
		return -1;
	if (size == origin->size &&
	    memcmp(root, origin->root, DIGEST_SIZE) == 0)
		return 0;
	return err_set(err, ERR_CORRUPT,
	    "%s: would have another root: the source changed meanwhile",
	    job->args->output);
}

static int
write_archive(struct job *job, struct store *st, struct cmd_ctx *ctx,
    struct err *err)
{
	if (read_ids(job, st, ctx, err) < 0 ||
	    rewrite_write(&job->rewrite, ctx, err) < 0)
		return -1;
	report(ctx, job);
	return EXIT_OK;
}

/* What is left of a body has to speak for what was recorded. */
static int
check_and_write(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	struct job job = { .args = ctx->args };
	int status;

	job.rewrite = (struct rewrite){ .from = st,
		.output = job.args->output,
		.exchange = on_exchange,
		.check = check_root,
		.ctx = &job };
	status = rewrite_check(&job.rewrite, ctx, err);
	if (status == 0)
		status = write_archive(&job, st, ctx, err);
	free(job.ids);
	return status;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;

	if (args->output == NULL)
		return err_set(err, ERR_USAGE, "purging needs --output FILE");
	return archive_read(ctx->operands[0], check_and_write, ctx, err);
}

extern const struct cmd cmd_purge;
const struct cmd cmd_purge = {
	.name = "purge",
	.summary = "write an archive anew without bodies",
	.operands = "ARCHIVE [ID]...",
	.min_operands = 1,
	.max_operands = -1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
