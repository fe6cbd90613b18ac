#include "replay/compare.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

#define DELETE "DELETE /v1/things/1 HTTP/1.1\r\nHost: h\r\n\r\n"
#define BATCH                                                                  \
	"GET /?Action=DeleteInstances&InstanceIds.1=a&InstanceIds.2=b "        \
	"HTTP/1.1\r\nHost: ecs.cn-beijing.volcengineapi.com\r\n"               \
	"Authorization: HMAC-SHA256 Credential=AK/20261120/cn-beijing/ecs/"    \
	"request, SignedHeaders=x-date, Signature=0\r\n\r\n"
#define OK(fields, body) "HTTP/1.1 200 OK\r\n" fields "\r\n" body
#define ITEMS(a, b)                                                            \
	OK("Content-Length: 999\r\n",                                          \
	    "{\"ResponseMetadata\":{\"RequestId\":\"1\"},\"Result\":"          \
	    "{\"OperationDetails\":[{\"InstanceId\":\"a\"" a                   \
	    "},{\"InstanceId\":\"b\"" b "}]}}")
#define GONE ",\"Error\":{\"Code\":\"InvalidInstance.NotFound\"}"

static char told[8192];

static void
print(const struct differences *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct difference *x = &d->at[i];
		size_t at = strlen(told);

		snprintf(told + at, sizeof(told) - at, "%s %.*s %.*s|%.*s\n",
		    compared_name(x->what), (int)x->name.len,
		    (const char *)x->name.p, x->a.p ? (int)x->a.len : 1,
		    x->a.p ? (const char *)x->a.p : "-",
		    x->b.p ? (int)x->b.len : 1,
		    x->b.p ? (const char *)x->b.p : "-");
	}
	if (d->more)
		strcat(told, "more\n");
}

/* Compare two answers to one request, leaving out a field, or NULL. */
static const char *
differences(const char *request, const char *a, const char *b,
    const char *ignored)
{
	struct entry x = ENTRY_INIT, y = ENTRY_INIT;
	struct comparison c = { 0 };
	struct arena arena = ARENA_INIT;
	struct differences d;
	struct tape tape;
	struct err err;

	folder_enter();
	tape_open(&tape, folder_path("a.obit"));
	tape_add(&tape, request, a);
	tape_add(&tape, request, b);
	tape_rewind(&tape);
	ck_assert_int_eq(store_get(tape.store, 1, &x, &err), 1);
	ck_assert_int_eq(store_get(tape.store, 2, &y, &err), 1);
	c.rules = tape.rules;
	if (ignored != NULL)
		ck_assert_int_eq(comparison_ignore(&c, ignored, &err), 0);
	compare(&c, &x, &y, &arena, &d);
	told[0] = '\0';
	print(&d);
	arena_release(&arena);
	comparison_release(&c);
	comparison_release(&c);
	entry_release(&x);
	entry_release(&y);
	tape_close(&tape);
	folder_leave();
	return told;
}

START_TEST(the_same_answer_does_not_differ)
{
	const char *a = OK("Content-Length: 2\r\n", "{}");

	ck_assert_str_eq(differences(DELETE, a, a, NULL), "");
	ck_assert_str_eq(differences(DELETE, NULL, NULL, NULL), "");
	ck_assert_str_eq(differences(BATCH, ITEMS("", GONE), ITEMS("", GONE),
			     NULL),
	    "");
}
END_TEST

START_TEST(status_and_outcome)
{
	const char *a = OK("", ""), *b = "HTTP/1.1 404 Not Found\r\n\r\n";

	ck_assert_str_eq(differences(DELETE, a, b, NULL),
	    "status  200|404\noutcome  deleted|gone\n");
	ck_assert_str_eq(differences(DELETE, a, b, "status"),
	    "outcome  deleted|gone\n");
	ck_assert_str_eq(differences(DELETE, a, b, "outcome"),
	    "status  200|404\n");
}
END_TEST

START_TEST(no_answer_has_its_reason)
{
	ck_assert_str_eq(differences(DELETE, NULL, OK("", ""), NULL),
	    "status  -|200\nreason  response-lost|-\n"
	    "outcome  unknown|deleted\n");
	ck_assert_str_eq(differences(DELETE, NULL, OK("", ""), "status"),
	    "outcome  unknown|deleted\n");
}
END_TEST

START_TEST(each_target_of_several)
{
	ck_assert_str_eq(differences(BATCH, ITEMS("", GONE), ITEMS(GONE, GONE),
			     "body"),
	    "outcome  partial|gone\ntarget ecs:instance:a deleted|"
	    "gone InvalidInstance.NotFound\n");
	ck_assert_str_eq(differences(BATCH, ITEMS("", GONE), ITEMS(GONE, ""),
			     "body"),
	    "target ecs:instance:a deleted|gone InvalidInstance.NotFound\n"
	    "target ecs:instance:b gone InvalidInstance.NotFound|deleted\n");
	ck_assert_str_eq(differences(BATCH, ITEMS("", GONE), ITEMS(GONE, ""),
			     "outcome"),
	    "body /Result/OperationDetails/0/Error -|{1}\n"
	    "body /Result/OperationDetails/1/Error {1}|-\n");
}
END_TEST

START_TEST(fields_and_bodies)
{
	const char *a = OK("ETag: 1\r\nContent-Length: 7\r\n", "{\"a\":1}");
	const char *b = OK("ETag: 2\r\nContent-Length: 7\r\n", "{\"a\":2}");

	ck_assert_str_eq(differences(DELETE, a, b, NULL),
	    "header etag 1|2\nbody /a 1|2\n");
	ck_assert_str_eq(differences(DELETE, a, b, "header"), "body /a 1|2\n");
	ck_assert_str_eq(differences(DELETE, a, b, "header:E*"),
	    "body /a 1|2\n");
	ck_assert_str_eq(differences(DELETE, a, b, "header:E"),
	    "header etag 1|2\nbody /a 1|2\n");
	ck_assert_str_eq(differences(DELETE, a, b, "body"),
	    "header etag 1|2\n");
	ck_assert_str_eq(differences(DELETE, a, b, "body:/a"),
	    "header etag 1|2\n");
}
END_TEST

START_TEST(there_are_not_too_many)
{
	static char a[2048], b[4096];
	size_t n = 0, lines = 0;

	for (int i = 0; i < 100; i++)
		n += (size_t)sprintf(a + n, "%s%d", i == 0 ? "" : ",", 100 + i);
	snprintf(b, sizeof(b),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n[%s]", n + 2, a);
	memcpy(a, b, sizeof(a) - 1);
	for (char *p = strchr(b, '['); *p != '\0'; p++)
		if (*p == '1')
			*p = '2';
	differences(DELETE, a, b, NULL);
	for (const char *p = told; *p != '\0'; p++)
		lines += *p == '\n';
	ck_assert_uint_eq(lines, DIFFERENCES_MAX + 1);
	ck_assert_ptr_nonnull(strstr(told, "\nmore\n"));
}
END_TEST

START_TEST(what_cannot_be_ignored_is_refused)
{
	static const char *const bad[] = { "", "statu",
		"header:", "body:", "body:a", "target:x", "outcome:x", ":",
		"Header", "request" };
	struct comparison c = { 0 };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(comparison_ignore(&c, bad[i], &err), -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
		ck_assert_ptr_nonnull(strstr(err.text, bad[i]));
	}
	for (size_t i = 0; i < COMPARE_MAX_IGNORED; i++)
		ck_assert_int_eq(comparison_ignore(&c, "body:/a", &err), 0);
	ck_assert_int_eq(comparison_ignore(&c, "body:/a", &err), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	comparison_release(&c);
}
END_TEST

UNIT_MAIN("compare", the_same_answer_does_not_differ, status_and_outcome,
    no_answer_has_its_reason, each_target_of_several, fields_and_bodies,
    there_are_not_too_many, what_cannot_be_ignored_is_refused)
