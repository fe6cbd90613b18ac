#include "store/train.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "tests/lib/unit.h"

#define SHARED "Content-Type: application/json; charset=utf-8\r\nX-Request-Id: "

/* Samples that have one line in common and else nothing. */
static void
make_samples(struct buf *out, unsigned count)
{
	unsigned state = 1;
	char noise[200];
	struct err err;

	for (unsigned n = 0; n < count; n++) {
		for (size_t i = 0; i < sizeof(noise); i++) {
			state = state * 1103515245u + 12345;
			noise[i] = (char)(state >> 16);
		}
		ck_assert_int_eq(buf_add(out, span_of_str(SHARED), &err), 0);
		ck_assert_int_eq(buf_add(out,
				     (struct span){ (uint8_t *)noise,
					 sizeof(noise) },
				     &err),
		    0);
	}
}

START_TEST(what_samples_share_is_kept)
{
	struct buf samples = BUF_INIT(1 << 20), out = BUF_INIT(1024);
	struct span piece = span_sub(span_of_str(SHARED), 10, 20);
	bool found = false;

	make_samples(&samples, 100);
	train(&out, buf_span(&samples));
	for (size_t at = 0; at < out.len; at++)
		found = found ||
		    span_has_prefix(span_sub(buf_span(&out), at, out.len),
			piece);
	ck_assert(found);
	/* The noise is in no two samples, so it leaves room. */
	ck_assert_uint_lt(out.len, 512);
	buf_release(&samples);
	buf_release(&out);
}
END_TEST

START_TEST(the_same_samples_give_the_same_dictionary)
{
	struct buf samples = BUF_INIT(1 << 20);
	struct buf one = BUF_INIT(TRAIN_DICTIONARY);
	struct buf two = BUF_INIT(TRAIN_DICTIONARY);

	make_samples(&samples, 500);
	train(&one, buf_span(&samples));
	train(&two, buf_span(&samples));
	ck_assert(span_eq(buf_span(&one), buf_span(&two)));
	buf_release(&samples);
	buf_release(&one);
	buf_release(&two);
}
END_TEST

START_TEST(little_to_learn_from_is_no_dictionary)
{
	static const char *const samples[] = { "", "a", "12345678",
		"all of it is in here only once, so it is worth nothing" };

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		for (size_t limit = 0; limit < 100; limit += 33) {
			struct buf out = BUF_INIT(limit);

			train(&out, span_of_str(samples[i]));
			ck_assert_uint_eq(out.len, 0);
			buf_release(&out);
		}
}
END_TEST

UNIT_MAIN("train", what_samples_share_is_kept,
    the_same_samples_give_the_same_dictionary,
    little_to_learn_from_is_no_dictionary)
