#include "replay/request.h"

#include "base/buf.h"
#include "base/err.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "http/exchange.h"
#include "store/store.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static const uint8_t key[REDACT_KEY_SIZE] = "key";

static struct rules *rules;
static struct redactor *redactor;
static struct entry entry;
static struct request r;
static struct exchange *x;
static struct err err;

static void
begin(const char *request)
{
	ck_assert_int_eq(rules_open(&rules, NULL, 0, &err), 0);
	redactor = redactor_new(rules, key);
	entry.id = 1;
	entry.exchange = exchange_of_strings(request, NULL);
	ck_assert_int_eq(request_of(&r, &entry, &err), 0);
	x = exchange_new();
}

static void
end(void)
{
	exchange_free(x);
	request_release(&r);
	entry_release(&entry);
	redactor_free(redactor);
	rules_close(rules);
}

static void
record(enum request_form form)
{
	ck_assert_int_eq(request_record(&r, redactor, form, x, &err), 0);
}

static bool
head_has(const char *text)
{
	struct span s = span_of_str(text);

	return memmem(x->request->head.p, x->request->head.len, s.p, s.len) !=
	    NULL;
}

static void
head_is(const char *expected)
{
	ck_assert_uint_eq(x->request->head.len, strlen(expected));
	ck_assert_mem_eq(x->request->head.p, expected, strlen(expected));
}

#define SECRET(s) ((struct value){ .bytes = span_of_str(s), .secret = true })

START_TEST(what_is_open_is_recorded_as_it_is)
{
	static const char request[] = "DELETE /a?b=1 HTTP/1.1\r\nHost: h\r\n"
				      "X:  1 \r\n\r\n";

	begin(request);
	record(REQUEST_WIRE);
	head_is(request);
	ck_assert(span_eq_str(x->request->parsed.target, "/a?b=1"));
	ck_assert(x->request->complete);
	end();
}
END_TEST

/* SHA-256 of "abc" is in FIPS 180-2, appendix B.1. */
START_TEST(the_body_has_its_digest)
{
	static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf };

	begin("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
	record(REQUEST_WIRE);
	ck_assert(x->request->has_digest);
	ck_assert_mem_eq(x->request->body_sha256, abc, sizeof(abc));
	ck_assert(span_eq_str(x->request->body, "abc"));
	end();
}
END_TEST

/* No rule knows this name, so it is the value that says so. */
START_TEST(a_secret_field_is_masked_in_its_length)
{
	begin("DELETE /a HTTP/1.1\r\nHost: h\r\nX-Own: old\r\n\r\n");
	ck_assert_int_eq(request_set_header(&r, "X-Own",
			     SECRET("open-sesame-1234"), &err),
	    0);
	record(REQUEST_WIRE);
	ck_assert(!head_has("open-sesame"));
	ck_assert_uint_eq(x->request->head.len,
	    strlen("DELETE /a HTTP/1.1\r\nHost: h\r\n"
		   "X-Own: open-sesame-1234\r\n\r\n"));
	ck_assert(head_has("X-Own: "));
	end();
}
END_TEST

START_TEST(a_secret_of_the_query_is_masked)
{
	begin("DELETE /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n");
	ck_assert_int_eq(request_add_query(&r, "own",
			     SECRET("open sesame/1234"), &err),
	    0);
	record(REQUEST_WIRE);
	ck_assert(head_has("/a?b=1&own="));
	ck_assert(!head_has("sesame"));
	end();
}
END_TEST

START_TEST(the_same_secret_has_the_same_mask)
{
	struct span first;
	struct exchange *other;

	begin("DELETE /a HTTP/1.1\r\nHost: h\r\nX-Own: old\r\n\r\n");
	ck_assert_int_eq(request_set_header(&r, "X-Own", SECRET("sesame-1234"),
			     &err),
	    0);
	record(REQUEST_WIRE);
	other = x;
	first = other->request->head;
	x = exchange_new();
	record(REQUEST_WIRE);
	ck_assert(span_eq(x->request->head, first));
	exchange_free(other);
	end();
}
END_TEST

/* What is shown in its place is recorded only where it is to be shown. */
START_TEST(what_is_shown_stands_in_the_place_of_what_is_sent)
{
	struct value value = {
		.bytes = span_of_str("20261126T000000Z"),
		.shown = span_of_str("<time>"),
	};

	begin("DELETE /a HTTP/1.1\r\nHost: h\r\nX-Date: old\r\n\r\n");
	ck_assert_int_eq(request_set_header(&r, "X-Date", value, &err), 0);
	record(REQUEST_SHOWN);
	ck_assert(head_has("X-Date: <time>\r\n"));
	record(REQUEST_WIRE);
	ck_assert(head_has("X-Date: 20261126T000000Z\r\n"));
	end();
}
END_TEST

START_TEST(bytes_are_taken_as_they_are)
{
	static const char head[] = "DELETE /a HTTP/1.1\r\nHost: h\r\n"
				   "Content-Length: 3\r\n\r\n";

	x = exchange_new();
	ck_assert_int_eq(request_record_bytes(span_of_str(head),
			     span_of_str("abc"), x, &err),
	    0);
	head_is(head);
	ck_assert(span_eq_str(x->request->body, "abc"));
	exchange_free(x);
}
END_TEST

START_TEST(bytes_that_are_no_request_are_refused)
{
	x = exchange_new();
	ck_assert_int_eq(request_record_bytes(span_of_str("no request\r\n\r\n"),
			     span_of_str(""), x, &err),
	    -1);
	ck_assert_ptr_null(x->request);
	exchange_free(x);
}
END_TEST

UNIT_MAIN("request_record", what_is_open_is_recorded_as_it_is,
    the_body_has_its_digest, a_secret_field_is_masked_in_its_length,
    a_secret_of_the_query_is_masked, the_same_secret_has_the_same_mask,
    what_is_shown_stands_in_the_place_of_what_is_sent,
    bytes_are_taken_as_they_are, bytes_that_are_no_request_are_refused)
