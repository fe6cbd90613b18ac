#include "http/digest.h"

#include <stdio.h>

#include "base/base.h"
#include "tests/lib/unit.h"

static void
check(const uint8_t digest[DIGEST_SIZE], const char *hex)
{
	char text[2 * DIGEST_SIZE + 1];

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	ck_assert_str_eq(text, hex);
}

/* FIPS 180-4's examples. */
START_TEST(digests_are_sha256)
{
	uint8_t out[DIGEST_SIZE];
	struct digest *d = digest_new();

	digest_of(out, span_of_str("abc"));
	check(out,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	digest_of(out, (struct span){ 0 });
	check(out,
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	for (int i = 0; i < 2; i++) {
		digest_add(d, span_of_str("a"));
		digest_add(d, (struct span){ 0 });
		digest_add(d, span_of_str("bc"));
		digest_finish(d, out);
		check(out,
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad");
	}
	digest_free(d);
}
END_TEST

/* What was left half done is not in the next, nor in one beside it. */
START_TEST(digests_begin_afresh)
{
	uint8_t out[DIGEST_SIZE];
	struct digest *d = digest_new(), *other = digest_new();

	digest_add(d, span_of_str("half"));
	digest_add(other, span_of_str("a"));
	digest_free(d);
	d = digest_new();
	digest_add(other, span_of_str("bc"));
	digest_of(out, span_of_str("x"));
	digest_add(d, span_of_str("abc"));
	for (int i = 0; i < 2; i++) {
		digest_finish(i == 0 ? d : other, out);
		check(out,
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad");
	}
	digest_free(d);
	digest_free(other);
}
END_TEST

/* However it is cut, around the size of what is gathered. */
START_TEST(cuts_do_not_matter)
{
	static uint8_t data[3000];
	uint8_t whole[DIGEST_SIZE], parts[DIGEST_SIZE];
	struct digest *d = digest_new();

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	digest_of(whole, (struct span){ data, sizeof(data) });
	for (size_t step = 1; step < sizeof(data);
	     step += step < 600 ? 1 : 97) {
		struct span rest = { data, sizeof(data) };

		for (; rest.len > 0; rest = span_sub(rest, step, rest.len))
			digest_add(d, span_sub(rest, 0, step));
		digest_finish(d, parts);
		ck_assert_mem_eq(whole, parts, DIGEST_SIZE);
	}
	digest_free(d);
}
END_TEST

/* RFC 4231, test cases 1, 2 and 6. */
START_TEST(keyed_digests_are_hmac_sha256)
{
	uint8_t out[DIGEST_SIZE], key[131];

	memset(key, 0x0b, 20);
	digest_hmac(out, (struct span){ key, 20 }, span_of_str("Hi There"));
	check(out,
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7");
	digest_hmac(out, span_of_str("Jefe"),
	    span_of_str("what do ya want for nothing?"));
	check(out,
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	digest_hmac(out, (struct span){ key, sizeof(key) },
	    span_of_str(
		"Test Using Larger Than Block-Size Key - Hash Key First"));
	check(out,
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}
END_TEST

UNIT_MAIN("digest", digests_are_sha256, digests_begin_afresh,
    cuts_do_not_matter, keyed_digests_are_hmac_sha256)
