/*
 * The five API documents as tables: every documented status and code, and
 * every example body byte for byte.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define APIG                                                                   \
	"DELETE /v2/p/apigw/instances/i/vpc-channels/c/members/m HTTP/1.1\n"   \
	"Host: apig.cn-north-4.myhuaweicloud.com\nX-Auth-Token: x\n\n"
#define ELB                                                                    \
	"DELETE /v2/145483a5107745e9b3d80f956713e6a3/elb/pools/"               \
	"5a9a3e9e-d1aa-448e-af37-a70171f2a332/members/"                        \
	"cf024846-7516-4e3a-b0fb-6590322c836f HTTP/1.1\nHost: elb\n\n"
#define CLOUDDC                                                                \
	"DELETE /v1/p/instances/d HTTP/1.1\n"                                  \
	"Host: clouddc.cn-north-4.myhuaweicloud.com\nX-Auth-Token: x\n\n"
#define MODELARTS                                                              \
	"DELETE /v1/p/demanager/instances/"                                    \
	"6fa459ea-ee8a-3ca4-894e-db77e160355e HTTP/1.1\nHost: endpoint\n\n"
/* The document's own request: service and region in headers. */
#define VOLC                                                                   \
	"GET /?Action=DeleteInstances&Version=2020-04-01"                      \
	"&InstanceIds.1=i-ybo349sxoncm9t******"                                \
	"&InstanceIds.2=i-ybo349sxolcm9t****** HTTP/1.1\n"                     \
	"Host: open.volcengineapi.com\nRegion: cn-beijing\nService: ecs\n\n"
#define REST "DELETE /x/1 HTTP/1.1\nHost: h\n\n"
#define VOLC_ERROR(code)                                                       \
	"{\"ResponseMetadata\":{\"RequestId\":\"r\",\"Error\":{\"Code\":"      \
	"\"" code "\",\"Message\":\"m\"}}}"

static const struct row {
	const char *request;
	int status;
	const char *body; /* NULL: none */
	const char *outcome, *code;
	bool contract;
} rows[] = {
	/* APIG DeleteBackendInstanceV2 */
	{ APIG, 204, NULL, "deleted", NULL, true },
	{ APIG, 400,
	    "{\n  \"error_code\" : \"APIG.2012\",\n  \"error_msg\" : \"Invalid "
	    "parameter value,parameterName:id. Please refer to the support "
	    "documentation\"\n}",
	    "invalid", "APIG.2012", true },
	{ APIG, 401,
	    "{\n  \"error_code\" : \"APIG.1002\",\n  \"error_msg\" : "
	    "\"Incorrect token or token resolution failed\"\n}",
	    "denied", "APIG.1002", true },
	{ APIG, 403,
	    "{\n  \"error_code\" : \"APIG.1005\",\n  \"error_msg\" : \"No "
	    "permissions to request this method\"\n}",
	    "denied", "APIG.1005", true },
	{ APIG, 404,
	    "{\n  \"error_code\" : \"APIG.3024\",\n  \"error_msg\" : \"The VPC "
	    "instance does not "
	    "exist,id:be63c6260a1043888187f84af39c9f0e\"\n}",
	    "gone", "APIG.3024", true },
	{ APIG, 500,
	    "{\n  \"error_code\" : \"APIG.9999\",\n  \"error_msg\" : \"System "
	    "error\"\n}",
	    "failed", "APIG.9999", true },
	{ APIG, 429, NULL, "throttled", NULL, false },
	/* ELB: the linked status page */
	{ ELB, 204, NULL, "deleted", NULL, true },
	{ ELB, 400, NULL, "invalid", NULL, true },
	{ ELB, 401, NULL, "denied", NULL, true },
	{ ELB, 403, NULL, "denied", NULL, true },
	{ ELB, 404, NULL, "gone", NULL, true },
	{ ELB, 404, "{\"error_code\":\"APIGW.0101\",\"error_msg\":\"m\"}",
	    "invalid", "APIGW.0101", true },
	{ ELB, 409, NULL, "blocked", NULL, true },
	{ ELB, 500, NULL, "failed", NULL, true },
	{ ELB, 503, NULL, "failed", NULL, true },
	/* CloudDC: 204 is no more than accepted; 429 has no body; what 404
	 * means is not in the document */
	{ CLOUDDC, 204, NULL, "accepted", NULL, true },
	{ CLOUDDC, 400, "{\"error_code\":\"c\",\"error_msg\":\"m\"}", "invalid",
	    "c", true },
	{ CLOUDDC, 401, "{\"error_code\":\"c\",\"error_msg\":\"m\"}", "denied",
	    "c", true },
	{ CLOUDDC, 429, NULL, "throttled", NULL, true },
	{ CLOUDDC, 500, "{\"error_code\":\"c\",\"error_msg\":\"m\"}", "failed",
	    "c", true },
	{ CLOUDDC, 404, NULL, "gone", NULL, false },
	/* ModelArts */
	{ MODELARTS, 200,
	    "{\n    \"instance_id\": "
	    "\"6fa459ea-ee8a-3ca4-894e-db77e160355e\"\n}",
	    "deleted", NULL, true },
	{ MODELARTS, 200, "{}", "unknown", NULL, true },
	{ MODELARTS, 200, NULL, "unknown", NULL, true },
	{ MODELARTS, 400,
	    "{\n    \"error_message\": \"The instance does not exist.\",\n"
	    "    \"error_code\": \"ModelArts.6309\"\n}",
	    "gone", "ModelArts.6309", true },
	{ MODELARTS, 400,
	    "{\"error_message\":\"Please stop the instance before deleting."
	    "\",\"error_code\":\"ModelArts.6304\"}",
	    "blocked", "ModelArts.6304", true },
	/* Volcengine */
	{ VOLC, 400, VOLC_ERROR("IdempotentParameterMismatch"), "invalid",
	    "IdempotentParameterMismatch", true },
	{ VOLC, 400, VOLC_ERROR("InvalidArgument"), "invalid",
	    "InvalidArgument", true },
	{ VOLC, 400, VOLC_ERROR("InvalidClientToken.Malformed"), "invalid",
	    "InvalidClientToken.Malformed", true },
	{ VOLC, 400, VOLC_ERROR("InvalidCount.Malformed"), "invalid",
	    "InvalidCount.Malformed", true },
	{ VOLC, 400, VOLC_ERROR("InvalidDedicatedHostStatus.Unsupported"),
	    "invalid", "InvalidDedicatedHostStatus.Unsupported", true },
	{ VOLC, 412, VOLC_ERROR("IdempotentProcessing"), "blocked",
	    "IdempotentProcessing", true },
	{ VOLC, 500, VOLC_ERROR("InternalError"), "failed", "InternalError",
	    true },
	{ VOLC, 401, VOLC_ERROR("SignatureDoesNotMatch"), "denied",
	    "SignatureDoesNotMatch", true },
	{ VOLC, 401, VOLC_ERROR("InvalidAccessKey"), "denied",
	    "InvalidAccessKey", true },
	{ VOLC, 401, VOLC_ERROR("MissingSignature"), "denied",
	    "MissingSignature", true },
	{ VOLC, 403, VOLC_ERROR("InvalidTimestamp"), "denied",
	    "InvalidTimestamp", true },
	/* An error in a 200 that no table knows proves nothing. */
	{ VOLC, 200, VOLC_ERROR("SomethingNew"), "unknown", "SomethingNew",
	    false },
	{ VOLC, 200, "{\"Result\":{\"OperationDetails\":[]}}", "unknown", NULL,
	    true },
	/* No document: convention, but a success must be readable. */
	{ REST, 200, "{}", "deleted", NULL, false },
	{ REST, 200, "{\"a\":1", "unknown", NULL, false },
	{ REST, 200, "{\"a\":1,\"a\":2}", "unknown", NULL, false },
	{ REST, 204, NULL, "deleted", NULL, false },
	{ REST, 302, NULL, "unknown", NULL, false },
};

static struct rules *rules;

static void
open_rules(void)
{
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
}

static struct exchange *
exchange_of_row(const struct row *row)
{
	struct arena arena = ARENA_INIT;
	struct span response;
	struct exchange *x;

	if (row->body == NULL)
		response =
		    arena_printf(&arena, "HTTP/1.1 %d X\n\n", row->status);
	else
		response = arena_printf(&arena,
		    "HTTP/1.1 %d X\nContent-Type: application/json\n"
		    "Content-Length: %zu\n\n%s",
		    row->status, strlen(row->body), row->body);
	x = exchange_of_text(span_of_str(row->request), response);
	arena_release(&arena);
	return x;
}

START_TEST(every_documented_answer)
{
	const struct row *row = &rows[_i];
	struct exchange *x = exchange_of_row(row);
	struct deletion d;

	open_rules();
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert_str_eq(outcome_name(d.outcome), row->outcome);
	ck_assert_int_eq(d.contract, row->contract);
	if (row->code == NULL)
		ck_assert_ptr_null(d.code.p);
	else
		ck_assert(span_eq_str(d.code, row->code));
	exchange_free(x);
	rules_close(rules);
}
END_TEST

/* Nothing but the whole response counts, whatever the row says. */
START_TEST(every_answer_cut_is_unknown)
{
	struct exchange *x = exchange_of_row(&rows[_i]);
	static const struct hole hole = { 0, 1 };
	struct deletion d;

	open_rules();
	x->response->complete = false;
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert_int_eq(d.outcome, OUTCOME_UNKNOWN);
	x->response->complete = true;
	x->response->holes = &hole;
	x->response->hole_count = 1;
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert_int_eq(d.outcome, OUTCOME_UNKNOWN);
	exchange_free(x);
	rules_close(rules);
}
END_TEST

enum {
	BATCH = 100,
};

static const struct {
	const char *error;
	enum outcome outcome;
} kinds[] = {
	{ "", OUTCOME_DELETED },
	{ ",\"Error\":{\"Code\":\"InvalidInstance.NotFound\"}", OUTCOME_GONE },
	{ ",\"Error\":{\"Code\":\"InvalidInstanceStatus\"}", OUTCOME_BLOCKED },
	{ ",\"Error\":{\"Code\":\"InvalidArgument\"}", OUTCOME_INVALID },
	{ ",\"Error\":{\"Code\":\"AccessDenied\"}", OUTCOME_DENIED },
	{ ",\"Error\":{\"Code\":\"FlowLimitExceeded\"}", OUTCOME_THROTTLED },
	{ ",\"Error\":{\"Code\":\"InternalError\"}", OUTCOME_FAILED },
	{ ",\"Error\":{\"Code\":\"NeverHeardOf\"}", OUTCOME_FAILED },
	{ ",\"Error\":{}", OUTCOME_UNKNOWN },
	{ ",\"Error\":{\"Message\":\"m\"}", OUTCOME_UNKNOWN },
	{ ",\"Error\":null", OUTCOME_DELETED },
};

/* Query keys as the SDK sorts them, replies from the last to the first. */
static struct exchange *
batch_exchange(void)
{
	char *request = NULL, *response = NULL, *body = NULL;
	size_t len;
	FILE *f = open_memstream(&request, &len);
	struct exchange *x;

	fprintf(f, "GET /?Action=DeleteInstances&Version=2020-04-01");
	for (int tens = 0; tens < 11; tens++)
		for (int i = 1; i <= BATCH; i++)
			if ((i >= 10 ? i / 10 : 0) == tens % 11)
				fprintf(f, "&InstanceIds.%d=i-%d", i, i);
	fprintf(f,
	    " HTTP/1.1\nHost: h\nAuthorization: HMAC-SHA256 Credential="
	    "AK/20261120/cn-beijing/ecs/request, SignedHeaders=x-date, "
	    "Signature=00\n\n");
	fclose(f);
	f = open_memstream(&body, &len);
	fprintf(f,
	    "{\"ResponseMetadata\":{\"RequestId\":\"r\"},"
	    "\"Result\":{\"OperationDetails\":[");
	for (int i = BATCH; i > 1; i--)
		fprintf(f, "{\"InstanceId\":\"i-%d\"%s}%s", i,
		    kinds[(size_t)i % ARRAY_LEN(kinds)].error,
		    i == 2 ? "" : ",");
	fprintf(f, "]}}");
	fclose(f);
	f = open_memstream(&response, &len);
	fprintf(f, "HTTP/1.1 200 OK\nContent-Length: %zu\n\n%s", strlen(body),
	    body);
	fclose(f);
	x = exchange_of_strings(request, response);
	free(request);
	free(response);
	free(body);
	return x;
}

START_TEST(a_batch_of_a_hundred)
{
	struct exchange *x = batch_exchange();
	struct deletion d;

	open_rules();
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert_int_eq(d.outcome, OUTCOME_PARTIAL);
	ck_assert_uint_eq(d.target_count, BATCH);
	for (int i = 1; i <= BATCH; i++) {
		const struct target *t = &d.targets[i - 1];
		char id[16];

		snprintf(id, sizeof(id), "i-%d", i);
		ck_assert(span_eq_str(t->id, id));
		/* The reply leaves the first out. */
		ck_assert_int_eq(t->outcome,
		    i == 1 ? OUTCOME_UNKNOWN
			   : kinds[(size_t)i % ARRAY_LEN(kinds)].outcome);
	}
	exchange_free(x);
	rules_close(rules);
}
END_TEST

START_TEST(a_reply_that_contradicts_itself)
{
	struct row row = { .request = VOLC,
		.status = 200,
		.body = "{\"ResponseMetadata\":{\"RequestId\":\"r\"},"
			"\"Result\":{\"OperationDetails\":["
			"{\"InstanceId\":\"i-ybo349sxoncm9t******\"},"
			"{\"InstanceId\":\"i-ybo349sxoncm9t******\",\"Error\":"
			"{\"Code\":\"InvalidInstanceStatus\"}},"
			"{\"InstanceId\":\"i-ybo349sxolcm9t******\"}]}}" };
	struct exchange *x = exchange_of_row(&row);
	struct deletion d;

	open_rules();
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert_int_eq(d.targets[0].outcome, OUTCOME_UNKNOWN);
	ck_assert_int_eq(d.targets[1].outcome, OUTCOME_DELETED);
	ck_assert(span_eq_str(d.targets[0].scope, "cn-beijing"));
	exchange_free(x);
	rules_close(rules);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("seeds");
	TCase *t = tcase_create("seeds");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(t, every_documented_answer, 0, ARRAY_LEN(rows));
	tcase_add_loop_test(t, every_answer_cut_is_unknown, 0, ARRAY_LEN(rows));
	tcase_add_test(t, a_batch_of_a_hundred);
	tcase_add_test(t, a_reply_that_contradicts_itself);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
