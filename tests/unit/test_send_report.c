#include "cli/send_report.h"

#include <stdlib.h>

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "http/coverage.h"
#include "store/sent.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#define MAX 4

static struct rules *rules;
static struct recogniser *recogniser;
static struct store *source, *results;
static struct step steps[MAX];
static struct plan plan = { .steps = steps };
static struct send_report report;
static char *text;
static struct err err;

static void
open_one(struct store **st, const char *name)
{
	struct recording rec = { .program = span_of_str("test") };

	ck_assert_int_eq(store_open(st, folder_path(name), STORE_APPEND, &err),
	    0);
	ck_assert_int_eq(store_begin(*st, &rec, &err), 0);
}

static void
begin(void)
{
	folder_enter();
	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	recogniser = recogniser_new(rules, SIZE_MAX);
	open_one(&source, "a.obit");
	open_one(&results, "r.obit");
	plan.count = 0;
}

static void
end(void)
{
	ck_assert_int_eq(store_close(source, &err), 0);
	ck_assert_int_eq(store_close(results, &err), 0);
	recogniser_free(recogniser);
	rules_close(rules);
	free(text);
	folder_leave();
}

/* Add an exchange; return its id. */
static uint64_t
add(struct store *st, const char *request, const char *response)
{
	struct exchange *x = exchange_of_strings(request, response);
	struct reading reading = { 0 };
	uint64_t id = store_next_id(st);

	if (response == NULL)
		x->reason = REASON_NO_RESPONSE;
	recogniser_read(recogniser, x, id, &reading);
	ck_assert_int_eq(store_add(st, x, &reading, &err), 0);
	exchange_free(x);
	return id;
}

/* Plan one; return its id. */
static uint64_t
planned(const char *request, const char *response)
{
	uint64_t id = add(source, request, response);

	steps[plan.count++] = (struct step){
		.source = id,
		.destructive = request[0] == 'D',
		.deletes = request[0] == 'D',
	};
	return id;
}

/* It was sent, and this came of it. */
static void
settled(uint64_t id, const char *request, const char *response)
{
	ck_assert_int_eq(store_intend(results, id, 1, &err), 0);
	ck_assert_int_eq(store_settle(results, id, 1,
			     add(results, request, response), &err),
	    0);
}

static void
make(bool json)
{
	struct send_report_options options = {
		.plan = &plan,
		.rules = rules,
		.source = source,
		.results = results,
		.json = json,
	};
	size_t len;

	options.out = open_memstream(&text, &len);
	ck_assert_msg(send_report(&options, &report, &err) == 0, "%s",
	    err.text);
	fclose(options.out);
}

#define DELETE_A "DELETE /v1/things/a HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_A    "GET /v1/things/a HTTP/1.1\r\nHost: h\r\n\r\n"
#define DONE     "HTTP/1.1 204 No Content\r\n\r\n"
#define GONE     "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
#define DENIED   "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"

START_TEST(the_same_answer_is_the_same)
{
	begin();
	settled(planned(DELETE_A, DONE), DELETE_A, DONE);
	make(false);
	ck_assert_uint_eq(report.same, 1);
	ck_assert_uint_eq(report.differ + report.unknown + report.unsent, 0);
	ck_assert_str_eq(text,
	    "1  DELETE /v1/things/a\n"
	    "    deleted (204); recorded deleted (204)\n");
	end();
}
END_TEST

/* The resource is what counts: it is not there either way. */
START_TEST(gone_is_as_good_as_deleted)
{
	begin();
	settled(planned(DELETE_A, DONE), DELETE_A, GONE);
	make(false);
	ck_assert_uint_eq(report.same, 1);
	ck_assert_ptr_nonnull(strstr(text, "differs in"));
	end();
}
END_TEST

START_TEST(a_resource_that_stays_differs)
{
	begin();
	settled(planned(DELETE_A, DONE), DELETE_A, DENIED);
	settled(planned(DELETE_A, DENIED), DELETE_A, DONE);
	make(false);
	ck_assert_uint_eq(report.differ, 2);
	ck_assert_uint_eq(report.same, 0);
	end();
}
END_TEST

/* With an intent and no outcome, and with an outcome without an answer. */
START_TEST(nobody_knows_what_was_not_answered)
{
	uint64_t id;

	begin();
	id = planned(DELETE_A, DONE);
	ck_assert_int_eq(store_intend(results, id, 1, &err), 0);
	settled(planned(DELETE_A, DONE), DELETE_A, NULL);
	make(false);
	ck_assert_uint_eq(report.unknown, 2);
	ck_assert_uint_eq(report.same + report.differ, 0);
	ck_assert_ptr_nonnull(
	    strstr(text, "unknown: it may have been sent; recorded deleted"));
	ck_assert_ptr_nonnull(strstr(text, "unknown (no-response);"));
	end();
}
END_TEST

START_TEST(what_was_not_sent_is_told)
{
	begin();
	settled(planned(DELETE_A, DONE), DELETE_A, DONE);
	planned(DELETE_A, DONE);
	make(false);
	ck_assert_uint_eq(report.same, 1);
	ck_assert_uint_eq(report.unsent, 1);
	ck_assert_ptr_nonnull(
	    strstr(text, "\n    not sent; recorded deleted (204)\n"));
	end();
}
END_TEST

START_TEST(reads_decide_nothing)
{
	begin();
	settled(planned(GET_A, DONE), GET_A, GONE);
	settled(planned(GET_A, DONE), GET_A, NULL);
	make(false);
	ck_assert_uint_eq(report.reads, 1);
	ck_assert_uint_eq(report.unknown, 1);
	ck_assert_uint_eq(report.differ, 0);
	end();
}
END_TEST

START_TEST(json_says_what_may_have_been_sent)
{
	uint64_t id;

	begin();
	id = planned(DELETE_A, DONE);
	ck_assert_int_eq(store_intend(results, id, 1, &err), 0);
	planned(DELETE_A, DONE);
	make(true);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"sent\":true,\"exchange\":null,\"outcome\":\"unknown\""));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"sent\":false,\"exchange\":null,\"outcome\":null"));
	end();
}
END_TEST

START_TEST(an_exchange_that_is_gone_is_an_error)
{
	struct send_report_options options = { .plan = &plan };

	begin();
	planned(DELETE_A, DONE);
	steps[0].source = 99;
	options.rules = rules;
	options.source = source;
	options.results = results;
	options.out = stdout;
	ck_assert_int_eq(send_report(&options, &report, &err), -1);
	ck_assert_int_eq(err.code, ERR_CORRUPT);
	end();
}
END_TEST

UNIT_MAIN("send_report", the_same_answer_is_the_same,
    gone_is_as_good_as_deleted, a_resource_that_stays_differs,
    nobody_knows_what_was_not_answered, what_was_not_sent_is_told,
    reads_decide_nothing, json_says_what_may_have_been_sent,
    an_exchange_that_is_gone_is_an_error)
