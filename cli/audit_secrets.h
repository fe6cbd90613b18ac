/*
 * audit_secrets.h - look for secrets in what an archive holds.
 */
#ifndef CLI_AUDIT_SECRETS_H
#define CLI_AUDIT_SECRETS_H

#include <stdbool.h>

#include "base/base.h"
#include "cli/opt.h"

struct cmd_ctx;
struct err;
struct store;

/*
 * Report everything that looks like a secret, never the secret itself.
 * EXIT_DIFFERENT if there was anything.
 */
int audit_secrets(struct store *st, const struct opt_list *rules, bool json,
    struct cmd_ctx *ctx, struct err *err) MUST_CHECK;

#endif
