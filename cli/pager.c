#include "cli/pager.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/text.h"

struct pager {
	const struct column *columns;
	size_t count;
	FILE *out;
	struct table *table; /* of the day; NULL before the first row */
	char day[TEXT_SIZE];
	bool printed; /* a day stands above */
};

struct pager *
pager_new(const struct column *columns, size_t count, FILE *out)
{
	struct pager *p = xcalloc(1, sizeof(*p));

	*p = (struct pager){ .columns = columns, .count = count, .out = out };
	return p;
}

static void
end_day(struct pager *p)
{
	if (p->table != NULL)
		table_print(p->table);
	table_free(p->table);
	p->table = NULL;
}

static void
begin_day(struct pager *p, const char *day)
{
	fprintf(p->out, "%s%s (UTC)\n", p->printed ? "\n" : "", day);
	p->printed = true;
	memcpy(p->day, day, sizeof(p->day));
	p->table = table_new(p->columns, p->count, p->out);
}

struct table *
pager_at(struct pager *p, int64_t t)
{
	char day[TEXT_SIZE] = { 0 };

	text_day(day, t);
	if (p->table == NULL || strcmp(day, p->day) != 0) {
		end_day(p);
		begin_day(p, day);
	} else if (table_rows(p->table) >= TABLE_PAGE) {
		table_print(p->table);
	}
	return p->table;
}

void
pager_free(struct pager *p)
{
	if (p == NULL)
		return;
	end_day(p);
	free(p);
}
