/*
 * obit prove - that one exchange belongs to an archive.
 */
#include "cli/cmd.h"

#include <inttypes.h>

#include "base/err.h"
#include "cli/archive.h"
#include "cli/blob.h"
#include "cli/opt.h"
#include "cli/sealed.h"
#include "store/leaf.h"
#include "store/proof.h"
#include "store/prove.h"

struct args {
	const char *output, *checkpoint;
};

static const struct opt opts[] = {
	{ 'o', "output", OPT_STRING, offsetof(struct args, output), "FILE",
	    "write the proof to FILE" },
	{ 'c', "checkpoint", OPT_STRING, offsetof(struct args, checkpoint),
	    "FILE", "prove it for the checkpoint in FILE" },
	{ 0 },
};

/* The origin in a proof that has no checkpoint. */
#define NO_ORIGIN "obit"

static int
write_proof(const char *path, struct span encoding, const struct inclusion *in,
    struct span note, struct err *err)
{
	struct buf out = BUF_INIT(PROOF_MAX);
	int rc = proof_add(&out, encoding, in, note, err);

	if (rc == 0)
		rc = blob_write(path, buf_span(&out), err);
	buf_release(&out);
	return rc;
}

/* The head is a note that was read, or becomes an unsigned one. */
static int
prove_id(struct store *st, uint64_t id, struct sealed *head,
    struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct buf encoding = BUF_INIT(LEAF_ENCODING_MAX);
	struct inclusion in;
	const char *why;
	int got =
	    store_prove(st, id, &head->checkpoint, &encoding, &in, &why, err);

	if (got == 0)
		fprintf(ctx->out,
		    "%s: exchange %" PRIu64 " is not proven: %s\n",
		    ctx->operands[0], id, why);
	if (got == 1 && args->checkpoint == NULL &&
	    checkpoint_add(&head->checkpoint, &head->note, err) < 0)
		got = -1;
	if (got == 1 &&
	    write_proof(args->output, buf_span(&encoding), &in,
		buf_span(&head->note), err) < 0)
		got = -1;
	buf_release(&encoding);
	if (got < 0)
		return -1;
	return got == 1 ? EXIT_OK : EXIT_DIFFERENT;
}

static int
prove(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct sealed head = SEALED_INIT;
	uint64_t id;
	int status = 0;

	head.checkpoint.size = UINT64_MAX;
	head.checkpoint.origin = span_of_str(NO_ORIGIN);
	if (!checkpoint_number(span_of_str(ctx->operands[1]), &id) || id == 0)
		return err_set(err, ERR_USAGE, "\"%s\" is not an id",
		    ctx->operands[1]);
	if (args->checkpoint != NULL)
		status = sealed_read(&head, args->checkpoint, err);
	if (status == 0)
		status = prove_id(st, id, &head, ctx, err);
	sealed_release(&head);
	return status;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;

	if (args->output == NULL)
		return err_set(err, ERR_USAGE, "proving needs --output FILE");
	return archive_read(ctx->operands[0], prove, ctx, err);
}

extern const struct cmd cmd_prove;
const struct cmd cmd_prove = {
	.name = "prove",
	.summary = "write a proof that an exchange belongs to an archive",
	.operands = "ARCHIVE ID",
	.min_operands = 2,
	.max_operands = 2,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
