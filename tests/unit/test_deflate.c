#include "store/deflate.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "tests/lib/unit.h"

#define DICTIONARY "DELETE /v3/pools/ HTTP/1.1\r\nHost: elb.example.com\r\n"
#define CONTEXT    "2f1c9a5e-7b60-4d0c-8a3e-55f7b1a2c3d4"
#define MESSAGE                                                                \
	"DELETE /v3/pools/" CONTEXT " HTTP/1.1\r\nHost: elb.example.com\r\n"

static struct span
text(const char *s)
{
	return s != NULL ? span_of_str(s) : (struct span){ 0 };
}

/* Compress and decompress; the length in between is returned. */
static size_t
round_trip(struct span dictionary, struct span context, struct span in,
    int window)
{
	struct deflater *d = deflater_new(dictionary, window);
	struct inflater *i = inflater_new(window);
	struct buf out = BUF_INIT(1 << 20);
	uint8_t *back = malloc(in.len + 1);
	struct err err;
	size_t len;

	/* Twice, for what is primed must stay as it is. */
	ck_assert_int_eq(deflater_run(d, context, in, &out, &err), 0);
	buf_reset(&out);
	ck_assert_int_eq(deflater_run(d, context, in, &out, &err), 0);
	for (int n = 0; n < 2; n++) {
		ck_assert_int_eq(inflater_run(i, dictionary, context,
				     buf_span(&out), back, in.len, &err),
		    0);
		ck_assert(span_eq(in, (struct span){ back, in.len }));
	}
	len = out.len;
	buf_release(&out);
	free(back);
	inflater_free(i);
	deflater_free(d);
	return len;
}

START_TEST(what_goes_in_comes_out)
{
	static const char *const texts[] = { "", "a", MESSAGE };
	static const char *const fronts[] = { NULL, "", "a", CONTEXT,
		DICTIONARY };

	for (size_t t = 0; t < ARRAY_LEN(texts); t++)
		for (size_t d = 0; d < ARRAY_LEN(fronts); d++)
			for (size_t c = 0; c < ARRAY_LEN(fronts); c++)
				round_trip(text(fronts[d]), text(fronts[c]),
				    text(texts[t]), DEFLATE_SMALL);
}
END_TEST

START_TEST(long_input_and_both_windows)
{
	static uint8_t bytes[300000];
	struct span in = { bytes, sizeof(bytes) };

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 7 ^ i);
	round_trip(text(DICTIONARY), text(CONTEXT), in, DEFLATE_SMALL);
	round_trip(in, text(CONTEXT), in, DEFLATE_SMALL);
	round_trip(text(NULL), text(NULL), in, DEFLATE_LARGE);
}
END_TEST

START_TEST(what_stands_in_front_is_not_stored_again)
{
	size_t plain =
	    round_trip(text(NULL), text(NULL), text(MESSAGE), DEFLATE_SMALL);
	size_t with_dictionary = round_trip(text(DICTIONARY), text(NULL),
	    text(MESSAGE), DEFLATE_SMALL);
	size_t with_both = round_trip(text(DICTIONARY), text(CONTEXT),
	    text(MESSAGE), DEFLATE_SMALL);

	ck_assert_uint_lt(with_dictionary + 20, plain);
	ck_assert_uint_lt(with_both, 16);
}
END_TEST

/* A stream, and what makes it a wrong one. */
static int
inflate_wrong(struct span dictionary, struct span in, size_t len)
{
	struct inflater *i = inflater_new(DEFLATE_SMALL);
	uint8_t out[256];
	struct err err = { 0 };
	int rc = inflater_run(i, dictionary, text(NULL), in, out, len, &err);

	if (rc < 0)
		ck_assert_int_eq(err.code, ERR_CORRUPT);
	inflater_free(i);
	return rc;
}

START_TEST(damage_is_an_error)
{
	struct deflater *d = deflater_new(text(DICTIONARY), DEFLATE_SMALL);
	struct buf out = BUF_INIT(1000);
	struct err err;
	size_t len = strlen(MESSAGE);
	struct span all;

	ck_assert_int_eq(deflater_run(d, text(NULL), text(MESSAGE), &out, &err),
	    0);
	all = buf_span(&out);
	ck_assert_int_eq(inflate_wrong(text(DICTIONARY), all, len), 0);
	ck_assert_int_eq(inflate_wrong(text(DICTIONARY), all, len - 1), -1);
	ck_assert_int_eq(inflate_wrong(text(DICTIONARY), all, len + 1), -1);
	ck_assert_int_eq(inflate_wrong(text(NULL), all, len), -1);
	for (size_t cut = 0; cut < all.len; cut++)
		ck_assert_int_eq(inflate_wrong(text(DICTIONARY),
				     span_sub(all, 0, cut), len),
		    -1);
	ck_assert_int_eq(buf_add(&out, text("x"), &err), 0);
	ck_assert_int_eq(inflate_wrong(text(DICTIONARY), buf_span(&out), len),
	    -1);
	buf_release(&out);
	deflater_free(d);
}
END_TEST

START_TEST(more_than_the_buffer_may_hold_is_a_limit)
{
	struct deflater *d = deflater_new(text(NULL), DEFLATE_SMALL);
	struct buf out = BUF_INIT(4);
	struct err err;

	ck_assert_int_eq(deflater_run(d, text(NULL), text(MESSAGE), &out, &err),
	    -1);
	ck_assert_int_eq(err.code, ERR_LIMIT);
	buf_release(&out);
	deflater_free(d);
}
END_TEST

UNIT_MAIN("deflate", what_goes_in_comes_out, long_input_and_both_windows,
    what_stands_in_front_is_not_stored_again, damage_is_an_error,
    more_than_the_buffer_may_hold_is_a_limit)
