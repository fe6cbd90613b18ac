/*
 * Conversations: a deletion that was accepted, and what shows its end, as
 * each vendor's clients ask for it.
 */
#include <stdio.h>

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define JSON   "Content-Type: application/json\n\n"
#define OK     "HTTP/1.1 200 OK\n" JSON
#define GONE   "HTTP/1.1 404 Not Found\n\n"
#define HUAWEI "Host: ecs.cn-north-4.myhuaweicloud.com\n"
#define AZURE  "Host: management.azure.com\n\n"
#define GOOGLE "Host: compute.googleapis.com\n\n"
#define K8S    "Host: 10.0.0.1:6443\n\n"
#define POD    "/api/v1/namespaces/shop/pods/web HTTP/1.1\n" K8S
#define NOVA   "/v2.1/servers/s-1 HTTP/1.1\nHost: nova:8774\n\n"
#define VM                                                                     \
	"DELETE /subscriptions/s/resourceGroups/g/providers/Microsoft.Compute" \
	"/virtualMachines/vm?api-version=1 HTTP/1.1\n" AZURE
#define JOB(id, status)                                                        \
	{                                                                      \
		"GET /v1/p/jobs/" id " HTTP/1.1\n" HUAWEI "\n",                \
		    OK "{\"job_id\":\"" id "\",\"status\":\"" status "\"}"     \
	}
#define SERVERS                                                                \
	"POST /v1/p/cloudservers/delete HTTP/1.1\n" HUAWEI                     \
	"Content-Type: application/json\nContent-Length: 24\n\n"               \
	"{\"servers\":[{\"id\":\"s\"}]}"
#define OPERATION "GET /compute/v1/projects/p/zones/z/operations/op HTTP/1.1\n"
#define INSTANCE                                                               \
	"DELETE /compute/v1/projects/p/zones/z/instances/vm HTTP/1.1\n" GOOGLE
#define RUNNING                                                                \
	"{\"operationType\":\"delete\",\"status\":\"RUNNING\",\"selfLink\":"   \
	"\"https://compute.googleapis.com/compute/v1/projects/p/zones/z/"      \
	"operations/op\"}"

struct pass {
	const char *request, *response;
};

/* Each later exchange with what it must be: a letter for unconfirmed,
 * confirmed, reverted, or "-" for nothing of the kind. */
static const struct talk {
	const char *name;
	struct pass deletion;
	struct pass later[5];
	const char *verdicts;
} talks[] = {
	{ "a job succeeds", { SERVERS, OK "{\"job_id\":\"j-1\"}" },
	    { JOB("j-2", "SUCCESS"), JOB("j-1", "INIT"), JOB("j-1", "RUNNING"),
		JOB("j-1", "SUCCESS"), JOB("j-1", "SUCCESS") },
	    "-uuc-" },
	{ "a job fails", { SERVERS, OK "{\"job_id\":\"j-1\"}" },
	    { JOB("j-1", "RUNNING"), JOB("j-1", "FAIL") }, "ur" },
	{ "the URL of an operation in a header",
	    { VM,
		"HTTP/1.1 202 Accepted\nAzure-AsyncOperation: "
		"https://management.azure.com/subscriptions/s/op/1?v=1\n"
		"Location: https://management.azure.com/elsewhere\n\n" },
	    { { "GET /subscriptions/s/op/2?v=1 HTTP/1.1\n" AZURE,
		  OK "{\"status\":\"Succeeded\"}" },
		{ "GET /subscriptions/s/op/1?v=1 HTTP/1.1\n" AZURE,
		    OK "{\"status\":\"InProgress\"}" },
		{ "GET /subscriptions/s/op/1?v=1 HTTP/1.1\n" AZURE,
		    OK "{\"status\":\"Succeeded\"}" } },
	    "-uc" },
	{ "an operation that fails",
	    { VM,
		"HTTP/1.1 202 Accepted\nAzure-AsyncOperation: "
		"https://management.azure.com/subscriptions/s/op/1\n\n" },
	    { { "GET /subscriptions/s/op/1 HTTP/1.1\n" AZURE,
		OK "{\"status\":\"Failed\"}" } },
	    "r" },
	{ "a Location until it is 200",
	    { VM,
		"HTTP/1.1 202 Accepted\nLocation: "
		"https://management.azure.com/subscriptions/s/result/1\n\n" },
	    { { "GET /subscriptions/s/result/1 HTTP/1.1\n" AZURE,
		  "HTTP/1.1 202 Accepted\n\n" },
		{ "GET /subscriptions/s/result/1 HTTP/1.1\n" AZURE,
		    "HTTP/1.1 200 OK\n\n" } },
	    "uc" },
	{ "an operation by its own link", { INSTANCE, OK RUNNING },
	    { { OPERATION GOOGLE, OK "{\"status\":\"RUNNING\"}" },
		{ OPERATION GOOGLE, OK "{\"status\":\"DONE\"}" } },
	    "uc" },
	{ "an operation done with an error", { INSTANCE, OK RUNNING },
	    { { OPERATION GOOGLE,
		OK "{\"status\":\"DONE\",\"error\":{\"errors\":[{}]}}" } },
	    "r" },
	{ "finalizers hold an object until it is not there",
	    { "DELETE " POD,
		OK
		"{\"metadata\":{\"name\":\"web\",\"deletionTimestamp\":\"t\","
		"\"finalizers\":[\"f\"]}}" },
	    { { "GET " POD, OK "{\"metadata\":{\"deletionTimestamp\":\"t\"}}" },
		{ "GET /api/v1/namespaces/shop/pods/other HTTP/1.1\n" K8S,
		    GONE },
		{ "GET " POD, GONE } },
	    "u-c" },
	{ "a server until it is not there",
	    { "DELETE " NOVA, "HTTP/1.1 204 No Content\n\n" },
	    { { "GET " NOVA, OK "{\"server\":{\"status\":\"ACTIVE\"}}" },
		{ "GET " NOVA, GONE } },
	    "uc" },
	{ "a server that cannot be deleted",
	    { "DELETE " NOVA, "HTTP/1.1 204 No Content\n\n" },
	    { { "GET " NOVA, OK "{\"server\":{\"status\":\"ERROR\"}}" } },
	    "r" },
	{ "a task of a search index",
	    { "POST /logs/_delete_by_query?wait_for_completion=false "
	      "HTTP/1.1\nHost: es\nContent-Type: application/json\n"
	      "Content-Length: 12\n\n{\"query\":{}}",
		OK "{\"task\":\"n:1\"}" },
	    { { "GET /_tasks/n:1 HTTP/1.1\nHost: es\n\n",
		  OK "{\"completed\":false}" },
		{ "GET /_tasks/n:1 HTTP/1.1\nHost: es\n\n",
		    OK "{\"completed\":true}" } },
	    "uc" },
};

static char
letter_of(const struct reading *r)
{
	static const char letters[VERDICT_COUNT] = { 'u', 'c', 'r' };

	if (r->kind != KIND_FOLLOW_UP || r->follow_up_count != 1)
		return '-';
	return r->follow_ups[0].deletion == 1
	    ? letters[r->follow_ups[0].verdict]
	    : '?';
}

static struct reading
read_pass(struct recogniser *r, const struct pass *p, uint64_t id, char *letter)
{
	struct exchange *x = exchange_of_strings(p->request, p->response);
	struct reading out = { 0 };

	recogniser_read(r, x, id, &out);
	*letter = letter_of(&out);
	exchange_free(x);
	return out;
}

static void
check_talk(const struct rules *rules, const struct talk *t)
{
	struct recogniser *r = recogniser_new(rules, SIZE_MAX);
	struct reading first;
	char letter;

	first = read_pass(r, &t->deletion, 1, &letter);
	if (first.kind != KIND_DELETION ||
	    first.deletion.outcome != OUTCOME_ACCEPTED)
		ck_abort_msg("%s: not accepted", t->name);
	for (uint64_t i = 0; t->verdicts[i] != '\0'; i++) {
		read_pass(r, &t->later[i], i + 2, &letter);
		if (letter != t->verdicts[i])
			ck_abort_msg("%s: exchange %d is '%c', not '%c'",
			    t->name, (int)i + 2, letter, t->verdicts[i]);
	}
	recogniser_free(r);
}

START_TEST(every_conversation_ends_as_it_should)
{
	struct rules *rules;
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	for (size_t i = 0; i < ARRAY_LEN(talks); i++)
		check_talk(rules, &talks[i]);
	rules_close(rules);
}
END_TEST

/* Delete this server, or ask for it when it is gone. */
static enum kind
read_server(struct recogniser *r, const char *method, int server, uint64_t id)
{
	char request[200];
	struct pass pass = { request, "HTTP/1.1 204 No Content\n\n" };
	char letter;

	if (*method == 'G')
		pass.response = GONE;
	snprintf(request, sizeof(request),
	    "%s /v2.1/servers/s-%d HTTP/1.1\nHost: nova:8774\n\n", method,
	    server);
	return read_pass(r, &pass, id, &letter).kind;
}

/* The last of a hundred is still known, but not the first. */
START_TEST(memory_is_bounded)
{
	struct rules *rules;
	struct recogniser *r;
	struct err err;
	uint64_t id = 0;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	r = recogniser_new(rules, 8192);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(read_server(r, "DELETE", i, ++id),
		    KIND_DELETION);
	ck_assert_int_eq(read_server(r, "GET", 99, ++id), KIND_FOLLOW_UP);
	ck_assert_int_ne(read_server(r, "GET", 0, ++id), KIND_FOLLOW_UP);
	recogniser_free(r);
	rules_close(rules);
}
END_TEST

UNIT_MAIN("follow_ups", every_conversation_ends_as_it_should, memory_is_bounded)
