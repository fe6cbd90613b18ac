/* What the matcher and the classifier tell while they work. */
#include "base/err.h"
#include "deletion/explain.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static struct rules *rules;
static struct exchange *x;
static struct explanation e;

static void
explain(const char *request, const char *response)
{
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	x = exchange_of_strings(request, response);
	deletion_explain(rules, x, &x->arena, &e);
}

static void
stop(void)
{
	exchange_free(x);
	rules_close(rules);
}

static const struct origin *
origin_of(const char *what)
{
	for (size_t i = 0; i < e.origin_count; i++)
		if (strcmp(e.origins[i].what, what) == 0)
			return &e.origins[i];
	ck_abort_msg("no %s", what);
}

static bool
decided(const char *how)
{
	for (size_t i = 0; i < e.decision_count; i++)
		if (span_eq_str(e.decisions[i].how, how))
			return true;
	return false;
}

#define CLOUDDC                                                                \
	"DELETE /v1/p/instances/i-1 HTTP/1.1\n"                                \
	"Host: clouddc.cn-north-4.myhuaweicloud.com\n\n"

START_TEST(the_explanation_is_of_the_reading)
{
	struct deletion d;

	explain(CLOUDDC, "HTTP/1.1 204 No Content\n\n");
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert(e.is_deletion);
	ck_assert(span_eq(e.deletion.operation, d.operation));
	ck_assert_int_eq(e.deletion.outcome, d.outcome);
	ck_assert(span_eq_str(origin_of("id")->source, "path:id"));
	ck_assert(span_eq_str(origin_of("id")->value, "i-1"));
	ck_assert(span_eq_str(origin_of("type")->value, "clouddc:instance"));
	ck_assert(span_eq_str(origin_of("scope")->value, "p"));
	ck_assert(decided("status 204 is accepted"));
	ck_assert_str_eq(e.decisions[0].place.file, "built-in/10-huawei.yaml");
	stop();
}
END_TEST

static const struct {
	const char *request, *response, *how;
} reasons[] = {
	{ CLOUDDC, NULL, "the response is missing or was not captured whole" },
	{ "DELETE /v1/p/demanager/instances/i HTTP/1.1\nHost: h\n\n",
	    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}",
	    "rjson:/instance_id is needed and not there" },
	{ "DELETE /v1/p/demanager/instances/i HTTP/1.1\nHost: h\n\n",
	    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"inst",
	    "the body cannot be parsed" },
	{ "DELETE /x HTTP/1.1\nHost: h\n\n",
	    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n"
	    "{\"Code\":\"Odd\"}",
	    "a success with the code Odd, which no table has" },
	{ "DELETE /x?dry_run=true HTTP/1.1\nHost: h\n\n",
	    "HTTP/1.1 204 No Content\n\n", "the request only tried it out" },
	{ "DELETE /x HTTP/1.1\nHost: h\n\n", "HTTP/1.1 418 I'm a teapot\n\n",
	    "status 418 is invalid" },
	{ "POST /_bulk HTTP/1.1\nHost: h\nContent-Type: "
	  "application/x-ndjson\nContent-Length: 27\n\n"
	  "{\"delete\":{\"_id\":\"one\"}}\n\n\n",
	    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n"
	    "{\"items\":[{\"delete\":{\"_id\":\"two\",\"result\":\"deleted\"}}]"
	    "}",
	    "no item names one: unknown" },
};

START_TEST(every_outcome_has_its_reason)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		explain(reasons[i].request, reasons[i].response);
		if (!decided(reasons[i].how))
			ck_abort_msg("not told: %s", reasons[i].how);
		stop();
	}
}
END_TEST

static const struct {
	const char *request, *rule, *what, *wanted, *seen;
} nears[] = {
	{ "DELETE /v1/p/instances/i HTTP/1.1\nHost: ddm.example\n\n",
	    "huawei.clouddc.instance", "host", "host=clouddc.*",
	    "ddm.example" },
	{ "POST /v1/p/demanager/instances/i HTTP/1.1\nHost: h\n\n",
	    "huawei.modelarts.devenv", "method", "DELETE", "POST" },
	{ "DELETE /v2/p/elb/pools/q/member/m HTTP/1.1\nHost: h\n\n",
	    "huawei.elb.v2.member", "path", "members", "member" },
	{ "DELETE /v2/p/elb/pools/q/members HTTP/1.1\nHost: h\n\n",
	    "huawei.elb.v2.member", "path", "member_id", NULL },
	{ "GET /?Action=DeleteInstances HTTP/1.1\nHost: h\n"
	  "Authorization: HMAC-SHA256 "
	  "Credential=AK/20261120/cn-beijing/rds/request\n\n",
	    "volc.ecs.instances", "condition", "auth:service=ecs", "rds" },
};

static const struct near_miss *
near_of(const char *rule)
{
	for (size_t i = 0; i < e.near_count; i++)
		if (span_eq_str(e.nears[i].rule, rule))
			return &e.nears[i];
	ck_abort_msg("%s is not near", rule);
}

static void
check_near(size_t i)
{
	const struct near_miss *n = near_of(nears[i].rule);

	ck_assert_str_eq(n->what, nears[i].what);
	ck_assert(span_eq_str(n->wanted, nears[i].wanted));
	if (nears[i].seen == NULL)
		ck_assert_ptr_null(n->seen.p);
	else
		ck_assert(span_eq_str(n->seen, nears[i].seen));
	for (size_t k = 1; k < e.near_count; k++)
		ck_assert_uint_le(e.nears[k].fits, e.nears[k - 1].fits);
}

START_TEST(what_nearly_matched)
{
	for (size_t i = 0; i < ARRAY_LEN(nears); i++) {
		explain(nears[i].request, NULL);
		check_near(i);
		stop();
	}
}
END_TEST

UNIT_MAIN("explain", the_explanation_is_of_the_reading,
    every_outcome_has_its_reason, what_nearly_matched)
