#include "replay/missed.h"

#include <stdio.h>

#include "tests/lib/unit.h"

/* Told items, one after the other: "METHOD PATH reason times;". */
static char told[4096];

static void
tell(void *ctx, struct span request, enum miss_reason reason, uint64_t times)
{
	size_t len = strlen(told);

	(void)ctx;
	snprintf(told + len, sizeof(told) - len, "%.*s %s %llu;",
	    (int)request.len, (const char *)request.p, miss_reason_name(reason),
	    (unsigned long long)times);
}

START_TEST(each_is_told_once_with_its_count)
{
	struct missed *m = missed_new();
	struct span get = span_of_str("GET"), a = span_of_str("/a");

	missed_add(m, get, a, MISS_UNKNOWN);
	missed_add(m, get, span_of_str("/b"), MISS_EARLY);
	missed_add(m, get, a, MISS_UNKNOWN);
	missed_add(m, get, a, MISS_LATE);
	missed_add(m, span_of_str("CONNECT"), (struct span){ 0 },
	    MISS_AMBIGUOUS);
	missed_list(m, tell, NULL);
	ck_assert_str_eq(told,
	    "GET /a unknown 2;GET /b early 1;GET /a late 1;CONNECT  host 1;");
	missed_free(m);
}
END_TEST

static void
count(void *ctx, struct span request, enum miss_reason reason, uint64_t times)
{
	(void)reason;
	(void)times;
	ck_assert_uint_le(request.len, MISSED_MAX_BYTES);
	++*(int *)ctx;
}

START_TEST(what_is_remembered_is_bounded)
{
	static uint8_t path[2 * MISSED_MAX_BYTES];
	struct missed *m = missed_new();
	char text[32];
	int n = 0;

	memset(path, 'a', sizeof(path));
	missed_add(m, span_of_str("GET"), (struct span){ path, sizeof(path) },
	    MISS_UNKNOWN);
	for (int i = 0; i < MISSED_MAX + 10; i++) {
		snprintf(text, sizeof(text), "/%d", i);
		missed_add(m, span_of_str("GET"), span_of_str(text),
		    MISS_UNKNOWN);
	}
	missed_list(m, count, &n);
	ck_assert_int_eq(n, MISSED_MAX);
	missed_free(m);
}
END_TEST

UNIT_MAIN("missed", each_is_told_once_with_its_count,
    what_is_remembered_is_bounded)
