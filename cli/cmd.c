#include "cli/cmd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "cli/opt.h"
#include "cli/text.h"

extern const struct cmd cmd_audit, cmd_capture, cmd_diff, cmd_ls, cmd_merge,
    cmd_plan, cmd_prove, cmd_purge, cmd_redact, cmd_rules, cmd_seal, cmd_send,
    cmd_serve, cmd_show, cmd_stats, cmd_verify;

const struct cmd *const cmd_table[] = {
	&cmd_audit,
	&cmd_capture,
	&cmd_diff,
	&cmd_ls,
	&cmd_merge,
	&cmd_plan,
	&cmd_prove,
	&cmd_purge,
	&cmd_redact,
	&cmd_rules,
	&cmd_seal,
	&cmd_send,
	&cmd_serve,
	&cmd_show,
	&cmd_stats,
	&cmd_verify,
	NULL,
};

const struct cmd *
cmd_find(const char *name)
{
	for (const struct cmd *const *c = cmd_table; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

static int
usage(FILE *f, int status)
{
	fputs("usage: obit COMMAND [OPTION]... [OPERAND]...\n\n", f);
	for (const struct cmd *const *c = cmd_table; *c != NULL; c++)
		fprintf(f, "  %-10s%s\n", (*c)->name, (*c)->summary);
	fputs("\n\"obit COMMAND --help\" lists the options of a command.\n", f);
	return status;
}

static int
help(const struct cmd *cmd, FILE *f)
{
	fprintf(f, "usage: obit %s [OPTION]... %s\n\n%s\n\n", cmd->name,
	    cmd->operands, cmd->summary);
	opt_help(cmd->opts, f);
	return EXIT_OK;
}

static int
parse(struct cmd_ctx *ctx, const struct cmd *cmd, int argc, char **argv,
    void *args, struct err *err)
{
	int first = opt_parse(cmd->opts, argc, argv, args, err);

	if (first < 0)
		return -1;
	ctx->args = args;
	ctx->operands = argv + first;
	ctx->operand_count = argc - first;
	if (ctx->operand_count < cmd->min_operands)
		return err_set(err, ERR_USAGE, "missing operand: %s",
		    cmd->operands);
	if (cmd->max_operands >= 0 && ctx->operand_count > cmd->max_operands)
		return err_set(err, ERR_USAGE, "too many operands: \"%s\"",
		    ctx->operands[cmd->max_operands]);
	return 0;
}

static int
run(struct cmd_ctx *ctx, const struct cmd *cmd, int argc, char **argv,
    struct err *err)
{
	void *args = xcalloc(1, cmd->args_size);
	int status;

	if (cmd->defaults != NULL)
		memcpy(args, cmd->defaults, cmd->args_size);
	status = parse(ctx, cmd, argc, argv, args, err);
	if (status == 0)
		status = cmd->run(ctx, err);
	opt_release(cmd->opts, args);
	free(args);
	return status;
}

static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int
run_named(struct cmd_ctx *ctx, const struct cmd *cmd, int argc, char **argv)
{
	struct err err = { 0 };
	int status;

	if (asks_for_help(argc, argv))
		return help(cmd, ctx->out);
	status = run(ctx, cmd, argc, argv, &err);
	if (status >= 0)
		return status;
	fprintf(ctx->log, "obit %s: ", cmd->name);
	text_put_line(ctx->log, span_of_str(err.text));
	putc('\n', ctx->log);
	if (err.code == ERR_USAGE || err.code == ERR_REFUSED)
		return EXIT_USAGE;
	return EXIT_FAILED;
}

/* "obit help COMMAND"; without one, all of them in short. */
static int
help_about(struct cmd_ctx *ctx, const char *name)
{
	const struct cmd *cmd = name != NULL ? cmd_find(name) : NULL;

	if (cmd != NULL)
		return help(cmd, ctx->out);
	return usage(ctx->out, EXIT_OK);
}

static int
dispatch(FILE *out, FILE *log, int argc, char **argv)
{
	struct cmd_ctx ctx = { .out = out, .log = log };
	const struct cmd *cmd;

	if (argc < 2)
		return usage(log, EXIT_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help_about(&ctx, argv[2]);
	if (strcmp(argv[1], "--version") == 0) {
		fputs(PACKAGE_STRING "\n", out);
		return EXIT_OK;
	}
	if ((cmd = cmd_find(argv[1])) == NULL) {
		fputs("obit: no command \"", log);
		text_put_line(log, span_of_str(argv[1]));
		fputs("\"; \"obit --help\" lists them\n", log);
		return EXIT_USAGE;
	}
	return run_named(&ctx, cmd, argc - 1, argv + 1);
}

int
cmd_main(FILE *out, FILE *log, int argc, char **argv)
{
	int status = dispatch(out, log, argc, argv);
	struct err err;

	/* Results that could not be written are a failure. */
	if (fflush(out) == 0 && !ferror(out))
		return status;
	err_sys(&err, "cannot write the output");
	fprintf(log, "obit: %s\n", err.text);
	return EXIT_FAILED;
}
