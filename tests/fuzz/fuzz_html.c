/*
 * A request and its response, with a NUL byte between, as a page.  No byte
 * of them may become markup: the page has the elements that it has for any
 * other exchange.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "deletion/rules.h"
#include "formats/html.h"
#include "tests/lib/fuzz_exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t
count(struct span page, const char *what)
{
	const uint8_t *at;
	size_t n = 0;

	while ((at = memmem(page.p, page.len, what, strlen(what))) != NULL) {
		page = span_sub(page, (size_t)(at - page.p) + 1, page.len);
		n++;
	}
	return n;
}

static void
check(struct span page)
{
	assert(count(page, "<script") == 1);
	assert(count(page, "</script") == 1);
	assert(count(page, "<style") == 1);
	assert(count(page, "<details") == 1);
	assert(count(page, "<pre>") == count(page, "</pre"));
	assert(count(page, "<section") == count(page, "</section"));
	assert(count(page, "<meta") == 5);
	assert(count(page, "<img") == 0);
	assert(memchr(page.p, 0, page.len) == NULL);
}

static void
make_page(const struct exchange *x, const struct reading *reading)
{
	struct html_deletion d = { .id = 1, .exchange = x, .reading = reading };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct html *h = html_new(out);

	html_count(h, &d);
	html_begin(h, "a.obit", "");
	html_deletion(h, &d);
	html_end(h);
	html_free(h);
	fclose(out);
	check((struct span){ (const uint8_t *)text, len });
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct rules *rules;
	struct span response = { data, len };
	struct span request = span_cut(&response, 0);
	struct reading reading = { .kind = KIND_DELETION };
	struct exchange *x;
	struct err err;

	if (rules == NULL && rules_open(&rules, NULL, 0, &err) < 0)
		return 0;
	x = fuzz_exchange(request, response);
	if (x == NULL)
		return 0;
	(void)deletion_of_exchange(rules, x, &x->arena, &reading.deletion);
	make_page(x, &reading);
	exchange_free(x);
	return 0;
}
