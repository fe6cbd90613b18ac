#include "deletion/mask.h"

#include "base/base.h"
#include "tests/lib/unit.h"

static const uint8_t key[MASK_KEY_SIZE] = "a key of a test, 32 bytes long..";
static const uint8_t other_key[MASK_KEY_SIZE] = "another key";

static struct text
write(const char *secret, uint8_t *place, size_t len)
{
	struct text t = { place, len };

	memset(place, '?', len);
	mask_write(key, span_of_str(secret), t);
	return t;
}

START_TEST(masks_have_every_length)
{
	uint8_t place[80];

	for (size_t len = 1; len < sizeof(place); len++) {
		struct text t = write("hunter2", place, len);

		ck_assert(mask_is(text_span(t)));
		for (size_t i = 0; i < len; i++)
			ck_assert_ptr_nonnull(
			    strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-_",
				place[i]));
		ck_assert_int_eq(memcmp(place, "ob_", 3) == 0, len >= MASK_MIN);
	}
}
END_TEST

START_TEST(masks_are_not_masked_again)
{
	uint8_t place[40], before[40];

	for (size_t len = 1; len < sizeof(place); len++) {
		struct text t = write("hunter2", place, len);

		memcpy(before, place, len);
		mask_write(other_key, text_span(t), t);
		ck_assert_int_eq(memcmp(before, place, len), 0);
	}
}
END_TEST

START_TEST(what_only_resembles_a_mask_is_none)
{
	uint8_t place[40];
	static const char *const cases[] = { "", "a", "ob_", "ob_abcdefghijkl",
		"ob_hunter2hunter2hunter2hunter2", "hunter2hunter2" };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert(!mask_is(span_of_str(cases[i])));
	for (size_t i = 0; i < sizeof(place); i++) {
		struct text t = write("hunter2", place, sizeof(place));

		place[i] ^= 1;
		ck_assert_msg(!mask_is(text_span(t)), "byte %zu", i);
	}
}
END_TEST

START_TEST(same_secret_same_fingerprint_at_any_length)
{
	uint8_t a[19], b[64], c[64];
	struct span fa = mask_fingerprint(text_span(write("AK1", a, 19)));
	struct span fb = mask_fingerprint(text_span(write("AK1", b, 64)));
	struct span fc = mask_fingerprint(text_span(write("AK2", c, 64)));

	ck_assert_uint_eq(fa.len, MASK_FINGERPRINT);
	ck_assert(span_eq(fa, fb));
	ck_assert(!span_eq(fa, fc));
	mask_write(other_key, span_of_str("AK1"), (struct text){ c, 0 });
	memset(c, '?', sizeof(c));
	mask_write(other_key, span_of_str("AK1"), (struct text){ c, 64 });
	ck_assert(
	    !span_eq(fa, mask_fingerprint((struct span){ c, sizeof(c) })));
}
END_TEST

START_TEST(masks_are_found_inside_text)
{
	uint8_t text[64];

	memset(text, 'x', sizeof(text));
	mask_write(key, span_of_str("s"), (struct text){ text + 7, 25 });
	ck_assert(mask_inside((struct span){ text, sizeof(text) }));
	ck_assert_uint_eq(mask_length((struct span){ text + 7, 57 }), 25);
	ck_assert(!mask_inside((struct span){ text, 20 }));
	ck_assert(!mask_inside(span_of_str("ob_ob_ob_ob_ob_ob_ob_ob_ob_")));
	ck_assert(!mask_inside((struct span){ 0 }));
}
END_TEST

UNIT_MAIN("mask", masks_have_every_length, masks_are_not_masked_again,
    what_only_resembles_a_mask_is_none,
    same_secret_same_fingerprint_at_any_length, masks_are_found_inside_text)
