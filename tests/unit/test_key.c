#include "deletion/key.h"

#include "base/err.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "tests/lib/unit.h"

struct key {
	uint8_t bytes[MATCH_KEY_SIZE];
};

static struct rules *
rules(void)
{
	struct rules *r;
	struct err err;

	ck_assert_int_eq(rules_open(&r, NULL, 0, &err), 0);
	return r;
}

static struct exchange *
request(const char *head, const char *body)
{
	struct exchange *x = exchange_new();
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->head = arena_printf(&x->arena, "%s\r\n\r\n", head);
	m->body = span_of_str(body);
	m->wire_len = m->body.len;
	m->framing = FRAMING_LENGTH;
	m->complete = true;
	ck_assert_int_eq(head_parse(&m->parsed, HEAD_REQUEST, m->head,
			     &x->arena, &err),
	    0);
	x->request = m;
	return x;
}

/* The key, which must be the same for the request and its recording. */
static struct key
key(const struct rules *r, const char *head, const char *body)
{
	static const uint8_t secret[REDACT_KEY_SIZE] = "recorder";
	struct exchange *x = request(head, body);
	struct redactor *red = redactor_new(r, secret);
	struct keyer *keyer = keyer_new(r);
	struct key live, recorded, remembered;

	key_of(live.bytes, r, x->request, NULL);
	redactor_apply(red, x);
	key_of(recorded.bytes, r, x->request, NULL);
	ck_assert_mem_eq(live.bytes, recorded.bytes, MATCH_KEY_SIZE);
	for (int again = 0; again < 2; again++) {
		keyer_key(keyer, remembered.bytes, x->request, NULL);
		ck_assert_mem_eq(live.bytes, remembered.bytes, MATCH_KEY_SIZE);
	}
	keyer_free(keyer);
	redactor_free(red);
	exchange_free(x);
	return live;
}

#define GET  "GET /a HTTP/1.1"
#define JSON "POST /a HTTP/1.1\r\nContent-Type: application/json"
#define FORM                                                                   \
	"POST /a HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded"
#define SIGNED                                                                 \
	"POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=A/b,"   \
	" SignedHeaders=c, Signature=d\r\nContent-Type: application/json"
#define MIXED "Zk3vQ9xT2mLp8RwYc5NdZk3vQ9xT2mLp"

static const struct {
	const char *head, *body, *other_head, *other_body;
	bool same;
} others[] = {
	{ GET, "", GET, "", true },
	{ GET, "", "PUT /a HTTP/1.1", "", false },
	{ GET, "", "GET /b HTTP/1.1", "", false },
	{ GET, "", "GET /a/ HTTP/1.1", "", false },
	{ GET, "", "GET http://h/a HTTP/1.1", "", true },
	{ GET, "", "GET /%61 HTTP/1.1\r\nHost: h", "", true },
	{ "GET /a/b HTTP/1.1", "", "GET /a%2fb HTTP/1.1", "", false },
	{ "GET /a%2Fb HTTP/1.1", "", "GET /a%2fb HTTP/1.1", "", true },
	{ "GET /?a=1&b=2 HTTP/1.1", "", "GET /?b=2&a=1 HTTP/1.1", "", true },
	{ "GET /?a=1&a=2 HTTP/1.1", "", "GET /?a=2&a=1 HTTP/1.1", "", true },
	{ "GET /?a=1&a=2 HTTP/1.1", "", "GET /?a=1 HTTP/1.1", "", false },
	{ "GET /?a=1&a=1 HTTP/1.1", "", "GET /?a=1 HTTP/1.1", "", false },
	{ "GET /?a=1 HTTP/1.1", "", "GET /?a=2 HTTP/1.1", "", false },
	{ "GET /?a HTTP/1.1", "", "GET /?a= HTTP/1.1", "", true },
	{ "GET /?a=b+c HTTP/1.1", "", "GET /?a=b%20c HTTP/1.1", "", true },
	{ "GET /?a=bc HTTP/1.1", "", "GET /?ab=c HTTP/1.1", "", false },
	{ "GET /?X-Date=1&a HTTP/1.1", "", "GET /?a HTTP/1.1", "", true },
	{ "GET /?X-Signature=0a HTTP/1.1", "",
	    "GET /?X-Signature=1b "
	    "HTTP/1.1",
	    "", true },
	{ "GET /?o=" MIXED " HTTP/1.1", "", "GET /?o=x" MIXED "y HTTP/1.1", "",
	    true },
	{ GET "\r\nAuthorization: a", "", GET "\r\nX-Sdk-Date: 1", "", true },
	{ GET "\r\nX-TC-Action: A", "", GET "\r\nX-TC-Action: B", "", false },
	{ JSON, "{\"a\":1,\"b\":[1,2]}", JSON, " { \"b\" : [1, 2],\"a\":1}",
	    true },
	{ JSON, "{\"a\":[1,2]}", JSON, "{\"a\":[2,1]}", false },
	{ JSON, "{\"a\":[1,2]}", JSON, "{\"a\":[1,2,3]}", false },
	{ JSON, "{\"a\":1}", JSON, "{\"a\":\"1\"}", false },
	{ JSON, "{\"a\":{\"b\":1},\"c\":2}", JSON, "{\"a\":{\"b\":1,\"c\":2}}",
	    false },
	{ JSON, "{\"a\":null}", JSON, "{}", false },
	{ JSON, "{\"a\":1,\"password\":\"hunter2\"}", JSON,
	    "{\"a\":1,\"password\":\"an other one\"}", true },
	{ JSON, "{\"o\":\"" MIXED "\"}", JSON, "{\"o\":\"x" MIXED "y\"}",
	    true },
	{ JSON, "not json", JSON, "not  json", false },
	{ JSON, "", JSON, "{}", false },
	{ FORM, "a=1&b=2", FORM, "b=2&a=1", true },
	{ FORM, "a=1", FORM, "a=2", false },
	{ FORM, "a=1", JSON, "a=1", false },
	{ FORM, "a=1&password=x", FORM, "a=1&password=why", true },
	{ "GET /a?sid=1 HTTP/1.1", "", "GET /a?sid=23 HTTP/1.1", "", true },
	{ "GET /a;jsessionid=" MIXED " HTTP/1.1", "", GET, "", true },
	{ "GET /a;v=1;sid=1;w HTTP/1.1", "", "GET /a;v=1;w HTTP/1.1", "",
	    true },
	{ "GET /a;jsessionid=" MIXED " HTTP/1.1", "",
	    "GET /b;jsessionid=" MIXED " HTTP/1.1", "", false },
	{ "GET /a;v=1 HTTP/1.1", "", "GET /a;v=2 HTTP/1.1", "", false },
	{ "GET /(S(" MIXED "))/a HTTP/1.1", "",
	    "GET /(S(x" MIXED "))/a HTTP/1.1", "", true },
	{ "GET /(S(" MIXED "))/a HTTP/1.1", "",
	    "GET /(S(" MIXED "))/b HTTP/1.1", "", false },
	{ JSON, "{\"SessionId\":\"1\"}", JSON, "{\"SessionId\":\"2\"}", true },
	{ SIGNED, "{\"SessionId\":\"1\"}", SIGNED, "{\"SessionId\":\"2\"}",
	    false },
};

START_TEST(requests_that_mean_the_same_have_one_key)
{
	struct rules *r = rules();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct key a = key(r, others[i].head, others[i].body);
		struct key b =
		    key(r, others[i].other_head, others[i].other_body);

		ck_assert_msg((memcmp(&a, &b, sizeof(a)) == 0) ==
			others[i].same,
		    "%zu: %s / %s", i, others[i].head, others[i].other_head);
	}
	rules_close(r);
}
END_TEST

#define TARGET(t, i, s)                                                        \
	{                                                                      \
		.type = SPAN_LITERAL(t), .id = SPAN_LITERAL(i),                \
		.scope = SPAN_LITERAL(s)                                       \
	}

static const struct target one[] = { TARGET("t", "1", "s") };
static const struct target two[] = { TARGET("t", "1", "s"),
	TARGET("t", "2", "s") };
static const struct target swapped[] = { TARGET("t", "2", "s"),
	TARGET("t", "1", "s") };
static const struct target twice[] = { TARGET("t", "1", "s"),
	TARGET("t", "1", "s") };
static const struct target elsewhere[] = { TARGET("t", "1", "r") };
static const struct target of_type[] = { TARGET("u", "1", "s") };

static const struct deletion base = { .operation = SPAN_LITERAL("op"),
	.targets = two,
	.target_count = 2,
	.token = SPAN_LITERAL("x") };

static struct key
deletion_key(const struct rules *r, const struct deletion *d, const char *head)
{
	struct exchange *x = request(head, "");
	struct key k;

	key_of(k.bytes, r, x->request, d);
	exchange_free(x);
	return k;
}

static bool
same(const struct rules *r, const struct deletion *d, const char *head)
{
	struct key a = deletion_key(r, &base, GET);
	struct key b = deletion_key(r, d, head);

	return memcmp(&a, &b, sizeof(a)) == 0;
}

static bool
same_targets(const struct rules *r, const struct target *t, size_t count)
{
	struct deletion d = base;

	d.targets = t;
	d.target_count = count;
	return same(r, &d, GET);
}

START_TEST(deletions_match_by_what_they_delete)
{
	struct rules *r = rules();
	struct deletion d = base;

	ck_assert(same(r, &d, "POST /elsewhere?n=1 HTTP/1.1"));
	d.token = span_of_str("y");
	ck_assert(same(r, &d, GET));
	d.force = true;
	ck_assert(!same(r, &d, GET));
	d = base;
	d.dry_run = true;
	ck_assert(!same(r, &d, GET));
	d = base;
	d.operation = span_of_str("oq");
	ck_assert(!same(r, &d, GET));
	ck_assert(same_targets(r, swapped, 2));
	ck_assert(!same_targets(r, one, 1));
	ck_assert(!same_targets(r, twice, 2));
	ck_assert(!same_targets(r, elsewhere, 1));
	ck_assert(!same_targets(r, of_type, 1));
	rules_close(r);
}
END_TEST

START_TEST(a_session_in_a_target_is_no_part_of_it)
{
	static const struct target sessions[] = {
		TARGET("t", "a/1;jsessionid=ob_X6KzxwyiFpONbhUD_____________",
		    "s"),
		TARGET("t", "a/1;jsessionid=6F1A0C44E1B1A1B9D5C2E7F3A9B8C7D6",
		    "s"),
		TARGET("t", "a/2;jsessionid=ob_X6KzxwyiFpONbhUD_____________",
		    "s"),
		TARGET("t", "a/1;session=6F1A0C44E1B1A1B9D5C2E7F3A9B8C7D6",
		    "s"),
		TARGET("t", "a/1;session=7", "s"),
		TARGET("t", "a/1;session=_______", "s"),
	};
	struct deletion d[6];
	struct rules *r = rules();
	struct key k[6];

	for (size_t i = 0; i < 6; i++) {
		d[i] = base;
		d[i].targets = &sessions[i];
		d[i].target_count = 1;
		k[i] = deletion_key(r, &d[i], GET);
	}
	ck_assert_mem_eq(&k[0], &k[1], sizeof(k[0]));
	ck_assert_mem_ne(&k[0], &k[2], sizeof(k[0]));
	ck_assert_mem_eq(&k[0], &k[3], sizeof(k[0]));
	ck_assert_mem_ne(&k[0], &k[4], sizeof(k[0]));
	ck_assert_mem_eq(&k[0], &k[5], sizeof(k[0]));
	rules_close(r);
}
END_TEST

START_TEST(deletions_without_ids_match_by_their_selector)
{
	static const struct deletion set = { .operation = SPAN_LITERAL("op"),
		.set_delete = true };
	struct rules *r = rules();
	struct key a = deletion_key(r, &set, "DELETE /x?label=a HTTP/1.1");
	struct key b = deletion_key(r, &set, "DELETE /x?label=b HTTP/1.1");
	struct key c = deletion_key(r, NULL, "DELETE /x?label=a HTTP/1.1");

	ck_assert_mem_ne(&a, &b, sizeof(a));
	ck_assert_mem_ne(&a, &c, sizeof(a));
	rules_close(r);
}
END_TEST

/* Whether a rule took all of the path for the id, and no more. */
static const struct {
	const char *id, *head, *body, *other_head, *other_body;
	bool same;
} rests[] = {
	{ "v/a", "DELETE /v/a HTTP/1.1", "", "DELETE /v/a HTTP/1.1", "", true },
	{ "v/a", "DELETE /v/a?x=1 HTTP/1.1", "", "DELETE /v/a HTTP/1.1", "",
	    false },
	{ "v/a", "DELETE /v/a?x=1 HTTP/1.1", "", "DELETE /v/a?x=2 HTTP/1.1", "",
	    false },
	{ "v/a", "DELETE /v/a?x=1&y=2 HTTP/1.1", "",
	    "DELETE http://h/v/a?y=2&x=1 HTTP/1.1", "", true },
	{ "v/a", "DELETE /v/a?X-Signature=0a HTTP/1.1", "",
	    "DELETE /v/a HTTP/1.1", "", true },
	{ "v/a", "DELETE /v/a HTTP/1.1", "{\"ids\":[1]}",
	    "DELETE /v/a HTTP/1.1", "{\"ids\":[2]}", false },
	{ "v/a", "DELETE /v/a HTTP/1.1", "{\"ids\":[1],\"x\":0}",
	    "DELETE /v/a HTTP/1.1", "{\"x\":0, \"ids\":[1]}", true },
	{ "v/a", "DELETE /v/a HTTP/1.1", "{\"ids\":[1]}",
	    "DELETE /v/a HTTP/1.1", "", false },
	{ "v/a b", "DELETE /v/a%20b?x=1 HTTP/1.1", "",
	    "DELETE /v/a%20b?x=2 HTTP/1.1", "", false },
	{ "a", "DELETE /v/a?x=1 HTTP/1.1", "", "DELETE /v/a?x=2 HTTP/1.1", "",
	    true },
};

static struct key
key_by_path(const struct rules *r, const char *id, const char *head,
    const char *body)
{
	struct target t = { .type = SPAN_LITERAL("t"), .id = span_of_str(id) };
	struct deletion d = { .operation = SPAN_LITERAL("op"),
		.targets = &t,
		.target_count = 1 };
	struct exchange *x = request(head, body);
	struct key k;

	key_of(k.bytes, r, x->request, &d);
	exchange_free(x);
	return k;
}

START_TEST(where_only_the_path_is_known_the_rest_counts)
{
	struct rules *r = rules();

	for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		struct key a =
		    key_by_path(r, rests[i].id, rests[i].head, rests[i].body);
		struct key b = key_by_path(r, rests[i].id, rests[i].other_head,
		    rests[i].other_body);

		ck_assert_msg((memcmp(&a, &b, sizeof(a)) == 0) == rests[i].same,
		    "%zu: %s / %s", i, rests[i].head, rests[i].other_head);
	}
	rules_close(r);
}
END_TEST

UNIT_MAIN("key", requests_that_mean_the_same_have_one_key,
    deletions_match_by_what_they_delete, a_session_in_a_target_is_no_part_of_it,
    deletions_without_ids_match_by_their_selector,
    where_only_the_path_is_known_the_rest_counts)
