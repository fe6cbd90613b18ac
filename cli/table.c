#include "cli/table.h"

#include <stdarg.h>
#include <stdlib.h>

#include <libsmartcols/libsmartcols.h>

#include "base/xalloc.h"

struct table {
	struct libscols_table *scols;
	struct libscols_line *row;
};

static void
check(int rc)
{
	if (rc != 0)
		xalloc_failed(); /* libsmartcols has no other way to fail */
}

static void
add_column(struct table *t, const struct column *c)
{
	static const int flags[] = {
		[COLUMN_TEXT] = 0,
		[COLUMN_NUMBER] = SCOLS_FL_RIGHT,
		[COLUMN_GIVES] = SCOLS_FL_TRUNC,
	};
	double width = c->kind == COLUMN_GIVES ? 0.1 : 1;

	if (scols_table_new_column(t->scols, c->name, width, flags[c->kind]) ==
	    NULL)
		xalloc_failed();
}

struct table *
table_new(const struct column *columns, size_t count, FILE *out)
{
	struct table *t = xcalloc(1, sizeof(*t));

	if ((t->scols = scols_new_table()) == NULL)
		xalloc_failed();
	check(scols_table_set_stream(t->scols, out));
	for (size_t i = 0; i < count; i++)
		add_column(t, &columns[i]);
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	scols_unref_table(t->scols);
	free(t);
}

void
table_row(struct table *t)
{
	if ((t->row = scols_table_new_line(t->scols, NULL)) == NULL)
		xalloc_failed();
}

void
table_cell(struct table *t, size_t column, struct span text)
{
	char *s;

	if (text.p == NULL)
		return;
	s = xmalloc(text.len + 1);
	memcpy(s, text.p, text.len);
	s[text.len] = '\0';
	check(scols_line_refer_data(t->row, column, s));
}

void
table_cellf(struct table *t, size_t column, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		xalloc_failed();
	va_end(ap);
	check(scols_line_refer_data(t->row, column, s));
}

size_t
table_rows(const struct table *t)
{
	return scols_table_get_nlines(t->scols);
}

void
table_print(struct table *t)
{
	if (table_rows(t) == 0)
		return;
	check(scols_print_table(t->scols));
	scols_table_remove_lines(t->scols);
	check(scols_table_enable_noheadings(t->scols, 1));
	t->row = NULL;
}
