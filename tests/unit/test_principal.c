#include <stdio.h>

#include "base/err.h"
#include "deletion/redact.h"
#include "deletion/redact_parts.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

#define SIGNED(fields) "Authorization: SDK-HMAC-SHA256 " fields ", Signature=0"
#define AK             "AKEXAMPLE0000000000A"

static const struct redactor redactor = { .key = "0123456789abcdef" };

static struct exchange *
request(const char *line, const char *field)
{
	struct exchange *x = exchange_new();
	struct message *m = arena_alloc(&x->arena, sizeof(*m));
	struct err err;

	m->head =
	    arena_printf(&x->arena, "%s HTTP/1.1\r\n%s\r\n\r\n", line, field);
	m->complete = true;
	ck_assert_int_eq(head_parse(&m->parsed, HEAD_REQUEST, m->head,
			     &x->arena, &err),
	    0);
	x->request = m;
	return x;
}

/* The principal, which must be the same before and after masking. */
static const char *
principal(const char *line, const char *field, char out[64])
{
	struct exchange *x = request(line, field);
	struct redactor r = redactor;
	struct span before = redactor_principal(&r, x), after;

	redactor_apply(&r, x);
	after = redactor_principal(&r, x);
	ck_assert(span_eq(before, after));
	snprintf(out, 64, "%.*s", (int)after.len,
	    after.p != NULL ? (const char *)after.p : "");
	exchange_free(x);
	return out;
}

START_TEST(every_kind_of_credential_has_one)
{
	static const struct {
		const char *line, *field, *begin;
	} cases[] = {
		{ "GET /", SIGNED("Access=" AK ", SignedHeaders=host"), "ak:" },
		{ "GET /", SIGNED("Credential=" AK "/1/r/s/request"), "ak:" },
		{ "GET /", "Authorization: AWS " AK ":c2ln", "ak:" },
		{ "GET /", "Authorization: Bearer abcdefgh", "token:" },
		{ "GET /", "Authorization: Basic dTpwYXNz", "basic:" },
		{ "GET /", "Authorization: just-a-token", "token:" },
		{ "GET /", "X-Auth-Token: abcdefgh", "token:" },
		{ "GET /", "xi-api-key: abcdefgh", "token:" },
		{ "GET /?X-Amz-Credential=" AK "%2F1%2Fr", "A: b", "ak:" },
		{ "GET /?AccessKeyId=" AK, "A: b", "ak:" },
		{ "GET /?access_token=abc%64efgh", "A: b", "token:" },
		{ "GET http://joe:pass@h/", "A: b", "user:" },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		principal(cases[i].line, cases[i].field, text);
		ck_assert_msg(strncmp(text, cases[i].begin,
				  strlen(cases[i].begin)) == 0,
		    "%zu: %s", i, text);
		ck_assert_uint_gt(strlen(text), strlen(cases[i].begin) + 2);
	}
}
END_TEST

START_TEST(one_key_is_one_principal_wherever_it_stands)
{
	char a[64], b[64], c[64];

	principal("GET /", SIGNED("Access=" AK ", SignedHeaders=a"), a);
	principal("DELETE /x", SIGNED("Credential=" AK "/2/r/s/request"), b);
	ck_assert_str_eq(a, b);
	principal("GET /?X-Credential=" AK "%2F1", "A: b", b);
	ck_assert_str_eq(a, b);
	principal("GET /", SIGNED("Access=AKEXAMPLE0000000000B"), c);
	ck_assert_str_ne(a, c);
}
END_TEST

START_TEST(nobody_is_nobody)
{
	char text[64];
	struct exchange *x = exchange_new();
	struct redactor r = redactor;

	ck_assert_ptr_null(redactor_principal(&r, x).p);
	exchange_free(x);
	ck_assert_str_eq(principal("GET /?a=b", "Accept: x", text), "");
	ck_assert_str_eq(principal("GET /", "X-Security-Token: abcdefgh", text),
	    "");
	ck_assert_str_eq(principal("GET /", "Authorization: Bearer abc", text),
	    "");
}
END_TEST

UNIT_MAIN("principal", every_kind_of_credential_has_one,
    one_key_is_one_principal_wherever_it_stands, nobody_is_nobody)
