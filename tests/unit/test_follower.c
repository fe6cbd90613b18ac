#include "deletion/follower.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "deletion/rules.h"
#include "tests/lib/unit.h"

#define CLOUDDC "DELETE /v1/p/instances/i%201 HTTP/1.1\r\nHost: clouddc.x:8\r\n"
#define ECS                                                                    \
	"POST /v1/p/cloudservers/delete HTTP/1.1\r\nHost: ecs.x\r\n"           \
	"Content-Type: application/json\r\n"
#define ECS_BODY "{\"servers\":[{\"id\":\"a\"}]}"
#define AZURE                                                                  \
	"DELETE /subscriptions/s/resourceGroups/g?api-version=1 HTTP/1.1\r\n"  \
	"Host: a.test\r\n"
#define ACCEPTED "HTTP/1.1 202 Accepted\r\n"

static struct rules *rules;

static void
begin(void)
{
	struct err err;

	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
}

static struct message *
message(struct exchange *x, enum head_side side, const char *head,
    const char *body)
{
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->head = arena_printf(&x->arena, "%sContent-Length: %zu\r\n\r\n", head,
	    strlen(body));
	m->body = span_of_str(body);
	m->wire_len = m->body_len = m->body.len;
	m->framing = FRAMING_LENGTH;
	m->complete = true;
	ck_assert_msg(head_parse(&m->parsed, side, m->head, &x->arena, &err) ==
		0,
	    "%s", err.text);
	return m;
}

static struct exchange *
exchange(const char *request, const char *body, const char *response,
    const char *answer)
{
	struct exchange *x = exchange_new();

	x->request = message(x, HEAD_REQUEST, request, body);
	x->response = message(x, HEAD_RESPONSE, response, answer);
	return x;
}

static void
check_foreseen(const char *request, const char *body, const char *target)
{
	struct exchange *x = exchange(request, body, ACCEPTED, "");
	struct question q;
	bool found = follower_foresee(rules, x->request, &x->arena, &q);

	ck_assert_int_eq(found, target != NULL);
	if (found) {
		ck_assert(span_eq_str(q.method, "GET"));
		ck_assert_msg(span_eq_str(q.target, target), "%.*s",
		    (int)q.target.len, (const char *)q.target.p);
	}
	exchange_free(x);
}

START_TEST(a_plan_knows_what_will_be_asked)
{
	begin();
	check_foreseen(CLOUDDC, "", "/v1/p/instances/i%201/status");
	check_foreseen(ECS, ECS_BODY, "/v1/p/jobs/{rjson:/job_id}");
	check_foreseen(AZURE, "", "{rheader:Azure-AsyncOperation}");
	check_foreseen("DELETE /a/b?c=d HTTP/1.1\r\nHost: h\r\n", "",
	    "/a/b?c=d");
	/* No deletion, a listing, and nothing to ask. */
	check_foreseen("GET /a HTTP/1.1\r\nHost: h\r\n", "", NULL);
	check_foreseen("POST / HTTP/1.1\r\nHost: ec2.amazonaws.com\r\n"
		       "Content-Type: application/x-www-form-urlencoded\r\n",
	    "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1",
	    NULL);
	rules_close(rules);
}
END_TEST

static struct follower *
open_follower(const char *request, const char *body, const char *response,
    const char *answer)
{
	struct exchange *x = exchange(request, body, response, answer);
	struct follower *f = follower_open(rules, x);

	exchange_free(x);
	return f;
}

static void
check_question(const char *request, const char *body, const char *response,
    const char *answer, const char *target, bool elsewhere)
{
	struct follower *f = open_follower(request, body, response, answer);
	const struct question *q;

	ck_assert_int_eq(f != NULL, target != NULL);
	if (f == NULL)
		return;
	q = follower_question(f);
	ck_assert_msg(span_eq_str(q->target, target), "%.*s",
	    (int)q->target.len, (const char *)q->target.p);
	ck_assert_int_eq(q->elsewhere, elsewhere);
	follower_free(f);
}

START_TEST(an_answer_may_say_where)
{
	begin();
	check_question(CLOUDDC, "", "HTTP/1.1 204 No Content\r\n", "",
	    "/v1/p/instances/i%201/status", false);
	check_question(ECS, ECS_BODY, "HTTP/1.1 200 OK\r\n",
	    "{\"job_id\":\"j/1 ?\"}", "/v1/p/jobs/j/1%20%3F", false);
	check_question(AZURE, "",
	    ACCEPTED "Location: https://a.test:8/o?x=1&y\r\n", "", "/o?x=1&y",
	    false);
	check_question(AZURE, "", ACCEPTED "Location: /o/1\r\n", "", "/o/1",
	    false);
	check_question(AZURE, "", ACCEPTED "Location: https://b.test/o\r\n", "",
	    "/o", true);
	rules_close(rules);
}
END_TEST

START_TEST(nothing_is_asked_without_need_or_place)
{
	begin();
	check_question(CLOUDDC, "", "HTTP/1.1 429 Later\r\n", "", NULL, false);
	check_question("GET /a HTTP/1.1\r\nHost: h\r\n", "", ACCEPTED, "", NULL,
	    false);
	check_question(AZURE, "", ACCEPTED, "", NULL, false);
	/* No other path than the one that is named. */
	check_question(ECS, ECS_BODY, "HTTP/1.1 200 OK\r\n",
	    "{\"job_id\":\"../../x\"}", NULL, false);
	check_question(AZURE, "", ACCEPTED "Location: /o/../x\r\n", "", NULL,
	    false);
	check_question(AZURE, "", ACCEPTED "Location: /a b\r\n", "", NULL,
	    false);
	check_question(AZURE, "", ACCEPTED "Location: o/1\r\n", "", NULL,
	    false);
	rules_close(rules);
}
END_TEST

static const struct {
	const char *host, *status, *body;
	enum verdict verdict;
	const char *state;
} answers[] = {
	{ "clouddc.x", "200 OK", "{\"state\":\"shutting-down\"}",
	    VERDICT_UNCONFIRMED, "shutting-down" },
	{ "clouddc.x", "200 OK", "{\"state\":\"terminated\"}",
	    VERDICT_CONFIRMED, "terminated" },
	{ "clouddc.x", "200 OK", "{\"state\":\"error\"}", VERDICT_REVERTED,
	    "error" },
	{ "clouddc.x", "200 OK", "{\"state\":\"new\"}", VERDICT_UNCONFIRMED,
	    "new" },
	{ "clouddc.x", "200 OK", "terminated", VERDICT_UNCONFIRMED, NULL },
	{ "clouddc.x", "404 Not Found", "{}", VERDICT_UNCONFIRMED, NULL },
	{ "clouddc.x", "500 Oh", "{\"state\":\"terminated\"}",
	    VERDICT_UNCONFIRMED, NULL },
	{ "other.x", "200 OK", "{\"state\":\"terminated\"}",
	    VERDICT_UNCONFIRMED, NULL },
};

static void
check_answer(size_t i)
{
	struct follower *f =
	    open_follower(CLOUDDC, "", "HTTP/1.1 204 No Content\r\n", "");
	char head[128], line[64];
	struct span state;
	struct exchange *x;

	snprintf(head, sizeof(head),
	    "GET /v1/p/instances/i%%201/status HTTP/1.1\r\nHost: %s\r\n",
	    answers[i].host);
	snprintf(line, sizeof(line), "HTTP/1.1 %s\r\n", answers[i].status);
	x = exchange(head, "", line, answers[i].body);
	ck_assert_int_eq(follower_see(f, x, &x->arena, &state),
	    answers[i].verdict);
	if (answers[i].state == NULL)
		ck_assert_ptr_null(state.p);
	else
		ck_assert(span_eq_str(state, answers[i].state));
	exchange_free(x);
	follower_free(f);
}

START_TEST(an_answer_is_read_as_the_rule_says)
{
	begin();
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		check_answer(i);
	rules_close(rules);
}
END_TEST

START_TEST(what_was_sent_elsewhere_is_read_as_recorded)
{
	struct exchange *x;
	struct follower *f;

	begin();
	x = exchange("DELETE /stage/v1/p/instances/i HTTP/1.1\r\nHost: h\r\n",
	    "", "HTTP/1.1 204 No Content\r\n", "");
	ck_assert_ptr_null(follower_open(rules, x));
	x->request->as_host = span_of_str("clouddc.x");
	x->request->as_prefix = span_of_str("/stage");
	f = follower_open(rules, x);
	ck_assert_ptr_nonnull(f);
	ck_assert(span_eq_str(follower_question(f)->target,
	    "/v1/p/instances/i/status"));
	follower_free(f);
	exchange_free(x);
	rules_close(rules);
}
END_TEST

UNIT_MAIN("follower", a_plan_knows_what_will_be_asked, an_answer_may_say_where,
    nothing_is_asked_without_need_or_place, an_answer_is_read_as_the_rule_says,
    what_was_sent_elsewhere_is_read_as_recorded)
