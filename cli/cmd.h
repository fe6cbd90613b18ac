/*
 * cmd.h - the contract between a subcommand and the dispatcher.
 *
 * One file per command, one const struct cmd per file, one line per
 * command in the table in cmd.c.  Usage messages, help, completion and
 * the test that the manual is complete read this table and nothing else.
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <stddef.h>
#include <stdio.h>

struct err;
struct opt;

/* Exit statuses; documented in obit(1). */
enum {
	EXIT_OK = 0,
	EXIT_DIFFERENT = 1, /* it worked, and the answer is "no" */
	EXIT_USAGE = 2,     /* or refused by a safety */
	EXIT_FAILED = 3,
	EXIT_INCOMPLETE = 4, /* captured, but something kept lacks parts */
};

/* What the dispatcher hands to a command. */
struct cmd_ctx {
	FILE *out;        /* results; nothing else is ever written here */
	FILE *log;        /* words for people */
	const void *args; /* the command's own struct args, filled in */
	char **operands;  /* min_operands <= operand_count <= max_operands */
	int operand_count;
};

struct cmd {
	const char *name;     /* "ls" */
	const char *summary;  /* one line, imperative, no full stop */
	const char *operands; /* as the usage line shows them: "ARCHIVE" */
	int min_operands;
	int max_operands;       /* -1: any number */
	const struct opt *opts; /* ends in a zeroed entry */
	size_t args_size;       /* sizeof(struct args) */
	const void *defaults;   /* a struct args; NULL: all zero */

	/* Return an exit status, or -1 with *err set. */
	int (*run)(struct cmd_ctx *ctx, struct err *err);
};

/* Every command, sorted by name; ends in NULL. */
extern const struct cmd *const cmd_table[];

const struct cmd *cmd_find(const char *name);

/* Run `obit argv[1] ...` and return its exit status. */
int cmd_main(FILE *out, FILE *log, int argc, char **argv);

#endif
