/*
 * obit verify - is an archive, or a proof, what it claims to be?
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
#include "store/proof.h"

struct args {
	const char *checkpoint, *key, *proof;
	bool json;
};

static const struct opt opts[] = {
	{ 'c', "checkpoint", OPT_STRING, offsetof(struct args, checkpoint),
	    "FILE", "compare with the checkpoint in FILE" },
	{ 'k', "key", OPT_STRING, offsetof(struct args, key), "FILE",
	    "which the key in FILE has signed" },
	{ 'p', "proof", OPT_STRING, offsetof(struct args, proof), "FILE",
	    "verify a proof, without an archive" },
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object" },
	{ 0 },
};

/* What was found out about a checkpoint, before anything is compared. */
struct seal {
	struct sealed file;
	const struct checkpoint *checkpoint; /* NULL: none is trusted */
	const char *refused;                 /* or why not; or NULL */
	struct note_key key;
};

#define NOT_SIGNED "the checkpoint is not signed with this key"

static int
open_note(struct seal *s, struct span note, struct err *err)
{
	int got = sealed_open(&s->file.checkpoint, note, &s->key, err);

	if (got == 0)
		s->refused = NOT_SIGNED;
	if (got == 1)
		s->checkpoint = &s->file.checkpoint;
	return got < 0 ? -1 : 0;
}

static int
open_seal(struct seal *s, const struct args *args, struct err *err)
{
	if (args->key == NULL)
		return 0;
	if (sealed_key(&s->key, args->key, err) < 0)
		return -1;
	if (args->checkpoint == NULL)
		return 0;
	if (blob_read(args->checkpoint, &s->file.note, err) < 0)
		return -1;
	if (open_note(s, buf_span(&s->file.note), err) < 0)
		return err_prefix(err, "%s", args->checkpoint);
	return 0;
}

static void
seal_json(struct json *j, const struct checkpoint *c)
{
	if (c == NULL) {
		json_null(j, "checkpoint");
		return;
	}
	json_object(j, "checkpoint");
	json_text(j, "origin", c->origin);
	json_uint(j, "size", c->size);
	json_hex(j, "root", (struct span){ c->root, DIGEST_SIZE });
	json_end(j);
}

static void
report(struct cmd_ctx *ctx, const struct verification *v,
    const struct checkpoint *c)
{
	const struct args *args = ctx->args;
	struct json j = JSON_INIT(ctx->out);

	if (args->json) {
		json_object(&j, NULL);
		json_str(&j, "archive", ctx->operands[0]);
		check_json(&j, v);
		seal_json(&j, c);
		json_end(&j);
		json_line(&j);
		return;
	}
	check_report(ctx->out, ctx->operands[0], v);
	if (c != NULL && v->fault == FAULT_NONE)
		fprintf(ctx->out,
		    "its first %" PRIu64 " %s are those that %.*s sealed\n",
		    c->size, c->size == 1 ? "leaf" : "leaves",
		    (int)c->origin.len, (const char *)c->origin.p);
}

/* Say that a signature is not good, whatever it is under. */
static int
refuse(struct cmd_ctx *ctx, const char *path, const char *why)
{
	const struct args *args = ctx->args;
	struct json j = JSON_INIT(ctx->out);

	if (!args->json) {
		fprintf(ctx->out, "%s is not verified: %s\n", path, why);
		return EXIT_DIFFERENT;
	}
	json_object(&j, NULL);
	json_bool(&j, "verified", false);
	json_str(&j, "fault", "refused");
	json_str(&j, "what", why);
	json_end(&j);
	json_line(&j);
	return EXIT_DIFFERENT;
}

static int
verify(struct cmd_ctx *ctx, const struct checkpoint *c, struct err *err)
{
	struct verification found;
	struct err ignored;
	struct store *st;
	int rc;

	if (store_open(&st, ctx->operands[0], STORE_READ, err) < 0) {
		if (err->code != ERR_CORRUPT)
			return -1;
		return refuse(ctx, ctx->operands[0], err->text);
	}
	rc = check_archive(st, c, &found, ctx, err);
	if (store_close(st, rc < 0 ? &ignored : err) < 0 || rc < 0)
		return -1;
	report(ctx, &found, c);
	return found.fault == FAULT_NONE ? EXIT_OK : EXIT_DIFFERENT;
}

static void
proof_json(FILE *out, const struct proof *p, const struct proof_subject *of,
    const struct checkpoint *c)
{
	struct json j = JSON_INIT(out);

	json_object(&j, NULL);
	json_bool(&j, "verified", true);
	json_uint(&j, "exchange", of->id);
	if (of->head.p != NULL)
		json_time(&j, "time", of->time);
	else
		json_null(&j, "time");
	json_text(&j, "request", of->head);
	json_uint(&j, "index", p->index);
	json_base64(&j, "encoding_base64", buf_span(&p->encoding));
	seal_json(&j, c);
	json_end(&j);
	json_line(&j);
}

static void
print_line(FILE *out, struct span head)
{
	struct span line = span_cut(&head, '\r');

	for (size_t i = 0; i < line.len && line.p[i] != '\n'; i++)
		putc(line.p[i] >= ' ' && line.p[i] < 0x7f ? line.p[i] : '?',
		    out);
}

static int
report_proof(struct cmd_ctx *ctx, const struct proof *p,
    const struct checkpoint *c, struct err *err)
{
	const struct args *args = ctx->args;
	struct proof_subject of;

	if (proof_subject(&of, p, err) < 0)
		return err_prefix(err, "%s", args->proof);
	if (args->json) {
		proof_json(ctx->out, p, &of, c);
		return EXIT_OK;
	}
	fprintf(ctx->out, "%s is verified: exchange %" PRIu64, args->proof,
	    of.id);
	if (of.head.p != NULL) {
		fputs(", ", ctx->out);
		print_line(ctx->out, of.head);
	}
	fprintf(ctx->out,
	    ",\nis leaf %" PRIu64 " of the %" PRIu64 " that %.*s sealed\n",
	    p->index, c->size, (int)c->origin.len, (const char *)c->origin.p);
	return EXIT_OK;
}

/* Without a checkpoint of its own the proof's has to be signed. */
static int
check_proof(struct cmd_ctx *ctx, struct proof *p, struct seal *s,
    struct err *err)
{
	const struct args *args = ctx->args;

	if (args->checkpoint == NULL && open_note(s, p->checkpoint, err) < 0)
		return err_set(err, ERR_USAGE,
		    "%s: holds no signed checkpoint; name one with "
		    "--checkpoint FILE",
		    args->proof);
	if (s->refused != NULL)
		return refuse(ctx, args->proof, s->refused);
	if (!proof_is_good(p, s->checkpoint))
		return refuse(ctx, args->proof,
		    "it does not lead to the root of the checkpoint");
	return report_proof(ctx, p, s->checkpoint, err);
}

static int
verify_proof(struct cmd_ctx *ctx, struct seal *s, struct err *err)
{
	const struct args *args = ctx->args;
	struct buf text = BUF_INIT(PROOF_MAX);
	struct proof p = { 0 };
	int status = blob_read(args->proof, &text, err);

	if (status == 0 && proof_read(&p, buf_span(&text), err) < 0)
		status = err_prefix(err, "%s", args->proof);
	if (status == 0)
		status = check_proof(ctx, &p, s, err);
	proof_release(&p);
	buf_release(&text);
	return status;
}

static int
check_usage(struct cmd_ctx *ctx, const struct args *args, struct err *err)
{
	if (args->proof != NULL && ctx->operand_count > 0)
		return err_set(err, ERR_USAGE,
		    "a proof is verified without an archive");
	if (args->proof == NULL && ctx->operand_count == 0)
		return err_set(err, ERR_USAGE, "missing operand: ARCHIVE");
	if (args->proof != NULL && args->key == NULL)
		return err_set(err, ERR_USAGE, "--proof needs --key FILE");
	if (args->proof == NULL &&
	    (args->checkpoint == NULL) != (args->key == NULL))
		return err_set(err, ERR_USAGE,
		    "--checkpoint and --key go together");
	return 0;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct seal s = { .file = SEALED_INIT };
	int status;

	if (check_usage(ctx, args, err) < 0)
		return -1;
	status = open_seal(&s, args, err);
	if (status == 0 && args->proof != NULL)
		status = verify_proof(ctx, &s, err);
	else if (status == 0 && s.refused != NULL)
		status = refuse(ctx, ctx->operands[0], s.refused);
	else if (status == 0)
		status = verify(ctx, s.checkpoint, err);
	sealed_release(&s.file);
	return status;
}

extern const struct cmd cmd_verify;
const struct cmd cmd_verify = {
	.name = "verify",
	.summary = "check that an archive or a proof is what it claims to be",
	.operands = "[ARCHIVE]",
	.min_operands = 0,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
