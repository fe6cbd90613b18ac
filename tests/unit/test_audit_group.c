#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "cli/audit_group.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static int
add(struct audit_groups *g, uint64_t id, const char *target,
    enum outcome outcome, struct err *err)
{
	struct target t = { .id = span_of_str(target), .outcome = outcome };
	struct entry e = {
		.id = id,
		.exchange = exchange_of_strings("DELETE / HTTP/1.1\n\n", NULL),
		.reading.deletion = { .targets = &t, .target_count = 1 },
	};
	int status;

	e.exchange->request->first = (int64_t)id * 1000000000;
	status = audit_groups_add(g, &e, err);
	entry_release(&e);
	return status;
}

START_TEST(most_deletions_first)
{
	struct audit_groups *g = audit_groups_new(BY_TARGET, 1 << 20);
	struct err err;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct json j = JSON_INIT(out);

	ck_assert_int_eq(add(g, 1, "b", OUTCOME_DELETED, &err), 0);
	ck_assert_int_eq(add(g, 3, "c", OUTCOME_GONE, &err), 0);
	ck_assert_int_eq(add(g, 2, "c", OUTCOME_DELETED, &err), 0);
	ck_assert_int_eq(add(g, 4, "a", OUTCOME_DENIED, &err), 0);
	audit_groups_json(g, &j);
	fclose(out);
	ck_assert_str_eq(text,
	    "{\"by\":\"target\",\"value\":\"c\",\"type\":null,\"scope\":null,"
	    "\"deletions\":2,\"outcomes\":{\"deleted\":1,\"gone\":1},"
	    "\"first\":\"1970-01-01T00:00:02.000000000Z\","
	    "\"last\":\"1970-01-01T00:00:03.000000000Z\"}\n"
	    "{\"by\":\"target\",\"value\":\"a\",\"type\":null,\"scope\":null,"
	    "\"deletions\":1,\"outcomes\":{\"denied\":1},"
	    "\"first\":\"1970-01-01T00:00:04.000000000Z\","
	    "\"last\":\"1970-01-01T00:00:04.000000000Z\"}\n"
	    "{\"by\":\"target\",\"value\":\"b\",\"type\":null,\"scope\":null,"
	    "\"deletions\":1,\"outcomes\":{\"deleted\":1},"
	    "\"first\":\"1970-01-01T00:00:01.000000000Z\","
	    "\"last\":\"1970-01-01T00:00:01.000000000Z\"}\n");
	free(text);
	audit_groups_free(g);
}
END_TEST

START_TEST(ever_new_groups_end_at_the_limit)
{
	struct audit_groups *g = audit_groups_new(BY_TARGET, 1 << 20);
	struct err err = { 0 };
	char name[32];
	uint64_t id = 1;
	int status;

	do {
		snprintf(name, sizeof(name), "target-%u", (unsigned)id);
		status = add(g, id, name, OUTCOME_DELETED, &err);
	} while (status == 0 && ++id < 20000);
	ck_assert_int_eq(status, -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	ck_assert_uint_gt(id, 1000);
	ck_assert_int_eq(add(g, id, "target-1", OUTCOME_DELETED, &err), 0);
	audit_groups_free(g);
}
END_TEST

UNIT_MAIN("audit_group", most_deletions_first, ever_new_groups_end_at_the_limit)
