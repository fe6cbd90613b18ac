/*
 * rules.h - the rule files, compiled.
 *
 * Rules are YAML (obit-rules(5)).  A user's files come first, in the order
 * given, then the built-in ones; the first rule that matches wins.
 */
#ifndef DELETION_RULES_H
#define DELETION_RULES_H

#include <stddef.h>

#include "base/base.h"

struct err;
struct rules;

/*
 * Compile the files and the built-in rules.  Errors: ERR_SYSTEM,
 * ERR_FORMAT with "file:line:column: " in front.
 */
int rules_open(struct rules **out, const char *const *files, size_t count,
    struct err *err) MUST_CHECK;

/* NULL is allowed. */
void rules_close(struct rules *rules);

#endif
