/*
 * audit_filter.h - which deletions an audit is about.
 */
#ifndef CLI_AUDIT_FILTER_H
#define CLI_AUDIT_FILTER_H

#include "base/base.h"
#include "cli/opt.h"
#include "cli/record.h"
#include "store/store.h"

/* NULL, false and not given mean no condition. */
struct audit_filter {
	const char *target, *type, *outcome, *client, *operation, *host;
	struct opt_time since, until;
	bool findings; /* only what has one */
};

/* What is done with each deletion; it may not keep e. */
typedef int audit_visitor(void *ctx, const struct entry *e,
    const struct aftermath *a, struct err *err);

/*
 * Visit in archive order the deletions that pass the filter, until the
 * visitor returns -1.
 */
int audit_visit(struct store *st, const struct audit_filter *filter,
    audit_visitor *visitor, void *ctx, struct err *err) MUST_CHECK;

#endif
