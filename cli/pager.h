/*
 * pager.h - tables of things in time: a page for each day.
 *
 * Each page has the day as its first line, so that rows need only the time
 * of day.  Long days are cut into pages of TABLE_PAGE rows, which bounds
 * memory.
 */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include <stdint.h>

#include "cli/table.h"

struct pager;

struct pager *pager_new(const struct column *columns, size_t count, FILE *out);

/* Print what is left, and free; NULL is allowed. */
void pager_free(struct pager *p);

/* The table to put a row of this time in; valid until the next call. */
struct table *pager_at(struct pager *p, int64_t t);

#endif
