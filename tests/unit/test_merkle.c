#include "store/merkle.h"

#include <stdio.h>

#include "tests/lib/unit.h"

/*
 * Leaf i is SHA-256(0x00 || i as one byte).  The roots were computed with
 * Python's hashlib by the recursive definition of RFC 9162, section 2.1.1.
 */
static const struct {
	unsigned size;
	const char *root;
} roots[] = {
	{ 0,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85"
	    "5" },
	{ 1,
	    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc"
	    "7" },
	{ 2,
	    "a20bf9a7cc2dc8a08f5f415a71b19f6ac427bab54d24eec868b5d3103449953"
	    "a" },
	{ 3,
	    "3b6cccd7e3e023ff393006f030315ee7ad9eb111b022b41fba7e5b7a3973f68"
	    "8" },
	{ 4,
	    "9bcd51240af4005168f033121ba85be5a6ed4f0e6a5fac262066729b8fbfdec"
	    "b" },
	{ 5,
	    "b855b42d6c30f5b087e05266783fbd6e394f7b926013ccaa67700a8b0c5a596"
	    "f" },
	{ 6,
	    "bb36e7d3d4cee5720cbd323d02fab15962e2ba1dadf5f8fc6eeef4fd6ad056a"
	    "8" },
	{ 7,
	    "3560191803028444b232018ac047fdb561c09c23a7a6876c85e08b5e4d48e9f"
	    "3" },
	{ 8,
	    "ef7f49b620f6c7ea9b963a214da34b5021c6ded8ed57734380a311ab726aa90"
	    "7" },
	{ 9,
	    "162a21c2230e0284ea38cb8739ee4bb75947a1acd5d529c638ec068969fb3c4"
	    "a" },
	{ 13,
	    "df5ee130e5a247600d190c31074458de3c0dc58f0b0d8a6a2b3dd4fd7e56950"
	    "1" },
	{ 64,
	    "4433a69f32158463382405ec957c31b8bc89a1f08964b920f6cf53dc13098cb"
	    "3" },
	{ 100,
	    "9eccc8f11ab3ecd41cbf41f5045df576dcedc60f44d4a3de5f40b7d4f7e9d7e"
	    "3" },
	{ 255,
	    "109456304c2c861619b325bb795c95ed9afc6c27bef892d86f2d88356e9f5bc"
	    "d" },
};

static void
leaf_of(uint8_t leaf[DIGEST_SIZE], unsigned i)
{
	const uint8_t data[] = { MERKLE_LEAF, (uint8_t)i };

	digest_of(leaf, (struct span){ data, sizeof(data) });
}

static void
grow(struct merkle *m, unsigned size)
{
	uint8_t leaf[DIGEST_SIZE];

	while (m->size < size) {
		leaf_of(leaf, (unsigned)m->size);
		merkle_add(m, leaf);
	}
}

static void
check_root(const struct merkle *m, const char *expected)
{
	uint8_t root[DIGEST_SIZE];
	char text[2 * DIGEST_SIZE + 1];

	merkle_root(m, root);
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", root[i]);
	ck_assert_str_eq(text, expected);
}

START_TEST(roots_are_those_of_the_rfc)
{
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		struct merkle m = MERKLE_INIT;

		grow(&m, roots[i].size);
		check_root(&m, roots[i].root);
	}
}
END_TEST

START_TEST(a_stored_range_goes_on)
{
	for (unsigned at = 0; at <= 255; at++) {
		struct merkle before = MERKLE_INIT, m;

		grow(&before, at);
		ck_assert(merkle_load(&m, at, merkle_range(&before)));
		grow(&m, 255);
		check_root(&m, roots[ARRAY_LEN(roots) - 1].root);
	}
}
END_TEST

START_TEST(a_range_of_another_size_is_refused)
{
	struct merkle m = MERKLE_INIT, out;

	grow(&m, 5);
	ck_assert(!merkle_load(&out, 7, merkle_range(&m)));
	ck_assert(!merkle_load(&out, 4, merkle_range(&m)));
	ck_assert(!merkle_load(&out, 0, merkle_range(&m)));
}
END_TEST

/* Tiles and what is behind them, apart and together again. */
START_TEST(a_tree_can_be_cut_at_its_tiles)
{
	struct merkle m = MERKLE_INIT, tiles, rest, whole;

	for (unsigned size = 0; size < 4 * MERKLE_TILE; size += 13) {
		uint8_t root[DIGEST_SIZE], again[DIGEST_SIZE];

		grow(&m, size);
		merkle_cut(&m, &tiles, &rest);
		ck_assert_uint_eq(tiles.size % MERKLE_TILE, 0);
		ck_assert_uint_lt(rest.size, MERKLE_TILE);
		merkle_paste(&whole, &tiles, &rest);
		ck_assert_uint_eq(whole.size, m.size);
		merkle_root(&m, root);
		merkle_root(&whole, again);
		ck_assert_mem_eq(root, again, DIGEST_SIZE);
		ck_assert(span_eq(merkle_range(&m), merkle_range(&whole)));
	}
}
END_TEST

UNIT_MAIN("merkle", roots_are_those_of_the_rfc, a_stored_range_goes_on,
    a_range_of_another_size_is_refused, a_tree_can_be_cut_at_its_tiles)
