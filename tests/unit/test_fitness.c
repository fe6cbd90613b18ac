#include "replay/fitness.h"

#include "base/err.h"
#include "deletion/rules.h"
#include "http/exchange.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static struct entry entry;
static struct request r;
static struct err err;

static void
take(const char *request)
{
	entry = (struct entry){ .id = 1,
		.exchange = exchange_of_strings(request, NULL) };
}

static void
done(void)
{
	request_release(&r);
	entry_release(&entry);
}

START_TEST(half_requests_and_tunnels_are_left_out)
{
	take("PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc");
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_INCOMPLETE);
	done();
	take("CONNECT h:1 HTTP/1.1\r\n\r\n");
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_TUNNEL);
	done();
	take("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_TUNNEL);
	done();
	take("DELETE /a HTTP/1.1\r\n\r\n");
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_NONE);
	entry.exchange->request->body = (struct span){ 0 };
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_INCOMPLETE);
	entry.exchange->flaws |= FLAW_BIT(FLAW_WITHHELD);
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_WITHHELD);
	entry.exchange->request->purged = &(struct purged){ 1, { 0 } };
	ck_assert_int_eq(fitness_of_source(&entry), OMISSION_PURGED);
	done();
}
END_TEST

START_TEST(one_request_is_one)
{
	static const struct {
		const char *head, *body;
		bool one;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n\r\n", "", true },
		{ "PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "abc", true },
		{ "PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "ab", false },
		{ "PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "abcd",
		    false },
		{ "GET / HTTP/1.1\r\n\r\n", "DELETE /x HTTP/1.1\r\n\r\n",
		    false },
		{ "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
		    "1\r\na\r\n0\r\n\r\n", true },
		{ "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
		    "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n", false },
		{ "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
		    "1\r\na", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct message m = { .head = span_of_str(cases[i].head),
			.body = span_of_str(cases[i].body) };

		ck_assert(fitness_is_one(&m) == cases[i].one);
	}
}
END_TEST

START_TEST(what_is_not_known_to_read_is_destructive)
{
	static const struct {
		const char *request;
		enum kind kind;
		bool reads;
	} cases[] = {
		{ "GET /a HTTP/1.1\r\n\r\n", KIND_OTHER, true },
		{ "HEAD /a HTTP/1.1\r\n\r\n", KIND_OTHER, true },
		{ "GET /a HTTP/1.1\r\n\r\n", KIND_DELETION, false },
		{ "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", KIND_OTHER,
		    false },
		{ "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
		    KIND_FOLLOW_UP, true },
		{ "DELETE /a HTTP/1.1\r\n\r\n", KIND_FOLLOW_UP, false },
		{ "DELETE /a HTTP/1.1\r\n\r\n", KIND_OTHER, false },
		{ "get /a HTTP/1.1\r\n\r\n", KIND_OTHER, false },
		{ "GET /?Action=DeleteInstances&Version=2020-04-01&"
		  "InstanceIds.1=i HTTP/1.1\r\n"
		  "Authorization: HMAC-SHA256 Credential=AK/20261120/"
		  "cn-beijing/ecs/request, SignedHeaders=x-date, "
		  "Signature=00\r\n\r\n",
		    KIND_FOLLOW_UP, false },
	};
	struct rules *rules;

	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		take(cases[i].request);
		entry.reading.kind = cases[i].kind;
		ck_assert_msg(fitness_is_read(rules, &entry,
				  entry.exchange->request) == cases[i].reads,
		    "case %zu", i);
		done();
	}
	rules_close(rules);
}
END_TEST

START_TEST(signatures_of_others_are_warned_of)
{
	take("DELETE /a?Signature=0123&b=2 HTTP/1.1\r\n"
	     "Authorization: X Signature=abc\r\nOther: 1\r\n\r\n");
	ck_assert_int_eq(request_of(&r, &entry, &err), 0);
	entry.reading.kind = KIND_DELETION;
	entry.reading.deletion.set_delete = true;
	fitness_warn(&r);
	ck_assert_int_eq(r.warned->what, WARNING_SIGNATURE);
	ck_assert(span_eq_str(r.warned->detail, "Signature"));
	ck_assert(span_eq_str(r.warned->next->detail, "Authorization"));
	ck_assert_int_eq(r.warned->next->next->what, WARNING_SET);
	ck_assert_ptr_null(r.warned->next->next->next);
	done();
}
END_TEST

START_TEST(what_somebody_replaced_is_not_warned_of)
{
	struct value v = { .bytes = SPAN_LITERAL("X Signature=1"),
		.shown = SPAN_LITERAL("X Signature=<then>") };

	take("DELETE /a HTTP/1.1\r\nAuthorization: X Signature=a\r\n\r\n");
	ck_assert_int_eq(request_of(&r, &entry, &err), 0);
	ck_assert_int_eq(request_set_header(&r, "Authorization", v, &err), 0);
	fitness_warn(&r);
	ck_assert_ptr_null(r.warned);
	done();
}
END_TEST

UNIT_MAIN("fitness", half_requests_and_tunnels_are_left_out, one_request_is_one,
    what_is_not_known_to_read_is_destructive,
    signatures_of_others_are_warned_of, what_somebody_replaced_is_not_warned_of)
