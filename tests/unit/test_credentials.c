#include "replay/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "tests/lib/unit.h"
#include "tests/lib/vector.h"

/* The first lines are for signing, and of no use here. */
#define REQUEST                                                                \
	"scheme huawei\n\n"                                                    \
	"DELETE /x?key=old&a=1 HTTP/1.1\n"                                     \
	"Host: elb.example.com:8080\n"                                         \
	"X-Auth-Token: ob_6vgaOx-b0ipNqTns_\n"                                 \
	"x-note: old\n\n"
#define SIGNED                                                                 \
	"scheme huawei\n\n"                                                    \
	"DELETE /x HTTP/1.1\nHost: h\nX-Sdk-Date: 20200101T000000Z\n"          \
	"Authorization: SDK-HMAC-SHA256 Access=A, "                            \
	"SignedHeaders=host;x-sdk-date, Signature=0\n\n"

static struct rules *rules;
static struct redactor *redactor;
static struct credentials *c;
static struct vector v;
static struct err err;
static char unused[512];

static void
begin(const char *request)
{
	static const uint8_t key[REDACT_KEY_SIZE] = { 1 };

	setenv("OBIT_TEST_SECRET", "s3cret", 1);
	unused[0] = '\0';
	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	redactor = redactor_new(rules, key);
	c = credentials_new(redactor);
	vector_read(&v, span_of_str(request));
}

static void
end(void)
{
	credentials_free(c);
	vector_release(&v);
	redactor_free(redactor);
	rules_close(rules);
}

static void
header(const char *text)
{
	ck_assert_msg(credentials_header(c, text, &err) == 0, "%s", err.text);
}

static void
dress(void)
{
	struct dresser d[] = { credentials_dresser(c), credentials_signer(c) };
	struct dressing all = { d, ARRAY_LEN(d) };

	ck_assert_msg(dressing_apply(&all, &v.request, 0, &err) == 0, "%s",
	    err.text);
}

static void
has(const char *name, const char *value)
{
	struct span there = request_header(&v.request, name);

	if (value == NULL)
		ck_assert_ptr_null(there.p);
	else
		ck_assert_msg(span_eq_str(there, value), "%.*s", (int)there.len,
		    (const char *)there.p);
}

static void
add_unused(void *ctx, const char *option)
{
	(void)ctx;
	strcat(strcat(unused, option), ";");
}

START_TEST(a_recorded_header_gets_a_new_value)
{
	begin(REQUEST);
	header("X-Auth-Token=$OBIT_TEST_SECRET");
	header("X-Note=plain");
	header("X-Other=1");
	dress();
	has("X-Auth-Token", "s3cret");
	has("X-Note", "plain");
	has("X-Other", NULL);
	credentials_unused(c, add_unused, NULL);
	ck_assert_str_eq(unused, "--header X-Other;");
	end();
}
END_TEST

START_TEST(a_plus_adds_what_was_not_there)
{
	begin(REQUEST);
	header("+X-Other=$OBIT_TEST_SECRET");
	header("+X-Note=new");
	dress();
	has("X-Other", "s3cret");
	has("X-Note", "new");
	end();
}
END_TEST

START_TEST(a_host_is_a_pattern_for_the_recorded_one)
{
	begin(REQUEST);
	header("ELB.*.com/X-Note=this");
	header("other.example.com/X-Note=that");
	header("+other.*/X-Auth-Token=$OBIT_TEST_SECRET");
	dress();
	has("X-Note", "this");
	has("X-Auth-Token", "ob_6vgaOx-b0ipNqTns_");
	credentials_unused(c, add_unused, NULL);
	ck_assert_str_eq(unused,
	    "--header other.example.com/X-Note;"
	    "--header +other.*/X-Auth-Token;");
	end();
}
END_TEST

START_TEST(query_fields_likewise)
{
	begin(REQUEST);
	ck_assert_int_eq(credentials_query(c, "key=$OBIT_TEST_SECRET", &err),
	    0);
	ck_assert_int_eq(credentials_query(c, "A=2", &err), 0);
	ck_assert_int_eq(credentials_query(c, "+/b/c=x y", &err), 0);
	dress();
	ck_assert(span_eq_str(request_query(&v.request, "key"), "s3cret"));
	ck_assert(span_eq_str(request_query(&v.request, "a"), "1"));
	ck_assert(span_eq_str(request_query(&v.request, "b/c"), "x y"));
	end();
}
END_TEST

START_TEST(a_secret_is_not_shown)
{
	struct exchange *x = exchange_new();
	struct buf b = BUF_INIT(4096);

	begin(REQUEST);
	header("+X-Harmless=$OBIT_TEST_SECRET");
	header("X-Auth-Token=$OBIT_TEST_SECRET");
	ck_assert_int_eq(credentials_query(c, "a=$OBIT_TEST_SECRET", &err), 0);
	dress();
	ck_assert_int_eq(request_record(&v.request, redactor, REQUEST_SHOWN, x,
			     &err),
	    0);
	ck_assert_ptr_null(
	    memmem(x->request->head.p, x->request->head.len, "s3cret", 6));
	ck_assert_int_eq(request_head(&v.request, REQUEST_WIRE, &b, &err), 0);
	ck_assert_ptr_nonnull(memmem(b.p, b.len, "a=s3cret", 8));
	buf_release(&b);
	exchange_free(x);
	end();
}
END_TEST

START_TEST(what_was_signed_is_signed_again)
{
	begin(SIGNED);
	ck_assert_int_eq(credentials_sign(c,
			     "volcengine:ak=V,sk=$OBIT_TEST_SECRET", &err),
	    0);
	ck_assert_int_eq(credentials_sign(c,
			     "huawei:ak=N,sk=$OBIT_TEST_SECRET,host=i", &err),
	    0);
	ck_assert_int_eq(credentials_sign(c,
			     "huawei:sk=$OBIT_TEST_SECRET,ak=NEW,"
			     "token=$OBIT_TEST_SECRET",
			     &err),
	    0);
	dress();
	has("X-Sdk-Date", "19700101T000000Z");
	has("X-Security-Token", "s3cret");
	ck_assert(
	    span_has_prefix(request_header(&v.request, "Authorization"),
		span_of_str("SDK-HMAC-SHA256 Access=NEW, SignedHeaders=host;"
			    "x-sdk-date;x-security-token, Signature=")) ||
	    span_has_prefix(request_header(&v.request, "Authorization"),
		span_of_str("SDK-HMAC-SHA256 Access=NEW, SignedHeaders=host;"
			    "x-sdk-date;x-security-token")));
	credentials_unused(c, add_unused, NULL);
	ck_assert_str_eq(unused, "--sign volcengine;--sign huawei;");
	end();
}
END_TEST

START_TEST(a_secret_is_not_taken_from_the_command_line)
{
	static const char *const headers[] = { "X-Auth-Token=abc",
		"Authorization=Basic YTpi", "Cookie=a=b", "X-Api-Key=1",
		"+h/X-Custom-Secret=1", "X-Note=AKIAIOSFODNN7EXAMPLE" };
	static const char *const signs[] = { "aws:ak=A,sk=abc",
		"aws:ak=A,sk=$OBIT_TEST_SECRET,token=abc" };

	begin(REQUEST);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		ck_assert_msg(credentials_header(c, headers[i], &err) == -1,
		    "%s", headers[i]);
		ck_assert_int_eq(err.code, ERR_USAGE);
		ck_assert_ptr_nonnull(strstr(err.text, "@FILE or $VARIABLE"));
		ck_assert_ptr_null(strstr(err.text, "abc"));
	}
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		ck_assert_int_eq(credentials_sign(c, signs[i], &err), -1);
		ck_assert_ptr_nonnull(strstr(err.text, "@FILE or $VARIABLE"));
		ck_assert_ptr_null(strstr(err.text, "abc"));
	}
	ck_assert_int_eq(credentials_query(c, "access_token=abc", &err), -1);
	end();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	static const struct {
		int (*add)(struct credentials *c, const char *text,
		    struct err *err);
		const char *text, *why;
	} bad[] = {
		{ credentials_header, "", "NAME=VALUE" },
		{ credentials_header, "X", "NAME=VALUE" },
		{ credentials_header, "=x", "NAME=VALUE" },
		{ credentials_header, "+=x", "header name" },
		{ credentials_header, "h/=x", "header name" },
		{ credentials_header, "a b=x", "header name" },
		{ credentials_header, "Content-Length=1", "body" },
		{ credentials_header, "X=@/nonexistent", "/nonexistent" },
		{ credentials_header, "X=$OBIT_NOT_SET", "OBIT_NOT_SET" },
		{ credentials_sign, "", "huawei:" },
		{ credentials_sign, "tencent:ak=1", "huawei:" },
		{ credentials_sign, "aws", "huawei:" },
		{ credentials_sign, "aws:", "KEY=VALUE" },
		{ credentials_sign, "aws:ak=A", "ak and sk" },
		{ credentials_sign, "aws:ak", "KEY=VALUE" },
		{ credentials_sign, "aws:ak=A,ak=B", "twice" },
		{ credentials_sign, "aws:ak=", "empty" },
		{ credentials_sign, "aws:zone=A", "KEY=VALUE" },
	};

	begin(REQUEST);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(bad[i].add(c, bad[i].text, &err) == -1, "%s",
		    bad[i].text);
		ck_assert_msg(strstr(err.text, bad[i].why) != NULL, "%s: %s",
		    bad[i].text, err.text);
	}
	end();
}
END_TEST

START_TEST(there_are_not_too_many)
{
	begin(REQUEST);
	for (int i = 0; i < CREDENTIALS_MAX; i++)
		header("X-Note=1");
	ck_assert_int_eq(credentials_header(c, "X-Note=1", &err), -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	end();
}
END_TEST

static void
fingerprint(uint8_t fp[DIGEST_SIZE], const char *secret)
{
	begin(REQUEST);
	setenv("OBIT_TEST_SECRET", secret, 1);
	header("X-Auth-Token=$OBIT_TEST_SECRET");
	credentials_fingerprint(c, fp);
	end();
}

START_TEST(a_fingerprint_tells_short_secrets_apart)
{
	uint8_t one[DIGEST_SIZE], same[DIGEST_SIZE], other[DIGEST_SIZE];

	fingerprint(one, "1");
	fingerprint(same, "1");
	fingerprint(other, "2");
	ck_assert_mem_eq(one, same, DIGEST_SIZE);
	ck_assert_mem_ne(one, other, DIGEST_SIZE);
}
END_TEST

UNIT_MAIN("credentials", a_recorded_header_gets_a_new_value,
    a_plus_adds_what_was_not_there, a_host_is_a_pattern_for_the_recorded_one,
    query_fields_likewise, a_secret_is_not_shown,
    what_was_signed_is_signed_again,
    a_secret_is_not_taken_from_the_command_line, what_makes_no_sense_is_refused,
    there_are_not_too_many, a_fingerprint_tells_short_secrets_apart)
