#include "cli/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <libsmartcols/libsmartcols.h>

#include "base/xalloc.h"

#define DOTS     "..."
#define DOTS_LEN (sizeof(DOTS) - 1)

struct table {
	const struct column *columns;
	size_t count;
	FILE *out;
	char **cells; /* row by row; NULL is empty */
	size_t rows, room;
	bool headed; /* the headings stand above */
};

static void
check(int rc)
{
	if (rc != 0)
		xalloc_failed(); /* libsmartcols has no other way to fail */
}

struct table *
table_new(const struct column *columns, size_t count, FILE *out)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->columns = columns;
	t->count = count;
	t->out = out;
	return t;
}

static void
forget_rows(struct table *t)
{
	for (size_t i = 0; i < t->rows * t->count; i++)
		free(t->cells[i]);
	t->rows = 0;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	forget_rows(t);
	free(t->cells);
	free(t);
}

void
table_row(struct table *t)
{
	size_t row_size = t->count * sizeof(*t->cells);

	if (t->rows == t->room) {
		t->room = t->room > 0 ? 2 * t->room : 16;
		t->cells = xrealloc(t->cells, t->room * row_size);
	}
	memset(t->cells + t->rows * t->count, 0, row_size);
	t->rows++;
}

static char **
cell(struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->count + column];
}

void
table_cell(struct table *t, size_t column, struct span text)
{
	if (text.p != NULL)
		table_cellf(t, column, "%.*s", (int)text.len,
		    (const char *)text.p);
}

void
table_cellf(struct table *t, size_t column, const char *fmt, ...)
{
	char **to = cell(t, t->rows - 1, column);
	va_list ap;

	free(*to);
	va_start(ap, fmt);
	if (vasprintf(to, fmt, ap) < 0)
		xalloc_failed();
	va_end(ap);
}

size_t
table_rows(const struct table *t)
{
	return t->rows;
}

static size_t
natural_width(struct table *t, size_t column)
{
	size_t width = strlen(t->columns[column].name);

	for (size_t row = 0; row < t->rows; row++) {
		const char *s = *cell(t, row, column);

		if (s != NULL && strlen(s) > width)
			width = strlen(s);
	}
	return width;
}

/* Take n characters, each from the column that has most to give. */
static void
give_way(struct table *t, size_t *widths, size_t n)
{
	for (; n > 0; n--) {
		size_t from = 0, most = 0;

		for (size_t i = 0; i < t->count; i++) {
			size_t least = t->columns[i].least;

			if (least == 0 || widths[i] < least + most + 1)
				continue;
			most = widths[i] - least;
			from = i;
		}
		if (most == 0)
			return;
		widths[from]--;
	}
}

static void
cut(char *s, size_t width, bool at_front)
{
	size_t len = strlen(s);

	if (len <= width || width < DOTS_LEN)
		return;
	if (at_front) {
		memmove(s + DOTS_LEN, s + len - (width - DOTS_LEN),
		    width - DOTS_LEN);
		memcpy(s, DOTS, DOTS_LEN);
	} else {
		memcpy(s + width - DOTS_LEN, DOTS, DOTS_LEN);
	}
	s[width] = '\0';
}

static void
fit(struct table *t, size_t terminal)
{
	size_t *widths = xcalloc(t->count, sizeof(*widths));
	size_t total = t->count - 1; /* the blanks between */

	for (size_t i = 0; i < t->count; i++)
		total += widths[i] = natural_width(t, i);
	if (total > terminal)
		give_way(t, widths, total - terminal);
	for (size_t row = 0; row < t->rows; row++)
		for (size_t i = 0; i < t->count; i++)
			if (*cell(t, row, i) != NULL)
				cut(*cell(t, row, i), widths[i],
				    t->columns[i].kind == COLUMN_TAIL);
	free(widths);
}

static void
add_columns(struct libscols_table *scols, const struct table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct column *c = &t->columns[i];
		int flags = c->kind == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0;

		if (scols_table_new_column(scols, c->name, 0, flags) == NULL)
			xalloc_failed();
	}
}

static void
add_rows(struct libscols_table *scols, struct table *t)
{
	for (size_t row = 0; row < t->rows; row++) {
		struct libscols_line *line = scols_table_new_line(scols, NULL);

		if (line == NULL)
			xalloc_failed();
		for (size_t i = 0; i < t->count; i++)
			check(scols_line_set_data(line, i, *cell(t, row, i)));
	}
}

void
table_print(struct table *t)
{
	struct libscols_table *scols;

	if (t->rows == 0)
		return;
	if ((scols = scols_new_table()) == NULL)
		xalloc_failed();
	if (isatty(fileno(t->out)) || getenv("COLUMNS") != NULL)
		fit(t, scols_table_get_termwidth(scols));
	check(scols_table_set_stream(scols, t->out));
	check(scols_table_enable_noheadings(scols, t->headed));
	add_columns(scols, t);
	add_rows(scols, t);
	check(scols_print_table(scols));
	scols_unref_table(scols);
	forget_rows(t);
	t->headed = true;
}
