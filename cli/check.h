/*
 * check.h - verify an archive for a command, and say what was found.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include <stdio.h>

#include "base/json.h"
#include "store/verify.h"

struct cmd_ctx;

/* store_verify() with progress on a terminal. */
int check_archive(struct store *st, const struct checkpoint *checkpoint,
    struct verification *out, struct cmd_ctx *ctx, struct err *err) MUST_CHECK;

/* One line for people, or two. */
void check_report(FILE *out, const char *path, const struct verification *v);

/* The members of an object. */
void check_json(struct json *j, const struct verification *v);

#endif
