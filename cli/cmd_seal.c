/*
 * obit seal - sign what an archive holds, or make the key for it.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/err.h"
#include "cli/archive.h"
#include "cli/blob.h"
#include "cli/check.h"
#include "cli/opt.h"
#include "cli/sealed.h"

struct args {
	const char *key, *new_key, *output, *origin;
};

static const struct opt opts[] = {
	{ 'k', "key", OPT_STRING, offsetof(struct args, key), "FILE",
	    "sign with the private key in FILE" },
	{ 'o', "output", OPT_STRING, offsetof(struct args, output), "FILE",
	    "write the checkpoint to FILE" },
	{ 0, "origin", OPT_STRING, offsetof(struct args, origin), "NAME",
	    "name the archive so; with --new-key, the key" },
	{ 0, "new-key", OPT_STRING, offsetof(struct args, new_key), "FILE",
	    "make a private key; write its public half" },
	{ 0 },
};

/* The name of a key if nobody gives it one. */
#define DEFAULT_NAME "obit"

static int
write_key(const struct note_key *key, const char *path, FILE *out,
    struct err *err)
{
	struct buf private = BUF_INIT(NOTE_MAX), public = BUF_INIT(NOTE_MAX);
	int rc = -1;

	if (note_key_add_private(key, &private, err) == 0 &&
	    note_key_add_public(key, &public, err) == 0)
		rc = blob_write_secret(path, buf_span(&private), err);
	if (rc == 0)
		fwrite(public.p, 1, public.len, out);
	buf_release(&private);
	buf_release(&public);
	return rc;
}

static int
make_key(struct cmd_ctx *ctx, const struct args *args, struct err *err)
{
	const char *name = args->origin != NULL ? args->origin : DEFAULT_NAME;
	struct note_key key;

	if (ctx->operand_count > 0 || args->key != NULL || args->output != NULL)
		return err_set(err, ERR_USAGE,
		    "--new-key goes with --origin alone");
	if (note_key_new(&key, span_of_str(name), err) < 0)
		return -1;
	return write_key(&key, args->new_key, ctx->out, err);
}

/* What is signed was read: nobody signs for what he did not look at. */
static int
seal_with(struct store *st, const struct note_key *key,
    const struct checkpoint *earlier, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct verification found;
	struct checkpoint c = { 0 };

	if (check_archive(st, earlier, &found, ctx, err) < 0)
		return -1;
	if (found.fault != FAULT_NONE) {
		check_report(ctx->log, ctx->operands[0], &found);
		return EXIT_DIFFERENT;
	}
	c.origin = span_of_str(args->origin != NULL ? args->origin : key->name);
	c.size = found.size;
	memcpy(c.root, found.root, DIGEST_SIZE);
	if (sealed_write(&c, key, args->output, err) < 0)
		return -1;
	check_report(ctx->out, ctx->operands[0], &found);
	return EXIT_OK;
}

static int
seal(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct sealed earlier = SEALED_INIT;
	struct note_key key;
	int got;

	if (sealed_signer(&key, args->key, err) < 0)
		return -1;
	got = sealed_earlier(&earlier, &key, args->output, err);
	if (got >= 0)
		got = seal_with(st, &key, got == 1 ? &earlier.checkpoint : NULL,
		    ctx, err);
	sealed_release(&earlier);
	return got;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;

	if (args->new_key != NULL)
		return make_key(ctx, args, err);
	if (ctx->operand_count == 0)
		return err_set(err, ERR_USAGE, "missing operand: ARCHIVE");
	if (args->key == NULL || args->output == NULL)
		return err_set(err, ERR_USAGE,
		    "sealing needs --key FILE and --output FILE");
	if (blob_check_secret(args->key, err) < 0)
		return -1;
	return archive_read(ctx->operands[0], seal, ctx, err);
}

extern const struct cmd cmd_seal;
const struct cmd cmd_seal = {
	.name = "seal",
	.summary = "sign what an archive holds, or make the key for it",
	.operands = "[ARCHIVE]",
	.min_operands = 0,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
