#include "store/inclusion.h"

#include "tests/lib/unit.h"

/* As in test_merkle.c: leaf i is SHA-256(0x00 || i as one byte). */
static void
leaf_of(uint8_t leaf[DIGEST_SIZE], uint64_t i)
{
	const uint8_t data[] = { MERKLE_LEAF, (uint8_t)i };

	digest_of(leaf, (struct span){ data, sizeof(data) });
}

/* The root of leaves from to to by the definition, RFC 9162, 2.1.1. */
static void
root_of(uint8_t root[DIGEST_SIZE], uint64_t from, uint64_t to)
{
	uint8_t right[DIGEST_SIZE];
	uint64_t k = 1;

	if (to - from == 1) {
		leaf_of(root, from);
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	root_of(root, from, from + k);
	root_of(right, from + k, to);
	merkle_join(root, root, right);
}

static struct span
make_path(struct inclusion *in, uint64_t index, uint64_t size, uint8_t *hashes)
{
	uint8_t leaf[DIGEST_SIZE];

	inclusion_start(in, index, size);
	for (uint64_t at = 0; at < size; at++) {
		leaf_of(leaf, at);
		inclusion_pass(in, at, leaf);
	}
	for (size_t i = 0; i < in->count; i++)
		memcpy(hashes + i * DIGEST_SIZE, in->steps[i].hash,
		    DIGEST_SIZE);
	return (struct span){ hashes, in->count * DIGEST_SIZE };
}

static bool
leads_to(const uint8_t want[DIGEST_SIZE], uint64_t leaf_index, uint64_t index,
    uint64_t size, struct span hashes)
{
	uint8_t leaf[DIGEST_SIZE], root[DIGEST_SIZE];

	leaf_of(leaf, leaf_index);
	return inclusion_root(root, leaf, index, size, hashes) &&
	    memcmp(root, want, DIGEST_SIZE) == 0;
}

START_TEST(every_leaf_of_small_trees_is_proven)
{
	uint8_t hashes[INCLUSION_MAX * DIGEST_SIZE], root[DIGEST_SIZE];
	struct inclusion in;

	for (uint64_t size = 1; size <= 40; size++) {
		root_of(root, 0, size);
		for (uint64_t i = 0; i < size; i++) {
			struct span path = make_path(&in, i, size, hashes);

			ck_assert(leads_to(root, i, i, size, path));
		}
	}
}
END_TEST

/*
 * The path of leaf 3 of 7 in the figure of RFC 9162, section 2.1.5: the
 * leaf c, the node g over leaves 0 and 1, the node l over leaves 4 to 6.
 */
START_TEST(the_example_of_the_rfc)
{
	uint8_t hashes[INCLUSION_MAX * DIGEST_SIZE], want[DIGEST_SIZE];
	struct inclusion in;

	make_path(&in, 3, 7, hashes);
	ck_assert_uint_eq(in.count, 3);
	root_of(want, 2, 3);
	ck_assert_mem_eq(hashes, want, DIGEST_SIZE);
	root_of(want, 0, 2);
	ck_assert_mem_eq(hashes + DIGEST_SIZE, want, DIGEST_SIZE);
	root_of(want, 4, 7);
	ck_assert_mem_eq(hashes + 2 * DIGEST_SIZE, want, DIGEST_SIZE);
}
END_TEST

static void
check_nothing_else(uint64_t i, uint64_t size)
{
	uint8_t hashes[INCLUSION_MAX * DIGEST_SIZE + DIGEST_SIZE] = { 0 };
	uint8_t root[DIGEST_SIZE];
	struct inclusion in;
	struct span path = make_path(&in, i, size, hashes), longer = path;

	root_of(root, 0, size);
	longer.len += DIGEST_SIZE;
	ck_assert(!leads_to(root, i, i, size, longer));
	ck_assert(!leads_to(root, (i + 1) % 256, i, size, path));
	ck_assert(!leads_to(root, i, i, i, path));
	for (uint64_t other = 0; other < size + 2; other++)
		ck_assert(other == i || !leads_to(root, i, other, size, path));
	if (path.len == 0)
		return;
	ck_assert(!leads_to(root, i, i, size,
	    span_sub(path, 0, path.len - DIGEST_SIZE)));
	ck_assert(!leads_to(root, i, i, size, span_sub(path, 0, path.len - 1)));
	hashes[path.len / 2] ^= 1;
	ck_assert(!leads_to(root, i, i, size, path));
}

START_TEST(nothing_else_is)
{
	for (uint64_t size = 1; size <= 20; size++)
		for (uint64_t i = 0; i < size; i++)
			check_nothing_else(i, size);
}
END_TEST

UNIT_MAIN("inclusion", every_leaf_of_small_trees_is_proven,
    the_example_of_the_rfc, nothing_else_is)
