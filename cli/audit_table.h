/*
 * audit_table.h - the deletion history as tables for people.
 */
#ifndef CLI_AUDIT_TABLE_H
#define CLI_AUDIT_TABLE_H

#include <stdio.h>

#include "cli/pager.h"
#include "cli/record.h"

/* A pager with the columns of the history. */
struct pager *audit_table_new(FILE *out);

/*
 * Add a row for the deletion, and rows under it for the targets of a batch,
 * for what became of it and for each finding.
 */
void audit_table_add(struct pager *pager, const struct entry *e,
    const struct aftermath *a);

#endif
