/* Recognition across exchanges: interest and follow-ups. */
#include <stdio.h>

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define CLOUDDC "/v1/p/instances/d3a1"
#define DC_HOST "Host: clouddc.cn-north-4.myhuaweicloud.com\n\n"
#define VOLC                                                                   \
	"Host: open.volcengineapi.com\nAuthorization: HMAC-SHA256 "            \
	"Credential=AK/20261120/cn-beijing/ecs/request, "                      \
	"SignedHeaders=x-date, "                                               \
	"Signature=00\n\n"

static struct rules *rules;
static struct recogniser *recogniser;
static uint64_t next_id;

/* The newest exchange and what was made of it. */
static struct exchange *current;
static struct reading reading;
static bool other; /* as said before it was read */

static void
start(void)
{
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	recogniser = recogniser_new(rules, SIZE_MAX);
	next_id = 1;
}

static void
stop(void)
{
	exchange_free(current);
	current = NULL;
	recogniser_free(recogniser);
	rules_close(rules);
}

/* Let one exchange pass, `at` seconds after the start. */
static void
pass(int at, const char *request, const char *response)
{
	int64_t time = (int64_t)at * 1000000000;

	exchange_free(current);
	current = exchange_of_strings(request, response);
	current->request->first = current->request->last = time;
	if (current->response != NULL)
		current->response->first = current->response->last = time;
	other = recogniser_is_other(recogniser, current);
	recogniser_read(recogniser, current, next_id++, &reading);
	ck_assert(!other || reading.kind == KIND_OTHER);
}

static void
expect_deletion(enum outcome outcome, uint64_t of, unsigned number,
    uint32_t findings)
{
	ck_assert_int_eq(reading.kind, KIND_DELETION);
	ck_assert_str_eq(outcome_name(reading.deletion.outcome),
	    outcome_name(outcome));
	ck_assert_uint_eq(reading.deletion.attempt_of, of);
	ck_assert_uint_eq(reading.deletion.attempt_number, number);
	ck_assert_uint_eq(reading.deletion.findings, findings);
}

static void
expect_follow_up(uint64_t deletion, enum verdict verdict, const char *state)
{
	ck_assert_int_eq(reading.kind, KIND_FOLLOW_UP);
	ck_assert_uint_eq(reading.follow_up_count, 1);
	ck_assert_uint_eq(reading.follow_ups[0].deletion, deletion);
	ck_assert_str_eq(verdict_name(reading.follow_ups[0].verdict),
	    verdict_name(verdict));
	if (state == NULL)
		ck_assert_ptr_null(reading.follow_ups[0].state.p);
	else
		ck_assert(span_eq_str(reading.follow_ups[0].state, state));
}

static enum interest
interest(const char *request)
{
	struct exchange *x = exchange_of_strings(request, NULL);
	enum interest i = recogniser_interest(recogniser, &x->request->parsed);

	exchange_free(x);
	return i;
}

#define TAGS_ACTION(what)                                                      \
	"POST /v1/p/k/r/tags/action HTTP/1.1\nHost: d\n"                       \
	"Content-Length: 19\n\n{\"action\":\"" what "\"}"
#define DELETE_DC "DELETE " CLOUDDC " HTTP/1.1\n" DC_HOST
#define STATUS_DC "GET " CLOUDDC "/status HTTP/1.1\n" DC_HOST

static void
pass_state(const char *state)
{
	char response[256];

	snprintf(response, sizeof(response),
	    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n"
	    "{\"state\":\"%s\"}",
	    state);
	pass(2, STATUS_DC, response);
}

START_TEST(accepted_until_terminated)
{
	start();
	ck_assert_int_eq(interest(STATUS_DC), INTEREST_NONE);
	pass(1, DELETE_DC, "HTTP/1.1 204 No Content\n\n");
	expect_deletion(OUTCOME_ACCEPTED, 1, 1, 0);
	ck_assert(reading.deletion.contract);
	ck_assert_int_eq(interest(STATUS_DC), INTEREST_MAYBE);
	pass_state("shutting-down");
	expect_follow_up(1, VERDICT_UNCONFIRMED, "shutting-down");
	pass_state("a-state-of-tomorrow");
	expect_follow_up(1, VERDICT_UNCONFIRMED, "a-state-of-tomorrow");
	pass(3, STATUS_DC, "HTTP/1.1 404 Not Found\n\n");
	expect_follow_up(1, VERDICT_UNCONFIRMED, NULL);
	pass_state("terminated");
	ck_assert(!other);
	expect_follow_up(1, VERDICT_CONFIRMED, "terminated");
	pass_state("terminated");
	ck_assert(other);
	ck_assert_int_eq(reading.kind, KIND_OTHER);
	ck_assert_int_eq(interest(STATUS_DC), INTEREST_NONE);
	stop();
}
END_TEST

START_TEST(error_and_failed_revert)
{
	static const char *const states[] = { "error", "failed" };

	for (size_t i = 0; i < 2; i++) {
		start();
		pass(1, DELETE_DC, "HTTP/1.1 204 No Content\n\n");
		pass_state(states[i]);
		expect_follow_up(1, VERDICT_REVERTED, states[i]);
		stop();
	}
}
END_TEST

START_TEST(the_resource_itself_is_not_the_status)
{
	start();
	pass(1, DELETE_DC, "HTTP/1.1 204 No Content\n\n");
	pass(2, "GET " CLOUDDC " HTTP/1.1\n" DC_HOST,
	    "HTTP/1.1 200 OK\n\n{\"state\":\"terminated\"}");
	ck_assert_int_eq(reading.kind, KIND_OTHER);
	pass(2, "GET " CLOUDDC "/status HTTP/1.1\nHost: other.example\n\n",
	    "HTTP/1.1 200 OK\n\n{\"state\":\"terminated\"}");
	ck_assert_int_eq(reading.kind, KIND_OTHER);
	stop();
}
END_TEST

START_TEST(a_cut_answer_confirms_nothing)
{
	start();
	pass(1, DELETE_DC, "HTTP/1.1 204 No Content\n\n");
	pass(2, STATUS_DC,
	    "HTTP/1.1 200 OK\nContent-Length: "
	    "90\n\n{\"state\":\"terminated\"}");
	expect_follow_up(1, VERDICT_UNCONFIRMED, NULL);
	pass(3, STATUS_DC, NULL);
	expect_follow_up(1, VERDICT_UNCONFIRMED, NULL);
	stop();
}
END_TEST

START_TEST(a_describe_closes_what_it_no_longer_lists)
{
	start();
	pass(1,
	    "GET /?Action=DeleteInstance&InstanceId=i-9&Version=2020-04-01 "
	    "HTTP/1.1\n" VOLC,
	    "HTTP/1.1 200 OK\n\n{\"ResponseMetadata\":{\"RequestId\":\"r\"},"
	    "\"Result\":{}}");
	expect_deletion(OUTCOME_ACCEPTED, 1, 1, 0);
	pass(2,
	    "GET /?Action=DescribeInstances&InstanceIds.1=i-8 HTTP/1.1\n" VOLC,
	    "HTTP/1.1 200 OK\n\n{\"Result\":{\"TotalCount\":0,"
	    "\"Instances\":[]}}");
	ck_assert_int_eq(reading.kind, KIND_OTHER);
	pass(2,
	    "GET /?Action=DescribeInstances&InstanceIds.1=i-9 HTTP/1.1\n" VOLC,
	    "HTTP/1.1 200 OK\n\n{\"Result\":{\"TotalCount\":1,\"Instances\":["
	    "{\"InstanceId\":\"i-9\",\"Status\":\"DELETING\"}]}}");
	expect_follow_up(1, VERDICT_UNCONFIRMED, "DELETING");
	pass(3,
	    "GET /?Action=DescribeInstances&InstanceIds.1=i-9 HTTP/1.1\n" VOLC,
	    "HTTP/1.1 200 OK\n\n{\"Result\":{\"TotalCount\":0,"
	    "\"Instances\":[]}}");
	expect_follow_up(1, VERDICT_CONFIRMED, NULL);
	stop();
}
END_TEST

#define DELETE_X "DELETE /x/1 HTTP/1.1\nHost: a.example\n\n"

#define DELETE_V(token, id)                                                    \
	"GET /?Action=DeleteInstances&Version=2020-04-01&ClientToken=" token   \
	"&InstanceIds.1=" id " HTTP/1.1\n" VOLC

START_TEST(interest_is_known_from_the_head)
{
	start();
	ck_assert_int_eq(interest(DELETE_X), INTEREST_SURE);
	ck_assert_int_eq(interest("GET /x/1 HTTP/1.1\nHost: b.example\n\n"),
	    INTEREST_NONE);
	ck_assert_int_eq(interest("GET /x/2 HTTP/1.1\nHost: a.example\n\n"),
	    INTEREST_NONE);
	ck_assert_int_eq(interest("GET /%78/1 HTTP/1.1\nHost: A.example\n\n"),
	    INTEREST_MAYBE);
	ck_assert_int_eq(interest(DELETE_V("t", "i")), INTEREST_SURE);
	ck_assert_int_eq(interest("GET /?Action=DescribeInstances "
				  "HTTP/1.1\nHost: c\n\n"),
	    INTEREST_NONE);
	ck_assert_int_eq(interest(TAGS_ACTION("delete")), INTEREST_MAYBE);
	stop();
}
END_TEST

/* Where a job is to be followed, only the answer that is still to come says. */
START_TEST(the_place_of_a_job_is_not_known_yet)
{
	start();
	ck_assert_int_eq(interest("GET /v1/p/jobs/1 HTTP/1.1\n" DC_HOST),
	    INTEREST_NONE);
	ck_assert_int_eq(interest("DELETE /v1/p/servers/1/volumes/2 "
				  "HTTP/1.1\n" DC_HOST),
	    INTEREST_SURE);
	ck_assert_int_eq(interest("GET /v1/p/jobs/1 HTTP/1.1\n" DC_HOST),
	    INTEREST_MAYBE);
	stop();
}
END_TEST

START_TEST(the_body_tells_what_is_other)
{
	start();
	pass(1, TAGS_ACTION("create"), "HTTP/1.1 204 No Content\n\n");
	ck_assert(other);
	pass(2, TAGS_ACTION("delete"), "HTTP/1.1 204 No Content\n\n");
	ck_assert(!other);
	ck_assert_int_eq(reading.kind, KIND_DELETION);
	stop();
}
END_TEST

UNIT_MAIN("recognise", accepted_until_terminated, error_and_failed_revert,
    the_resource_itself_is_not_the_status, a_cut_answer_confirms_nothing,
    a_describe_closes_what_it_no_longer_lists, interest_is_known_from_the_head,
    the_place_of_a_job_is_not_known_yet, the_body_tells_what_is_other)
