#include "store/sign.h"

#include <stdio.h>

#include "base/err.h"
#include "tests/lib/unit.h"

/* RFC 8032, section 7.1. */
static const struct {
	const char *seed, *public, *text, *signature;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
	    "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
	    "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
	    "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static size_t
unhex(uint8_t *out, const char *text)
{
	size_t len = strlen(text) / 2;
	unsigned byte;

	for (size_t i = 0; i < len; i++) {
		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
	}
	return len;
}

START_TEST(the_vectors_of_the_rfc)
{
	uint8_t seed[32], public[32], expected[64], text[8], signature[64];

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct span s = { text, unhex(text, vectors[i].text) };
		struct err err;

		unhex(seed, vectors[i].seed);
		unhex(expected, vectors[i].public);
		ck_assert_int_eq(sign_public(public, seed, &err), 0);
		ck_assert_mem_eq(public, expected, 32);
		unhex(expected, vectors[i].signature);
		ck_assert_int_eq(sign_make(signature, seed, s, &err), 0);
		ck_assert_mem_eq(signature, expected, 64);
		ck_assert(
		    sign_is_good((struct span){ signature, 64 }, public, s));
	}
}
END_TEST

START_TEST(no_other_bit_is_good)
{
	uint8_t seed[32], public[32], signature[64], text[] = "text";
	struct span s = { text, 4 };
	struct err err;

	ck_assert_int_eq(sign_new_seed(seed, &err), 0);
	ck_assert_int_eq(sign_public(public, seed, &err), 0);
	ck_assert_int_eq(sign_make(signature, seed, s, &err), 0);
	for (size_t i = 0; i < 64; i++) {
		signature[i] ^= 1;
		ck_assert(
		    !sign_is_good((struct span){ signature, 64 }, public, s));
		signature[i] ^= 1;
	}
	ck_assert(!sign_is_good((struct span){ signature, 63 }, public, s));
	text[0] ^= 1;
	ck_assert(!sign_is_good((struct span){ signature, 64 }, public, s));
	text[0] ^= 1;
	ck_assert(sign_is_good((struct span){ signature, 64 }, public, s));
	public[5] ^= 1;
	ck_assert(!sign_is_good((struct span){ signature, 64 }, public, s));
}
END_TEST

START_TEST(seeds_differ)
{
	uint8_t one[32], other[32];
	struct err err;

	ck_assert_int_eq(sign_new_seed(one, &err), 0);
	ck_assert_int_eq(sign_new_seed(other, &err), 0);
	ck_assert_mem_ne(one, other, 32);
}
END_TEST

UNIT_MAIN("sign", the_vectors_of_the_rfc, no_other_bit_is_good, seeds_differ)
