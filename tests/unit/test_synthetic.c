/* Every exchange of tests/synthetic against expected.tsv. */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static void
put(FILE *f, const char *before, struct span s)
{
	fprintf(f, "%s%.*s", before, (int)s.len, (const char *)s.p);
}

/* A line of expected.tsv as the program reads the exchange. */
static void
write_line(FILE *f, struct span name, const struct exchange *x, bool is,
    const struct deletion *d)
{
	put(f, "", name);
	if (!is) {
		fprintf(f, "\tnot-a-delete");
		return;
	}
	put(f, "\t", d->operation);
	fprintf(f, "\t%s\t%s\t", outcome_name(d->outcome),
	    d->contract ? "contract" : "convention");
	if (exchange_status(x) != 0)
		fprintf(f, "%d", exchange_status(x));
	put(f, "\t", d->code);
	put(f, "\t", d->targets[0].type);
	for (size_t i = 0; i < d->target_count; i++)
		put(f, i ? "," : "\t", d->targets[i].id);
	put(f, "\t", d->targets[0].scope);
	put(f, "\t", d->token);
	fprintf(f, "\t");
	for (size_t i = 0; i < d->target_count; i++)
		fprintf(f, "%s%s", i ? " " : "",
		    outcome_name(d->targets[i].outcome));
}

static void
check_line(const struct rules *rules, struct span line)
{
	struct arena arena = ARENA_INIT;
	struct span rest = line, name = span_cut(&rest, '\t'), path;
	struct deletion d;
	struct exchange *x;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	bool is;

	path = arena_printf(&arena, "tests/synthetic/%.*s.", (int)name.len,
	    (const char *)name.p);
	x = exchange_of_text(file_of_tests((const char *)arena_printf(&arena,
					       "%sreq.txt%c",
					       (const char *)
						   arena_string(&arena, path),
					       0)
					       .p,
				 &arena),
	    file_of_tests((const char *)arena_printf(&arena, "%sresp.txt%c",
			      (const char *)arena_string(&arena, path), 0)
			      .p,
		&arena));
	is = deletion_of_exchange(rules, x, &x->arena, &d);
	write_line(f, name, x, is, &d);
	fclose(f);
	ck_assert_str_eq(text, arena_string(&arena, line));
	free(text);
	exchange_free(x);
	arena_release(&arena);
}

START_TEST(every_exchange_reads_as_expected)
{
	struct arena arena = ARENA_INIT;
	struct span rest =
	    file_of_tests("tests/synthetic/expected.tsv", &arena);
	struct rules *rules;
	struct err err;
	size_t n = 0;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	while (rest.len > 0) {
		struct span line = span_cut(&rest, '\n');

		if (line.len == 0 || line.p[0] == '#')
			continue;
		check_line(rules, line);
		n++;
	}
	ck_assert_uint_ge(n, 21);
	rules_close(rules);
	arena_release(&arena);
}
END_TEST

UNIT_MAIN("synthetic", every_exchange_reads_as_expected)
