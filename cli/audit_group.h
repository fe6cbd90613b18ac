/*
 * audit_group.h - deletions counted by what they have in common.
 *
 * Groups are kept in memory, and not made by SQL, because the filters of an
 * audit look at more than rows have.  They have a limit, so that an archive
 * of ever new targets cannot take all there is.
 */
#ifndef CLI_AUDIT_GROUP_H
#define CLI_AUDIT_GROUP_H

#include <stdio.h>

#include "base/base.h"
#include "base/json.h"
#include "base/span.h"
#include "store/store.h"

/* Names are those of `obit audit --by`. */
enum audit_by {
	BY_TARGET, /* with the outcomes of the targets themselves */
	BY_PRINCIPAL,
	BY_OPERATION,
	BY_DAY, /* in UTC */
	BY_COUNT,
};

/* The grouping of that name, or BY_COUNT. */
enum audit_by audit_by_of_name(const char *name);

#define AUDIT_GROUP_BYTES ((size_t)256 << 20) /* for all groups together */

struct audit_groups;

struct audit_groups *audit_groups_new(enum audit_by by, size_t limit);
void audit_groups_free(struct audit_groups *g); /* NULL is allowed */

/* Count the deletion e.  Errors: ERR_LIMIT. */
int audit_groups_add(struct audit_groups *g, const struct entry *e,
    struct err *err) MUST_CHECK;

/*
 * Print the groups: days in their order, others with the most deletions
 * first.  JSON has one object per group, in a line.
 */
void audit_groups_print(struct audit_groups *g, FILE *out);
void audit_groups_json(struct audit_groups *g, struct json *j);

#endif
