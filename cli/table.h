/*
 * table.h - tables for people, through libsmartcols.
 *
 * On a terminal, and where COLUMNS is set, a table fits the width: columns
 * give way in proportion to what they have above their least width, and
 * "..." marks what was cut.  Anywhere else nothing is cut.  Unprintable
 * bytes are shown as escapes.  Rows are held until table_print(), so callers
 * print in pages.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdio.h>

#include "base/span.h"

struct table;

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER, /* to the right */
	COLUMN_TAIL,   /* cut at the front: its end tells most */
};

struct column {
	const char *name;
	enum column_kind kind;
	size_t least; /* characters it keeps in any case; 0: all */
};

#define TABLE_PAGE 1000 /* rows that a caller should hold at most */

/* The columns must outlive the table. */
struct table *table_new(const struct column *columns, size_t count, FILE *out);

/* NULL is allowed. */
void table_free(struct table *t);

/* Begin a row; its cells are empty. */
void table_row(struct table *t);

/* Set a cell of the row begun last; an absent span leaves it empty. */
void table_cell(struct table *t, size_t column, struct span text);
void table_cellf(struct table *t, size_t column, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

size_t table_rows(const struct table *t);

/* Print and forget the rows.  The headings stand above the first page. */
void table_print(struct table *t);

#endif
