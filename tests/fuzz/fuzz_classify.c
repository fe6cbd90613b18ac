/*
 * A hostile response to a known request, which the first byte chooses.
 * Whatever is not a whole and readable success is not "deleted".
 */
#include <assert.h>

#include "base/err.h"
#include "deletion/explain.h"
#include "deletion/rules.h"
#include "deletion/subject.h"
#include "tests/lib/fuzz_exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const requests[] = {
	"DELETE /v2/p/apigw/instances/i/vpc-channels/c/members/m HTTP/1.1\r\n"
	"Host: apig\r\n\r\n",
	"DELETE /v2/p/elb/pools/x/members/m HTTP/1.1\r\nHost: elb\r\n\r\n",
	"DELETE /v1/p/instances/d HTTP/1.1\r\nHost: clouddc.x\r\n\r\n",
	"GET /?Action=DeleteInstances&Version=2020-04-01&InstanceIds.1=i-1"
	"&InstanceIds.2=i-2 HTTP/1.1\r\nHost: v\r\nService: ecs\r\n\r\n",
	"DELETE /v1/p/demanager/instances/i HTTP/1.1\r\nHost: m\r\n\r\n",
	"DELETE /x/1 HTTP/1.1\r\nHost: r\r\n\r\n",
};

static bool
is_readable_success(const struct rules *rules, const struct exchange *x)
{
	struct arena arena = ARENA_INIT;
	int status = exchange_status(x);
	enum body_state state;
	struct subject s;

	subject_init(&s, rules, &x->request->parsed, x->request, &arena);
	s.response = x->response;
	state = subject_answer(&s)->state;
	arena_release(&arena);
	return status >= 200 && status < 300 && x->response->complete &&
	    state != BODY_MISSING && state != BODY_BROKEN;
}

/* What is explained is what was read. */
static void
explain(const struct rules *rules, struct exchange *x)
{
	struct explanation e;
	struct deletion d;
	bool is = deletion_of_exchange(rules, x, &x->arena, &d);

	deletion_explain(rules, x, &x->arena, &e);
	assert(e.is_deletion == is);
	assert(!is || e.deletion.outcome == d.outcome);
	assert(!is || e.deletion.target_count == d.target_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct rules *rules;
	struct exchange *x;
	struct deletion d;
	struct err err;
	bool good;

	if (len == 0 ||
	    (rules == NULL && rules_open(&rules, NULL, 0, &err) < 0))
		return 0;
	x = fuzz_exchange(span_of_str(requests[data[0] % ARRAY_LEN(requests)]),
	    (struct span){ data + 1, len - 1 });
	if (x == NULL)
		return 0;
	good = x->response != NULL && is_readable_success(rules, x);
	explain(rules, x);
	if (deletion_of_exchange(rules, x, &x->arena, &d)) {
		assert(good || d.outcome != OUTCOME_DELETED);
		for (size_t i = 0; i < d.target_count; i++)
			assert(good || d.targets[i].outcome != OUTCOME_DELETED);
	}
	exchange_free(x);
	return 0;
}
