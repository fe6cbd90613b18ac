#include "replay/plan.h"

#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "http/coverage.h"
#include "http/exchange.h"
#include "replay/guard.h"
#include "replay/sending.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#define SECOND ((int64_t)1000000000)

static const uint8_t key[REDACT_KEY_SIZE] = "key";

static struct rules *rules;
static struct redactor *redactor;
static struct sending sending;
static struct store *st;
static struct plan plan;
static struct err err;

/* An archive of these exchanges, pairs of request and response. */
static void
record(const char *const (*texts)[2], size_t count)
{
	struct recogniser *recogniser = recogniser_new(rules, SIZE_MAX);
	struct recording rec = { .program = span_of_str("test") };
	struct coverage covered = { 0 };
	struct store *out;

	ck_assert_int_eq(store_open(&out, folder_path("a.obit"), STORE_APPEND,
			     &err),
	    0);
	ck_assert_int_eq(store_begin(out, &rec, &err), 0);
	for (size_t i = 0; i < count; i++) {
		struct exchange *x =
		    exchange_of_strings(texts[i][0], texts[i][1]);
		struct reading reading = { 0 };

		/* The first one began last. */
		x->request->first = (int64_t)(count - i) * SECOND;
		x->server = (struct endpoint){ .addr = { 192, 0, 2, 1 } };
		redactor_apply(redactor, x);
		recogniser_read(recogniser, x, i + 1, &reading);
		ck_assert_int_eq(store_add(out, x, &reading, &err), 0);
		exchange_free(x);
	}
	ck_assert_int_eq(store_end(out, &covered, &err), 0);
	ck_assert_int_eq(store_close(out, &err), 0);
	recogniser_free(recogniser);
}

static void
begin(const char *const (*texts)[2], size_t count)
{
	folder_enter();
	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	redactor = redactor_new(rules, key);
	record(texts, count);
	sending = (struct sending){
		.max_deletes = UINT64_MAX,
		.connections = 1,
		.connect_s = 1,
		.answer_s = 1,
		.total_s = 1,
	};
	ck_assert_int_eq(destination_parse(&sending.target,
			     "http://127.0.0.1:8080", &err),
	    0);
	ck_assert_int_eq(store_open(&st, folder_path("a.obit"), STORE_READ,
			     &err),
	    0);
}

static int
make(void)
{
	struct plan_options options = {
		.sending = &sending,
		.rules = rules,
		.redactor = redactor,
	};
	struct guard *guard = guard_new();
	int rc;

	plan_release(&plan);
	rc = plan_make(&plan, st, guard, &options, &err);
	guard_free(guard);
	return rc;
}

static void
end(void)
{
	plan_release(&plan);
	plan_release(&plan);
	ck_assert_int_eq(store_close(st, &err), 0);
	redactor_free(redactor);
	rules_close(rules);
	folder_leave();
}

static const char *const some[][2] = {
	{ "DELETE /b HTTP/1.1\r\nHost: r.test\r\n\r\n",
	    "HTTP/1.1 302 Found\r\n\r\n" },
	{ "GET /x HTTP/1.1\r\nHost: r.test\r\n\r\n",
	    "HTTP/1.1 204 No Content\r\n\r\n" },
	{ "DELETE /a HTTP/1.1\r\nhost: r.test:8\r\nContent-Length: 2\r\n\r\n{}",
	    NULL },
	{ "DELETE /s HTTP/1.1\r\nHost: r.test\r\nX-Auth-Token: "
	  "Zk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp\r\n\r\n",
	    "HTTP/1.1 204 No Content\r\n\r\n" },
};

START_TEST(steps_come_in_recorded_order)
{
	begin(some, ARRAY_LEN(some));
	ck_assert_msg(make() == 0, "%s", err.text);
	ck_assert_uint_eq(plan.count, 3);
	ck_assert_uint_eq(plan.deletions, 3);
	ck_assert_uint_eq(plan.destructive, 3);
	ck_assert_uint_eq(plan.steps[0].source, 4);
	ck_assert_uint_eq(plan.steps[1].source, 3);
	ck_assert_uint_eq(plan.steps[2].source, 1);
	ck_assert(plan.steps[2].redirected && !plan.steps[1].redirected);
	ck_assert(plan.steps[1].end == INT64_MAX);
	sending.all = true;
	ck_assert_int_eq(make(), 0);
	ck_assert_uint_eq(plan.count, 4);
	ck_assert_uint_eq(plan.reads, 1);
	end();
}
END_TEST

static void
check_kept(size_t step, const char *bytes, size_t body, const char *host)
{
	const struct kept *k = &plan.kept[step];

	ck_assert_msg(span_eq_str(k->bytes, bytes), "%.*s", (int)k->bytes.len,
	    (const char *)k->bytes.p);
	ck_assert_uint_eq(k->bytes.len - k->head, body);
	ck_assert(span_eq_str(k->host, host));
}

START_TEST(what_is_sent_as_shown_is_kept)
{
	begin(some, ARRAY_LEN(some));
	ck_assert_int_eq(make(), 0);
	check_kept(1,
	    "DELETE /a HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n"
	    "Content-Length: 2\r\n\r\n{}",
	    2, "r.test:8");
	check_kept(2, "DELETE /b HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", 0,
	    "r.test");
	end();
}
END_TEST

static int
dress_with_secret(void *ctx, struct request *r, int64_t now, struct err *e)
{
	struct value v = { .bytes = span_of_str("new"), .secret = true };

	(void)ctx;
	(void)now;
	if (request_header(r, "X-Auth-Token").p == NULL)
		return 0;
	return request_set_header(r, "X-Auth-Token", v, e);
}

START_TEST(what_holds_a_secret_is_dressed_again)
{
	struct dresser dresser = { .dress = dress_with_secret };

	begin(some, ARRAY_LEN(some));
	sending.dressing = (struct dressing){ &dresser, 1 };
	ck_assert_int_eq(make(), 0);
	ck_assert_ptr_null(plan.kept[0].bytes.p);
	ck_assert_ptr_nonnull(plan.kept[1].bytes.p);
	end();
}
END_TEST

START_TEST(what_may_be_refused_later_is_dressed_again)
{
	struct dresser dresser = { .dress = dress_with_secret, .timed = true };

	begin(some, ARRAY_LEN(some));
	sending.dressing = (struct dressing){ &dresser, 1 };
	ck_assert_int_eq(make(), 0);
	for (size_t i = 0; i < plan.count; i++)
		ck_assert_ptr_null(plan.kept[i].bytes.p);
	end();
}
END_TEST

START_TEST(the_digest_is_of_what_is_sent_and_how)
{
	uint8_t first[DIGEST_SIZE];

	begin(some, ARRAY_LEN(some));
	ck_assert_int_eq(make(), 0);
	memcpy(first, plan.digest, DIGEST_SIZE);
	ck_assert_int_eq(make(), 0);
	ck_assert_mem_eq(plan.digest, first, DIGEST_SIZE);
	sending.prefix = "/p";
	ck_assert_int_eq(make(), 0);
	ck_assert_mem_ne(plan.digest, first, DIGEST_SIZE);
	sending.prefix = NULL;
	sending.rate = 5;
	ck_assert_int_eq(make(), 0);
	ck_assert_mem_ne(plan.digest, first, DIGEST_SIZE);
	sending.rate = 0;
	sending.follow = true;
	ck_assert_int_eq(make(), 0);
	ck_assert_mem_ne(plan.digest, first, DIGEST_SIZE);
	ck_assert_uint_eq(plan.followed, 3);
	ck_assert_uint_eq(plan.questions, 3 * 61);
	end();
}
END_TEST

START_TEST(limits_and_refusals)
{
	begin(some, ARRAY_LEN(some));
	sending.limit = 1;
	ck_assert_int_eq(make(), 0);
	ck_assert_uint_eq(plan.count, 1);
	ck_assert_uint_eq(plan.omitted, 2);
	sending.limit = 0;
	sending.max_deletes = 2;
	ck_assert_int_eq(make(), -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	sending.max_deletes = 3;
	ck_assert_int_eq(make(), 0);
	ck_assert_int_eq(destination_parse(&sending.target, "http://r.test",
			     &err),
	    0);
	ck_assert_int_eq(make(), -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	end();
}
END_TEST

UNIT_MAIN("plan", steps_come_in_recorded_order, what_is_sent_as_shown_is_kept,
    what_holds_a_secret_is_dressed_again,
    what_may_be_refused_later_is_dressed_again,
    the_digest_is_of_what_is_sent_and_how, limits_and_refusals)
