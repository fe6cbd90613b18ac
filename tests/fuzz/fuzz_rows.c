/*
 * Change pages and rows of a small valid archive and read all of it.  The
 * input is a list of changes of six bytes each, of which the first says
 * what is changed and the others where and into what: see page_changes[]
 * and row_change().  Pages are changed first.
 */
#include <stdlib.h>

#include <sqlite3.h>

#include "tests/lib/fuzz_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum {
	CHANGE = 6,   /* bytes of the input */
	ROWS = 0x80,  /* from here on a change is one of rows */
	TABLES = 64,  /* of a schema, at most */
	COLUMNS = 64, /* of a table */
	NAME = 64,
};

static uint8_t bytes[MAX_ARCHIVE];
static size_t size, page;

/* Page n, modulo their number. */
static uint8_t *
page_at(unsigned n)
{
	size_t pages = size / page;

	return pages == 0 ? bytes : bytes + n % pages * page;
}

static void
copy_page(const uint8_t *c)
{
	memmove(page_at(c[1]), page_at(c[2]), size < page ? size : page);
}

static void
swap_pages(const uint8_t *c)
{
	uint8_t *a = page_at(c[1]), *b = page_at(c[2]), byte;

	for (size_t i = 0; i < page && i < size; i++) {
		byte = a[i];
		a[i] = b[i];
		b[i] = byte;
	}
}

static void
clear_page(const uint8_t *c)
{
	memset(page_at(c[1]), c[2], size < page ? size : page);
}

/* A number of the page's header, or of its cell pointers. */
static void
set_header(const uint8_t *c)
{
	size_t at = (size_t)(page_at(c[1]) - bytes) + c[2] % 64;

	if (at + 1 < size) {
		bytes[at] = c[3];
		bytes[at + 1] = c[4];
	}
}

/* A pointer to another page, as overflow chains and inner pages have. */
static void
set_pointer(const uint8_t *c)
{
	size_t at =
	    (size_t)(page_at(c[1]) - bytes) + (size_t)(c[2] << 8 | c[3]) % page;

	if (at + 3 < size) {
		bytes[at] = bytes[at + 1] = bytes[at + 2] = 0;
		bytes[at + 3] = c[4];
	}
}

static void
cut_file(const uint8_t *c)
{
	size_t at = (size_t)(c[1] << 8 | c[2]) * 16;

	if (at < size)
		size = at;
}

/* The header of the file: sizes, versions, the free list. */
static void
set_file_header(const uint8_t *c)
{
	size_t at = 16 + c[1] % 84u;

	if (at < size)
		bytes[at] = c[2];
}

static void (*const page_changes[])(const uint8_t *c) = { copy_page, swap_pages,
	clear_page, set_header, set_pointer, cut_file, set_file_header };

/* What there is to change, read from the archive itself. */
static struct table {
	char name[NAME];
	char columns[COLUMNS][NAME];
	int column_count;
} tables[TABLES];
static int table_count;

static int
add_column(void *ctx, int n, char **values, char **names)
{
	struct table *t = ctx;

	(void)n;
	(void)names;
	if (t->column_count < COLUMNS)
		sqlite3_snprintf(NAME, t->columns[t->column_count++], "%s",
		    values[0]);
	return 0;
}

static int
add_table(void *ctx, int n, char **values, char **names)
{
	(void)ctx;
	(void)n;
	(void)names;
	if (table_count < TABLES)
		sqlite3_snprintf(NAME, tables[table_count++].name, "%s",
		    values[0]);
	return 0;
}

static void
learn_tables(sqlite3 *db)
{
	char sql[256];

	sqlite3_exec(db,
	    "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
	    add_table, NULL, NULL);
	for (int i = 0; i < table_count; i++) {
		sqlite3_snprintf(sizeof(sql), sql,
		    "SELECT name FROM pragma_table_info(%Q)", tables[i].name);
		sqlite3_exec(db, sql, add_column, &tables[i], NULL);
	}
	if (table_count == 0)
		abort();
}

/* A value that a reader may not expect; n makes it one of many. */
static void
value(char *out, int len, unsigned kind, unsigned n, const char *column)
{
	static const char *const fixed[] = { "NULL", "-1", "0",
		"9223372036854775807", "-9223372036854775807 - 1", "1.5", "''",
		"x''", "'x'", "x'ff'", "1 << 32", "4294967295" };

	switch (kind % 8) {
	case 0:
		sqlite3_snprintf(len, out, "%s",
		    fixed[n % (sizeof(fixed) / sizeof(fixed[0]))]);
		break;
	case 1:
		sqlite3_snprintf(len, out, "%u", n);
		break;
	case 2:
		sqlite3_snprintf(len, out, "\"%w\" + %d", column, (int)n - 128);
		break;
	case 3:
		sqlite3_snprintf(len, out, "zeroblob(%u)", n * n * 7);
		break;
	case 4:
		sqlite3_snprintf(len, out, "substr(\"%w\", %u)", column,
		    n % 20);
		break;
	case 5:
		sqlite3_snprintf(len, out, "\"%w\" || x'%02x'", column,
		    n & 255);
		break;
	case 6:
		sqlite3_snprintf(len, out, "-\"%w\"", column);
		break;
	default:
		sqlite3_snprintf(len, out, "hex(zeroblob(%u))", n * 40);
	}
}

/*
 * Of a table and a column: set the values of one row, or of all, delete a
 * row, or let a row stand twice with another first column.
 */
static void
row_change(sqlite3 *db, const uint8_t *c)
{
	const struct table *t = &tables[c[1] % table_count];
	const char *column = t->columns[c[2] % t->column_count];
	const char *first = t->columns[0];
	char sql[1024], v[256];

	value(v, sizeof(v), c[4], c[5], column);
	switch (c[0] % 4) {
	case 0:
		sqlite3_snprintf(sizeof(sql), sql,
		    "UPDATE \"%w\" SET \"%w\" = %s WHERE \"%w\" IS (SELECT "
		    "\"%w\" FROM \"%w\" LIMIT 1 OFFSET %u)",
		    t->name, column, v, first, first, t->name, c[3] % 50u);
		break;
	case 1:
		sqlite3_snprintf(sizeof(sql), sql,
		    "UPDATE \"%w\" SET \"%w\" = %s", t->name, column, v);
		break;
	case 2:
		sqlite3_snprintf(sizeof(sql), sql,
		    "DELETE FROM \"%w\" WHERE \"%w\" IS (SELECT \"%w\" FROM "
		    "\"%w\" LIMIT 1 OFFSET %u)",
		    t->name, first, first, t->name, c[3] % 50u);
		break;
	default:
		sqlite3_snprintf(sizeof(sql), sql,
		    "CREATE TEMP TABLE t AS SELECT * FROM \"%w\" LIMIT 1 "
		    "OFFSET "
		    "%u; UPDATE t SET \"%w\" = %s; INSERT OR IGNORE INTO "
		    "\"%w\" SELECT * FROM t; DROP TABLE t",
		    t->name, c[3] % 50u, first, v, t->name);
	}
	sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void
change_pages(const uint8_t *data, size_t len)
{
	size_t kinds = sizeof(page_changes) / sizeof(page_changes[0]);

	page = (size_t)(bytes[16] << 8 | bytes[17]);
	for (; len >= CHANGE; data += CHANGE, len -= CHANGE)
		if (data[0] < ROWS)
			page_changes[data[0] % kinds](data);
}

static void
change_rows(const char *path, const uint8_t *data, size_t len)
{
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		abort();
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MAX_ARCHIVE);
	sqlite3_exec(db, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF",
	    NULL, NULL, NULL);
	if (table_count == 0)
		learn_tables(db);
	for (; len >= CHANGE; data += CHANGE, len -= CHANGE)
		if (data[0] >= ROWS)
			row_change(db, data);
	sqlite3_close(db);
}

static bool
has_rows(const uint8_t *data, size_t len)
{
	for (; len >= CHANGE; data += CHANGE, len -= CHANGE)
		if (data[0] >= ROWS)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span original = fuzz_archive_original();
	const char *path;

	/* A schema is learnt before anything is changed. */
	if (table_count == 0)
		change_rows(fuzz_archive_put(original.p, original.len), NULL,
		    0);
	memcpy(bytes, original.p, original.len);
	size = original.len;
	change_pages(data, len);
	path = fuzz_archive_put(bytes, size);
	if (has_rows(data, len))
		change_rows(path, data, len);
	fuzz_archive_read();
	return 0;
}
