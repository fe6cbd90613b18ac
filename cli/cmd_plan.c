/*
 * obit plan - show what would be sent again.
 */
#include "cli/cmd.h"

#include "base/err.h"
#include "cli/plan_show.h"
#include "cli/sending.h"
#include "cli/text.h"
#include "store/store.h"

struct args {
	struct sending_args sending;
	bool json;
};

static const struct args defaults = { .sending = SENDING_DEFAULTS };

static const struct opt opts[] = {
	SENDING_OPTS,
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object per request" },
	{ 0 },
};

static void
show(void *ctx, const struct plan_item *item)
{
	const struct cmd_ctx *cmd = ctx;
	const struct args *args = cmd->args;

	if (args->json)
		plan_show_json(cmd->out, item);
	else
		plan_show_text(cmd->out, item);
}

static void
print_end(struct cmd_ctx *ctx, const struct plan *plan, const struct sending *s)
{
	const struct args *args = ctx->args;

	if (!args->json)
		sending_count(ctx->out, plan, s);
	fputs("digest ", ctx->out);
	text_put_hex(ctx->out, plan->digest, DIGEST_SIZE);
	putc('\n', ctx->out);
}

static int
make(struct store *st, struct cmd_ctx *ctx, struct sending_run *r,
    struct err *err)
{
	struct plan_options options = {
		.sending = &r->sending,
		.rules = r->rules,
		.redactor = r->redactor,
		.tell = show,
		.ctx = ctx,
	};
	struct plan plan;

	if (plan_make(&plan, st, r->guard, &options, err) < 0)
		return -1;
	print_end(ctx, &plan, &r->sending);
	sending_warn(r, ctx->log);
	plan_release(&plan);
	return EXIT_OK;
}

static int
make_from(const char *path, struct cmd_ctx *ctx, struct sending_run *r,
    struct err *err)
{
	struct store *st;
	struct err ignored;

	if (store_open(&st, path, STORE_READ, err) < 0)
		return -1;
	if (make(st, ctx, r, err) < 0) {
		(void)!store_close(st, &ignored);
		return err_prefix(err, "%s", path);
	}
	return store_close(st, err) < 0 ? -1 : EXIT_OK;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct sending_run r;
	int status;

	if (sending_open(&r, &args->sending, err) < 0)
		return -1;
	status = make_from(ctx->operands[0], ctx, &r, err);
	sending_close(&r);
	return status;
}

extern const struct cmd cmd_plan;
const struct cmd cmd_plan = {
	.name = "plan",
	.summary = "show what would be sent again",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.defaults = &defaults,
	.run = run,
};
