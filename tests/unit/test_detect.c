#include "capture/detect.h"

#include <stdio.h>

#include "tests/lib/unit.h"

struct vector {
	const char *text;
	enum detected start, resume;
};

static const struct vector vectors[] = {
	{ "DELETE /a HTTP/1.1\r\n", DETECT_REQUEST, DETECT_REQUEST },
	{ "GET / HTTP/1.0\n", DETECT_REQUEST, DETECT_REQUEST },
	{ "brew pot HTTP/1.1\r\nA: b", DETECT_REQUEST, DETECT_NOTHING },
	/* Behind a gap these are the tails of other methods. */
	{ "LETE /a HTTP/1.1\r\n", DETECT_REQUEST, DETECT_NOTHING },
	{ "T /a HTTP/1.1\r\n", DETECT_REQUEST, DETECT_NOTHING },
	{ "VERSION-CONTROL /a HTTP/1.1\r\n", DETECT_REQUEST, DETECT_REQUEST },
	{ "HTTP/1.1 204 No\r\n", DETECT_RESPONSE, DETECT_RESPONSE },
	{ "HTTP/1.1 204\r\n", DETECT_RESPONSE, DETECT_RESPONSE },
	{ "\r\nGET / HTTP/1.1\r\n", DETECT_REQUEST, DETECT_NOTHING },
	/* not whole yet */
	{ "G", DETECT_MORE, DETECT_NOTHING },
	{ "", DETECT_MORE, DETECT_NOTHING },
	{ "HTTP/1.1 20", DETECT_MORE, DETECT_NOTHING },
	{ "GET /a", DETECT_REQUEST, DETECT_NOTHING },
	/* something else */
	{ "HTTP/1.1 2000 OK\r\n", DETECT_NOTHING, DETECT_NOTHING },
	{ "HTTP/2.0 200 OK\r\n", DETECT_NOTHING, DETECT_NOTHING },
	{ "PRI * HTTP/2.0\r\n", DETECT_NOTHING, DETECT_NOTHING },
	{ "EHLO example.com\r\n", DETECT_NOTHING, DETECT_NOTHING },
	{ "SSH-2.0-OpenSSH\r\n", DETECT_NOTHING, DETECT_NOTHING },
	{ "\x16\x03\x01", DETECT_NOTHING, DETECT_NOTHING },
	{ "GET  / HTTP/1.1\n\n", DETECT_REQUEST, DETECT_REQUEST },
	{ "see HTTP/1.1", DETECT_REQUEST, DETECT_NOTHING },
	{ "GET /\x01 HTTP/1.1\r\n", DETECT_NOTHING, DETECT_NOTHING },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n", DETECT_NOTHING,
	    DETECT_NOTHING },
};

START_TEST(beginnings_are_told_apart)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];

		ck_assert_msg(detect_start(span_of_str(v->text)) == v->start,
		    "start %s", v->text);
		ck_assert_msg(detect_resume(span_of_str(v->text)) == v->resume,
		    "resume %s", v->text);
	}
}
END_TEST

START_TEST(long_target_resumes)
{
	char text[700];
	struct span s = { (uint8_t *)text, sizeof(text) };

	memset(text, 'a', sizeof(text));
	memcpy(text, "DELETE /", 8);
	ck_assert_int_eq(detect_resume(s), DETECT_REQUEST);
	memcpy(text, "DELETED/", 8);
	ck_assert_int_eq(detect_resume(s), DETECT_NOTHING);
}
END_TEST

START_TEST(requests_are_counted)
{
	static const struct {
		const char *text;
		size_t count;
	} texts[] = {
		{ "", 0 },
		{ "\n", 0 },
		{ "A: b\r\n\r\nDELETE /a HTTP/1.1\r\n\r\nGET / HTTP/1.0\n", 2 },
		{ "x\n\nPUT /a HTTP/1.1\n\n\n\nPUT /a HTTP/1.1\r\n\r", 2 },
		{ "\r\nDELETE /a HTTP/1.1\r\n", 0 },
		{ "a\r\nDELETE /a HTTP/1.1\r\n\r\n", 0 },
		{ "\r\n\r\nDELETE /a HTT", 0 },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_uint_eq(detect_count_requests(
				      span_of_str(texts[i].text)),
		    texts[i].count);
}
END_TEST

START_TEST(preambles_are_measured)
{
	static const char one[] = "PROXY TCP4 192.0.2.1 192.0.2.2 5 80\r\nGET ";
	static const uint8_t two[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x03"
				     "abcG";
	struct span all = { two, sizeof(two) - 1 };
	char line[200] = "PROXY ";

	ck_assert_uint_eq(detect_preamble(span_of_str(one)), strlen(one) - 4);
	ck_assert_uint_eq(detect_preamble(span_of_str("PROXY UNKNOWN")), 0);
	ck_assert_uint_eq(detect_preamble(span_of_str("GET / \r\n")), 0);
	ck_assert_uint_eq(detect_preamble(all), all.len - 1);
	ck_assert_uint_eq(detect_preamble(span_sub(all, 0, 19)), 19);
	ck_assert_uint_eq(detect_preamble(span_sub(all, 0, 18)), 0);
	ck_assert_uint_eq(detect_preamble(span_sub(all, 0, 15)), 0);
	memset(line + 6, 'x', 100);
	strcpy(line + 106, "\n");
	ck_assert_uint_eq(detect_preamble(span_of_str(line)), 107);
	strcpy(line + 106, "x\n");
	ck_assert_uint_eq(detect_preamble(span_of_str(line)), 0);
}
END_TEST

UNIT_MAIN("detect", beginnings_are_told_apart, long_target_resumes,
    requests_are_counted, preambles_are_measured)
