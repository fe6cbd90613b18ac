#include "replay/adjust.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "deletion/rules.h"
#include "tests/lib/unit.h"
#include "tests/lib/vector.h"

#define HOUR ((int64_t)3600 * 1000000000)
#define VOLC                                                                   \
	"Host: h\nAuthorization: HMAC-SHA256 Credential=A/20261120/"           \
	"cn-beijing/ecs/request, SignedHeaders=x-date, Signature=0\n"
#define QUERY                                                                  \
	"scheme x\n\nGET /?Action=DeleteInstances&InstanceIds.1=i"             \
	"&ClientToken=0123456789abcdef&Version=2020-04-01 HTTP/1.1\n" VOLC     \
	"\n"
#define POST(type, length, body)                                               \
	"scheme x\n\nPOST /?Action=DeleteInstances HTTP/1.1\n" VOLC            \
	"Content-Type: " type "\nContent-Length: " length "\n\n" body
#define FORM_TYPE "application/x-www-form-urlencoded"
#define FORM                                                                   \
	POST(FORM_TYPE, "54",                                                  \
	    "a=1&ClientToken=0123456789abcdef&InstanceIds.1=i%2B1")
#define JSON                                                                   \
	POST("application/json", "63",                                         \
	    "{\"InstanceIds\":[\"i\"], \"ClientToken\":\"0123456789abcdef\"}")
#define PLAIN "scheme x\n\nDELETE /x/1 HTTP/1.1\nHost: h\n\n"

static struct rules *rules;
static struct vector v;
static struct err err;
static struct buf out;

/* Dress a request that was recorded at time 0; -1 as the dressing. */
static int
adjust(const char *request, const char *token, bool dry_run, int64_t now)
{
	struct adjustment a = { .dry_run = dry_run };
	struct dresser d;
	int rc;

	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	a.rules = rules;
	if (token != NULL)
		ck_assert_msg(adjustment_token(&a, token, &err) == 0, "%s",
		    err.text);
	vector_read(&v, span_of_str(request));
	if (deletion_of_request(rules, v.x->request, &v.x->arena,
		&v.entry.reading.deletion))
		v.entry.reading.kind = KIND_DELETION;
	d = adjust_dresser(&a);
	rc = d.dress(d.ctx, &v.request, now, &err);
	out = BUF_INIT(65536);
	if (rc == 0)
		ck_assert_int_eq(request_render(&v.request, REQUEST_WIRE, &out,
				     &err),
		    0);
	return rc;
}

static void
end(void)
{
	buf_release(&out);
	vector_release(&v);
	rules_close(rules);
}

static bool
sends(const char *text)
{
	return memmem(out.p, out.len, text, strlen(text)) != NULL;
}

static bool
is_warned(void)
{
	return v.request.warned != NULL &&
	    v.request.warned->what == WARNING_TOKEN;
}

START_TEST(a_kept_token_stays_and_is_warned_of_when_it_is_old)
{
	ck_assert_int_eq(adjust(QUERY, "keep", false, 23 * HOUR), 0);
	ck_assert(sends("ClientToken=0123456789abcdef&"));
	ck_assert(!is_warned());
	end();
	ck_assert_int_eq(adjust(QUERY, NULL, false, 25 * HOUR), 0);
	ck_assert(sends("ClientToken=0123456789abcdef&"));
	ck_assert(is_warned());
	ck_assert(span_eq_str(v.request.warned->detail, "ClientToken"));
	end();
	ck_assert_int_eq(adjust(PLAIN, NULL, false, 25 * HOUR), 0);
	ck_assert(!is_warned());
	end();
}
END_TEST

START_TEST(an_old_token_can_be_refused)
{
	ck_assert_int_eq(adjust(QUERY, "refuse-older-than=2h", false, HOUR), 0);
	end();
	ck_assert_int_eq(adjust(QUERY, "refuse-older-than=60m", false,
			     HOUR + 1),
	    -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "ClientToken is 3600 s old"));
	end();
	ck_assert_int_eq(adjust(PLAIN, "refuse-older-than=0", false, HOUR), 0);
	end();
}
END_TEST

/* The token after "ClientToken" and so many further bytes. */
static void
sent_token(char to[17], const char *before)
{
	const char *at = memmem(out.p, out.len, before, strlen(before));

	ck_assert_ptr_nonnull(at);
	memcpy(to, at + strlen(before), 16);
	to[16] = '\0';
}

START_TEST(a_renewed_token_is_another_one_and_always_the_same)
{
	char first[17], second[17], form[17], json[17];

	ck_assert_int_eq(adjust(QUERY, "renew", false, HOUR), 0);
	sent_token(first, "ClientToken=");
	ck_assert_str_ne(first, "0123456789abcdef");
	ck_assert(!is_warned());
	end();
	ck_assert_int_eq(adjust(QUERY, "renew=x", false, HOUR), 0);
	sent_token(second, "ClientToken=");
	ck_assert_str_ne(first, second);
	end();
	ck_assert_int_eq(adjust(FORM, "renew", false, 99 * HOUR), 0);
	sent_token(form, "ClientToken=");
	ck_assert_str_eq(first, form);
	ck_assert(sends("a=1&ClientToken="));
	ck_assert(sends("&InstanceIds.1=i%2B1"));
	end();
	ck_assert_int_eq(adjust(JSON, "renew", false, HOUR), 0);
	sent_token(json, "{\"InstanceIds\":[\"i\"], \"ClientToken\":\"");
	ck_assert_str_eq(first, json);
	end();
}
END_TEST

static void
keeps_shape(const char *token)
{
	struct arena arena = ARENA_INIT;
	struct span new =
	    adjust_renewed(span_of_str(token), span_of_str("s"), &arena);

	ck_assert_uint_eq(new.len, strlen(token));
	ck_assert(!span_eq_str(new, token));
	for (size_t i = 0; i < new.len; i++)
		ck_assert_int_eq(isalnum(new.p[i]) != 0,
		    isalnum((unsigned char)token[i]) != 0);
	arena_release(&arena);
}

START_TEST(a_renewed_token_has_the_old_shape)
{
	struct arena arena = ARENA_INIT;
	struct span uuid;

	keeps_shape("0123456789abcdef");
	keeps_shape("Retry-20261120T200022Z-abcXYZ");
	keeps_shape("123e4567-e89b-42d3-a456-426655440000");
	uuid =
	    adjust_renewed(span_of_str("123e4567-e89b-42d3-a456-426655440000"),
		span_of_str(""), &arena);
	ck_assert_int_eq(uuid.p[14], '4');
	ck_assert_int_eq(uuid.p[19], 'a');
	for (size_t i = 0; i < uuid.len; i++)
		ck_assert(isxdigit(uuid.p[i]) || uuid.p[i] == '-');
	ck_assert_uint_eq(adjust_renewed(span_of_str("x"), span_of_str(""),
			      &arena)
			      .len,
	    32);
	arena_release(&arena);
}
END_TEST

START_TEST(a_dry_run_has_the_flag_of_its_api)
{
	ck_assert_int_eq(adjust(QUERY, NULL, true, 0), 0);
	ck_assert(sends("&DryRun=true HTTP/1.1\r\n"));
	end();
	ck_assert_int_eq(adjust(FORM, NULL, true, 0), 0);
	ck_assert(sends("&InstanceIds.1=i%2B1&DryRun=true"));
	ck_assert(sends("Content-Length: 64\r\n"));
	end();
	ck_assert_int_eq(adjust(JSON, NULL, true, 0), 0);
	ck_assert(sends("\r\n\r\n{\"DryRun\":true,\"InstanceIds\":[\"i\"], "));
	end();
}
END_TEST

START_TEST(what_has_no_dry_run_is_refused)
{
	ck_assert_int_eq(adjust(PLAIN, NULL, true, 0), -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "no dry run of "));
	end();
	ck_assert_int_eq(adjust("scheme x\n\nPUT /x HTTP/1.1\nHost: h\n\n",
			     NULL, true, 0),
	    -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	end();
	ck_assert_int_eq(adjust("scheme x\n\nGET /x HTTP/1.1\nHost: h\n\n",
			     NULL, true, 0),
	    0);
	end();
}
END_TEST

START_TEST(a_compressed_body_cannot_be_changed)
{
	ck_assert_int_eq(
	    adjust("scheme x\n\nPOST /?Action=DeleteInstances&ClientToken="
		   "0123456789abcdef HTTP/1.1\n" VOLC "Content-Type: " FORM_TYPE
		   "\nContent-Encoding: identity\n"
		   "Content-Length: 3\n\na=1",
		NULL, true, 0),
	    -1);
	ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
	end();
}
END_TEST

START_TEST(policies_are_read)
{
	static const char *const bad[] = { "", "kept", "keep=1", "renewed",
		"refuse-older-than",
		"refuse-older-than=", "refuse-older-than=1y",
		"refuse-older-than=-1", "refuse-older-than=99999999999d",
		"refuse-older-than=1 h" };
	struct adjustment a = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(adjustment_token(&a, bad[i], &err), -1);
		ck_assert_int_eq(err.code, ERR_USAGE);
	}
	ck_assert_int_eq(adjustment_token(&a, "refuse-older-than=7d", &err), 0);
	ck_assert_int_eq(a.oldest, 7 * 24 * HOUR);
	ck_assert_int_eq(adjustment_token(&a, "refuse-older-than=90", &err), 0);
	ck_assert_int_eq(a.oldest, HOUR / 40);
}
END_TEST

UNIT_MAIN("adjust", a_kept_token_stays_and_is_warned_of_when_it_is_old,
    an_old_token_can_be_refused,
    a_renewed_token_is_another_one_and_always_the_same,
    a_renewed_token_has_the_old_shape, a_dry_run_has_the_flag_of_its_api,
    what_has_no_dry_run_is_refused, a_compressed_body_cannot_be_changed,
    policies_are_read)
