/* Conversations, and what each of their deletions shows about the client. */
#include <stdio.h>

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

/* One exchange; a principal that is not named is "a". */
struct step {
	double at, until; /* seconds; the request's, the response's */
	const char *principal, *request, *response;
	uint64_t of;
	unsigned number; /* 0: no deletion */
	uint32_t findings;
};

struct talk {
	const char *about;
	struct step steps[8]; /* ends in one without a request */
};

#define REPEATED FINDING_BIT(FINDING_REPEATED)
#define NEW_TOK  FINDING_BIT(FINDING_NEW_TOKEN)
#define REUSED   FINDING_BIT(FINDING_TOKEN_REUSED)
#define TOO_SOON FINDING_BIT(FINDING_TOO_SOON)
#define PENDING  FINDING_BIT(FINDING_PENDING)

#define DELETE_X           "DELETE /x/1 HTTP/1.1\nHost: a.example\n\n"
#define NO_CONTENT         "HTTP/1.1 204 No Content\n\n"
#define NOT_FOUND          "HTTP/1.1 404 Not Found\n\n"
#define FAILED             "HTTP/1.1 500 Internal Server Error\n\n"
#define DENIED             "HTTP/1.1 403 Forbidden\n\n"
#define THROTTLED(field)   "HTTP/1.1 429 Too Many Requests\n" field "\n"
#define UNAVAILABLE(field) "HTTP/1.1 503 Service Unavailable\n" field "\n"

/* Accepted with 204, followed at /status (CloudDC). */
#define DC        "/v1/p/instances/d3a1"
#define DC_HOST   "Host: clouddc.cn-north-4.myhuaweicloud.com\n\n"
#define DELETE_DC "DELETE " DC " HTTP/1.1\n" DC_HOST
#define STATUS_DC "GET " DC "/status HTTP/1.1\n" DC_HOST
#define STATE(s)  "HTTP/1.1 200 OK\n\n{\"state\":\"" s "\"}"

/* Bears a token (Volcengine ECS DeleteInstances). */
#define VOLC(query)                                                            \
	"GET /?Action=DeleteInstances&Version=2020-04-01&" query               \
	" HTTP/1.1\nHost: open.volcengineapi.com\n"                            \
	"Authorization: HMAC-SHA256 Credential=AK/20261120/cn-beijing/ecs/"    \
	"request, SignedHeaders=x-date, Signature=00\n\n"
#define VOLC_DONE                                                              \
	"HTTP/1.1 200 OK\n\n{\"ResponseMetadata\":{\"RequestId\":\"r\"},"      \
	"\"Result\":{\"OperationDetails\":[{\"InstanceId\":\"i-1\"}]}}"
#define DESCRIBE_VOLC                                                          \
	"GET /?Action=DescribeInstances&InstanceIds.1=i-1 HTTP/1.1\n"          \
	"Host: open.volcengineapi.com\nAuthorization: HMAC-SHA256 "            \
	"Credential=AK/20261120/cn-beijing/ecs/request, "                      \
	"SignedHeaders=x-date, Signature=00\n\n"
#define VOLC_STATUS(s)                                                         \
	"HTTP/1.1 200 OK\n\n{\"Result\":{\"TotalCount\":1,\"Instances\":["     \
	"{\"InstanceId\":\"i-1\",\"Status\":\"" s "\"}]}}"
#define VOLC_BUSY                                                              \
	"HTTP/1.1 412 Precondition Failed\n\n{\"ResponseMetadata\":{"          \
	"\"RequestId\":\"r\",\"Error\":{\"Code\":\"IdempotentProcessing\"}}}"
#define VOLC_INVALID                                                           \
	"HTTP/1.1 400 Bad Request\n\n{\"ResponseMetadata\":{"                  \
	"\"RequestId\":\"r\",\"Error\":{\"Code\":\"InvalidArgument\"}}}"

static const struct talk talks[] = {
	{ "a second delete after success",
	    {
		{ 1, 2, "a", DELETE_X, NO_CONTENT, 1, 1, 0 },
		{ 3, 4, "a", DELETE_X, NOT_FOUND, 1, 2, REPEATED },
		{ 5, 6, "a", DELETE_X, NOT_FOUND, 1, 3, REPEATED },
	    } },
	{ "sent before the success was there",
	    {
		{ 1, 3, "a", DELETE_X, NO_CONTENT, 1, 1, 0 },
		{ 2.9, 4, "a", DELETE_X, NOT_FOUND, 1, 2, 0 },
	    } },
	{ "an answer that it is gone is no success of ours",
	    {
		{ 1, 2, "a", DELETE_X, NOT_FOUND, 1, 1, 0 },
		{ 3, 4, "a", DELETE_X, NOT_FOUND, 1, 2, 0 },
	    } },
	{ "the window is five minutes after the end of the last attempt",
	    {
		{ 1, 2, "a", DELETE_X, FAILED, 1, 1, 0 },
		{ 302, 303, "a", DELETE_X, FAILED, 1, 2, 0 },
		{ 603.1, 604, "a", DELETE_X, FAILED, 3, 1, 0 },
	    } },
	{ "another principal, host or target is another intent",
	    {
		{ 1, 2, "a", DELETE_X, NO_CONTENT, 1, 1, 0 },
		{ 3, 4, "b", DELETE_X, NOT_FOUND, 2, 1, 0 },
		{ 3, 4, NULL, DELETE_X, NOT_FOUND, 3, 1, 0 },
		{ 5, 6, "a", "DELETE /x/1 HTTP/1.1\nHost: b.example\n\n",
		    NOT_FOUND, 4, 1, 0 },
		{ 7, 8, "a", "DELETE /x/2 HTTP/1.1\nHost: a.example\n\n",
		    NO_CONTENT, 5, 1, 0 },
	    } },
	{ "a query that no rule knows may name another",
	    {
		{ 1, 2, "a", "DELETE /x?id=1 HTTP/1.1\nHost: a.example\n\n",
		    NO_CONTENT, 1, 1, 0 },
		{ 3, 4, "a", "DELETE /x?id=2 HTTP/1.1\nHost: a.example\n\n",
		    NO_CONTENT, 2, 1, 0 },
		{ 5, 6, "a", "DELETE /x?id=1 HTTP/1.1\nHost: a.example\n\n",
		    NOT_FOUND, 1, 2, REPEATED },
		{ 7, 8, "a", "DELETE /x HTTP/1.1\nHost: a.example\n\n",
		    NO_CONTENT, 4, 1, 0 },
	    } },
	{ "sooner than a number of seconds, and not",
	    {
		{ 1, 10, "a", DELETE_X, THROTTLED("Retry-After: 5\n"), 1, 1,
		    0 },
		{ 14.9, 15, "a", DELETE_X, UNAVAILABLE("Retry-After: 60\n"), 1,
		    2, TOO_SOON },
		{ 74, 75, "a", DELETE_X, THROTTLED(""), 1, 3, TOO_SOON },
		{ 76, 77, "a", DELETE_X, NO_CONTENT, 1, 4, 0 },
	    } },
	{ "sent before the request to wait was there",
	    {
		{ 1, 10, "a", DELETE_X, THROTTLED("Retry-After: 5\n"), 1, 1,
		    0 },
		{ 9, 15, "a", DELETE_X, NO_CONTENT, 1, 2, 0 },
	    } },
	{ "sooner than a date, by the server's clock",
	    {
		{ 1, 10, "a", DELETE_X,
		    THROTTLED("Date: Sun, 06 Nov 1994 08:49:37 GMT\n"
			      "Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\n"),
		    1, 1, 0 },
		{ 69, 69.5, "a", DELETE_X,
		    THROTTLED("Date: Sun, 06 Nov 1994 08:49:37 GMT\n"
			      "Retry-After: Sunday, 06-Nov-94 08:50:37 GMT\n"),
		    1, 2, TOO_SOON },
		{ 130, 131, "a", DELETE_X, NO_CONTENT, 1, 3, 0 },
	    } },
	{ "sooner than a date, by the time of the packet",
	    {
		{ 1, 10, "a", DELETE_X,
		    UNAVAILABLE("Retry-After: Thu, 01 Jan 1970 00:01:10 GMT\n"),
		    1, 1, 0 },
		{ 69, 70, "a", DELETE_X,
		    UNAVAILABLE("Retry-After: Thu, 01 Jan 1970 00:00:20 GMT\n"),
		    1, 2, TOO_SOON },
		{ 71, 72, "a", DELETE_X, NO_CONTENT, 1, 3, 0 },
	    } },
	{ "a wait that makes no sense is none",
	    {
		{ 1, 2, "a", DELETE_X, THROTTLED("Retry-After: soon\n"), 1, 1,
		    0 },
		{ 3, 4, "a", DELETE_X, THROTTLED("Retry-After: -5\n"), 1, 2,
		    0 },
		{ 5, 6, "a", DELETE_X,
		    THROTTLED("Retry-After: 99999999999999999999999\n"), 1, 3,
		    0 },
		{ 7, 8, "a", DELETE_X, FAILED, 1, 4, TOO_SOON },
	    } },
	{ "Retry-After of other answers asks for no wait of a retry",
	    {
		{ 1, 2, "a", DELETE_X,
		    "HTTP/1.1 202 Accepted\nRetry-After: 60\n\n", 1, 1, 0 },
		{ 3, 4, "a", DELETE_X, "HTTP/1.1 500 No\nRetry-After: 60\n\n",
		    1, 2, PENDING },
		{ 5, 6, "a", DELETE_X, NOT_FOUND, 1, 3, PENDING },
	    } },
	{ "the window begins when the wait is over",
	    {
		{ 1, 2, "a", DELETE_X, THROTTLED("Retry-After: 1000\n"), 1, 1,
		    0 },
		{ 900, 901, "a", DELETE_X, THROTTLED("Retry-After: 1000\n"), 1,
		    2, TOO_SOON },
		{ 2200, 2201, "a", DELETE_X, NO_CONTENT, 1, 3, 0 },
	    } },
	{ "again while it is pending, and again when it is done",
	    {
		{ 1, 2, "a", DELETE_DC, NO_CONTENT, 1, 1, 0 },
		{ 3, 4, "a", DELETE_DC, DENIED, 1, 2, PENDING },
		{ 250, 250, "a", STATUS_DC, STATE("shutting-down"), 0, 0, 0 },
		{ 500, 501, "a", DELETE_DC, NOT_FOUND, 1, 3, PENDING },
		{ 502, 502, "a", STATUS_DC, STATE("terminated"), 0, 0, 0 },
		{ 503, 504, "a", DELETE_DC, NOT_FOUND, 1, 4, REPEATED },
	    } },
	{ "a deletion that was reverted may be tried again",
	    {
		{ 1, 2, "a", DELETE_DC, NO_CONTENT, 1, 1, 0 },
		{ 3, 3, "a", STATUS_DC, STATE("error"), 0, 0, 0 },
		{ 4, 5, "a", DELETE_DC, NO_CONTENT, 1, 2, 0 },
		{ 6, 7, "a", DELETE_DC, NO_CONTENT, 1, 3, PENDING },
	    } },
	{ "so may one that was answered as done and then seen to fail",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1"), VOLC_DONE, 1, 1, 0 },
		{ 3, 3, "a", DESCRIBE_VOLC, VOLC_STATUS("ERROR"), 0, 0, 0 },
		{ 4, 5, "a", VOLC("InstanceIds.1=i-1"), VOLC_DONE, 1, 2, 0 },
	    } },
	{ "acceptance that nobody can follow is pending as well",
	    {
		{ 1, 2, "a", DELETE_X, "HTTP/1.1 202 Accepted\n\n", 1, 1, 0 },
		{ 3, 4, "a", DELETE_X, "HTTP/1.1 202 Accepted\n\n", 1, 2,
		    PENDING },
	    } },
	{ "one token is one deletion, at any time",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"), NULL, 1,
		    1, 0 },
		{ 9000, 9001, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"),
		    VOLC_BUSY, 1, 2, 0 },
		{ 9002, 9003, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"),
		    VOLC_DONE, 1, 3, 0 },
		{ 9004, 9005, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"),
		    VOLC_DONE, 1, 4, 0 },
		{ 9006, 9007, "a", VOLC("InstanceIds.1=i-1&ClientToken=u"),
		    VOLC_DONE, 1, 5, REPEATED },
	    } },
	{ "a new token after no answer, a failure, throttling",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"), NULL, 1,
		    1, 0 },
		{ 3, 4, "a", VOLC("InstanceIds.1=i-1&ClientToken=u"), FAILED, 1,
		    2, NEW_TOK },
		{ 5, 6, "a", VOLC("InstanceIds.1=i-1&ClientToken=v"),
		    THROTTLED(""), 1, 3, NEW_TOK },
		{ 7, 8, "a", VOLC("InstanceIds.1=i-1&ClientToken=w"),
		    THROTTLED(""), 1, 4, NEW_TOK },
		{ 9, 10, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"),
		    VOLC_DONE, 1, 5, 0 },
	    } },
	{ "a new token after a refusal is how it should be",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"),
		    VOLC_INVALID, 1, 1, 0 },
		{ 3, 4, "a", VOLC("InstanceIds.1=i-1&ClientToken=u"), VOLC_BUSY,
		    1, 2, 0 },
		{ 5, 6, "a", VOLC("InstanceIds.1=i-1&ClientToken=v"), FAILED, 1,
		    3, 0 },
		{ 7, 8, "a", VOLC("InstanceIds.1=i-1"), FAILED, 1, 4, 0 },
		{ 9, 10, "a", VOLC("InstanceIds.1=i-1&ClientToken=w"),
		    VOLC_DONE, 1, 5, 0 },
	    } },
	{ "a token with other targets, and with other parameters",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1&ClientToken=t"), VOLC_DONE,
		    1, 1, 0 },
		{ 3, 4, "a", VOLC("InstanceIds.1=i-2&ClientToken=t"),
		    VOLC_INVALID, 2, 1, REUSED },
		{ 5, 6, "a",
		    VOLC("AssociatedVolumes=true&InstanceIds.1=i-1&"
			 "ClientToken=t"),
		    VOLC_INVALID, 1, 2, REUSED },
		{ 7, 8, "a", VOLC("ClientToken=t&InstanceIds.1=i-1"), VOLC_DONE,
		    1, 3, 0 },
		{ 9, 10, "b", VOLC("InstanceIds.1=i-2&ClientToken=t"),
		    VOLC_DONE, 5, 1, 0 },
	    } },
	{ "a dry run is no attempt of the real thing",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1&DryRun=true"), VOLC_DONE,
		    1, 1, 0 },
		{ 3, 4, "a", VOLC("InstanceIds.1=i-1"), VOLC_DONE, 2, 1, 0 },
	    } },
	{ "the order of targets means nothing",
	    {
		{ 1, 2, "a", VOLC("InstanceIds.1=i-1&InstanceIds.2=i-2"), NULL,
		    1, 1, 0 },
		{ 3, 4, "a", VOLC("InstanceIds.1=i-2&InstanceIds.2=i-1"), NULL,
		    1, 2, 0 },
		{ 5, 6, "a", VOLC("InstanceIds.1=i-2"), NULL, 3, 1, 0 },
	    } },
	{ "deletions by selector are told apart by it",
	    {
		{ 1, 2, "a",
		    "DELETE /api/v1/namespaces/n/pods?labelSelector=a%3Db "
		    "HTTP/1.1\nHost: k\n\n",
		    FAILED, 1, 1, 0 },
		{ 3, 4, "a",
		    "DELETE /api/v1/namespaces/n/pods?labelSelector=a%3Dc "
		    "HTTP/1.1\nHost: k\n\n",
		    FAILED, 2, 1, 0 },
		{ 5, 6, "a",
		    "DELETE /api/v1/namespaces/n/pods?labelSelector=a%3Db "
		    "HTTP/1.1\nHost: k\n\n",
		    FAILED, 1, 2, 0 },
	    } },
};

static struct exchange *
exchange_of_step(const struct step *step)
{
	struct exchange *x = exchange_of_strings(step->request, step->response);

	x->request->first = x->request->last = (int64_t)(step->at * 1e9);
	if (x->response != NULL)
		x->response->first = x->response->last =
		    (int64_t)(step->until * 1e9);
	return x;
}

static void
expect(const struct talk *talk, const struct step *step,
    const struct reading *r)
{
	const struct deletion *d = &r->deletion;
	int line = (int)(step - talk->steps) + 1;

	ck_assert_msg((r->kind == KIND_DELETION) == (step->number > 0),
	    "%s: %d: a %s", talk->about, line, kind_name(r->kind));
	ck_assert_msg(d->attempt_of == step->of &&
		d->attempt_number == step->number &&
		d->findings == step->findings,
	    "%s: %d: %s, attempt %u of %u, findings %x", talk->about, line,
	    outcome_name(d->outcome), d->attempt_number,
	    (unsigned)d->attempt_of, (unsigned)d->findings);
}

START_TEST(conversations)
{
	struct rules *rules;
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		struct recogniser *r = recogniser_new(rules, SIZE_MAX);
		uint64_t id = 1;

		for (const struct step *s = talks[i].steps; s->request; s++) {
			struct exchange *x = exchange_of_step(s);
			struct reading reading = { 0 };

			if (s->principal != NULL)
				reading.principal = span_of_str(s->principal);
			recogniser_read(r, x, id++, &reading);
			expect(&talks[i], s, &reading);
			exchange_free(x);
		}
		recogniser_free(r);
	}
	rules_close(rules);
}
END_TEST

static void
read_one(struct recogniser *r, uint64_t id, struct reading *reading)
{
	char request[64];
	struct exchange *x;

	snprintf(request, sizeof(request),
	    "DELETE /x/%d HTTP/1.1\nHost: a.example\n\n", (int)id);
	x = exchange_of_strings(request, NO_CONTENT);
	recogniser_read(r, x, id, reading);
	exchange_free(x);
}

START_TEST(the_oldest_intent_goes_first)
{
	struct reading reading = { 0 };
	struct recogniser *r;
	struct rules *rules;
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	r = recogniser_new(rules, SIZE_MAX);
	for (uint64_t id = 1; id <= 16385; id++)
		read_one(r, id, &reading);
	read_one(r, 2, &reading);
	ck_assert_uint_eq(reading.deletion.attempt_number, 2);
	read_one(r, 1, &reading);
	ck_assert_uint_eq(reading.deletion.attempt_number, 1);
	recogniser_free(r);
	rules_close(rules);
}
END_TEST

UNIT_MAIN("attempts", conversations, the_oldest_intent_goes_first)
