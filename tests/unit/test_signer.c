#include "replay/signer.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "tests/lib/unit.h"
#include "tests/lib/vector.h"

#define MASK "ob_6vgaOx-b0ipNqTns_"

static void
load(struct vector *v, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/signatures/%s",
	    top != NULL ? top : ".", name);
	vector_load(v, path);
}

static void
sign(struct vector *v)
{
	struct err err = { 0 };

	ck_assert(signer_fits(v->signer.scheme, &v->request));
	ck_assert_msg(signer_sign(&v->signer, &v->request, v->time, &err) == 0,
	    "%s", err.text);
}

/* The signature in the request, wherever it stands. */
static struct span
signature_of(const struct vector *v)
{
	struct span a = request_header(&v->request, "Authorization");
	struct span q = request_query(&v->request, "X-Amz-Signature");

	if (a.len > 64)
		return span_sub(a, a.len - 64, 64);
	return q.p != NULL ? q : request_query(&v->request, "X-Signature");
}

START_TEST(every_vector)
{
	const char *top = getenv("top_srcdir");
	struct dirent *d;
	char path[512];
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/tests/signatures",
	    top != NULL ? top : ".");
	ck_assert_ptr_nonnull(dir = opendir(path));
	while ((d = readdir(dir)) != NULL) {
		struct vector v;
		struct span got;

		if (strstr(d->d_name, ".txt") == NULL)
			continue;
		load(&v, d->d_name);
		sign(&v);
		got = signature_of(&v);
		ck_assert_msg(span_eq(got, v.signature), "%s: %.*s", d->d_name,
		    (int)got.len, (const char *)got.p);
		vector_release(&v);
		count++;
	}
	closedir(dir);
	ck_assert_int_ge(count, 24);
}
END_TEST

#define HUAWEI(fields)                                                         \
	"scheme huawei\ntime 20261126T102030Z\naccess AK\nsecret SK\n\n"       \
	"DELETE /x HTTP/1.1\nHost: h\nX-Sdk-Date: 20200101T000000Z\n" fields   \
	"\n"
#define AUTH "Authorization: SDK-HMAC-SHA256 Access=A, SignedHeaders="

START_TEST(the_date_and_the_key_are_new)
{
	struct vector v;

	vector_read(&v,
	    span_of_str(HUAWEI(AUTH "host;x-sdk-date, Signature=0\n")));
	sign(&v);
	ck_assert(span_eq_str(request_header(&v.request, "x-sdk-date"),
	    "20261126T102030Z"));
	ck_assert(span_has_prefix(request_header(&v.request, "Authorization"),
	    span_of_str("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;"
			"x-sdk-date, Signature=")));
	vector_release(&v);
}
END_TEST

START_TEST(a_masked_token_goes_and_is_not_signed)
{
	struct vector v;

	vector_read(&v,
	    span_of_str(HUAWEI("X-Security-Token: " MASK "\n" AUTH
			       "host;x-sdk-date;x-security-token, "
			       "Signature=0\n")));
	sign(&v);
	ck_assert_ptr_null(request_header(&v.request, "X-Security-Token").p);
	ck_assert(span_has_prefix(request_header(&v.request, "Authorization"),
	    span_of_str("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;"
			"x-sdk-date, Signature=")));
	vector_release(&v);
}
END_TEST

START_TEST(a_token_that_somebody_put_there_stays)
{
	struct vector v;

	vector_read(&v,
	    span_of_str(HUAWEI("X-Security-Token: new\n" AUTH
			       "host;x-sdk-date;x-security-token, "
			       "Signature=0\n")));
	sign(&v);
	ck_assert(
	    span_eq_str(request_header(&v.request, "X-Security-Token"), "new"));
	ck_assert_ptr_nonnull(
	    memmem(request_header(&v.request, "Authorization").p, 80,
		";x-security-token", 17));
	vector_release(&v);
}
END_TEST

/* Head as shown, without the recorded one's masks. */
static void
shown(struct vector *v, const char *name, int64_t later, char out[4096])
{
	struct buf b = BUF_INIT(4096);
	struct err err;

	load(v, name);
	v->time += later;
	sign(v);
	ck_assert_int_eq(request_head(&v->request, REQUEST_SHOWN, &b, &err), 0);
	ck_assert_uint_lt(b.len, 4096);
	memcpy(out, b.p, b.len);
	out[b.len] = '\0';
	buf_release(&b);
	vector_release(v);
}

START_TEST(what_is_shown_does_not_depend_on_the_time)
{
	static const char *const names[] = { "aws-sdk-token.txt",
		"aws-sdk-presigned-token.txt", "volcengine-sdk-token.txt",
		"volcengine-sdk-query-token.txt", "huawei-sdk-token.txt" };
	static char now[4096], later[4096];
	struct vector v;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		shown(&v, names[i], 0, now);
		shown(&v, names[i], 90061 * (int64_t)1000000000, later);
		ck_assert_str_eq(now, later);
	}
}
END_TEST

START_TEST(region_and_service_can_be_others)
{
	struct vector a, b;

	load(&a, "volcengine-guide.txt");
	load(&b, "volcengine-guide.txt");
	b.signer.region = span_of_str("r");
	b.signer.service = span_of_str("s");
	sign(&a);
	sign(&b);
	ck_assert(!span_eq(signature_of(&a), signature_of(&b)));
	ck_assert_ptr_nonnull(
	    memmem(request_header(&b.request, "Authorization").p, 120,
		"/20201230/r/s/request, ", 23));
	vector_release(&a);
	vector_release(&b);
}
END_TEST

START_TEST(what_cannot_be_signed_is_an_error)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *why;
	} bad[] = {
		{ HUAWEI("Authorization: SDK-HMAC-SHA256 Access=A\n"),
		    ERR_FORMAT, "SignedHeaders" },
		{ "scheme aws\ntime 20261126T102030Z\naccess A\nsecret S\n\n"
		  "GET / HTTP/1.1\nHost: h\nAuthorization: AWS4-HMAC-SHA256 "
		  "Credential=A/b, SignedHeaders=host, Signature=0\n\n",
		    ERR_FORMAT, "region" },
		{ "scheme aws\ntime 20261126T102030Z\naccess A\nsecret S\n\n"
		  "PUT / HTTP/1.1\nHost: h\nX-Amz-Content-Sha256: "
		  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n"
		  "Authorization: AWS4-HMAC-SHA256 Credential=A/d/r/s3/"
		  "aws4_request, SignedHeaders=host, Signature=0\n\n",
		    ERR_UNSUPPORTED, "chunks" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct vector v;
		struct err err;

		vector_read(&v, span_of_str(bad[i].text));
		ck_assert_int_eq(signer_sign(&v.signer, &v.request, v.time,
				     &err),
		    -1);
		ck_assert_int_eq(err.code, bad[i].code);
		ck_assert_ptr_nonnull(strstr(err.text, bad[i].why));
		vector_release(&v);
	}
}
END_TEST

START_TEST(only_its_own_scheme_fits)
{
	struct vector v;

	load(&v, "huawei-guide.txt");
	ck_assert(signer_fits(SIGNER_HUAWEI, &v.request));
	ck_assert(!signer_fits(SIGNER_VOLCENGINE, &v.request));
	ck_assert(!signer_fits(SIGNER_AWS, &v.request));
	vector_release(&v);
	load(&v, "aws-s3-presigned.txt");
	ck_assert(signer_fits(SIGNER_AWS, &v.request));
	ck_assert(!signer_fits(SIGNER_VOLCENGINE, &v.request));
	vector_release(&v);
}
END_TEST

UNIT_MAIN("signer", every_vector, the_date_and_the_key_are_new,
    a_masked_token_goes_and_is_not_signed,
    a_token_that_somebody_put_there_stays,
    what_is_shown_does_not_depend_on_the_time, region_and_service_can_be_others,
    what_cannot_be_signed_is_an_error, only_its_own_scheme_fits)
