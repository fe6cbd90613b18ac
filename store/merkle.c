#include "store/merkle.h"

#include <assert.h>

static unsigned
range_length(uint64_t size)
{
	unsigned n = 0;

	for (; size != 0; size &= size - 1)
		n++;
	return n;
}

void
merkle_join(uint8_t out[DIGEST_SIZE], const uint8_t left[DIGEST_SIZE],
    const uint8_t right[DIGEST_SIZE])
{
	uint8_t node[1 + 2 * DIGEST_SIZE] = { MERKLE_NODE };

	memcpy(node + 1, left, DIGEST_SIZE);
	memcpy(node + 1 + DIGEST_SIZE, right, DIGEST_SIZE);
	digest_of(out, (struct span){ node, sizeof(node) });
}

/* Append a perfect subtree of that many leaves. */
static void
append(struct merkle *m, const uint8_t hash[DIGEST_SIZE], uint64_t leaves)
{
	unsigned at = range_length(m->size);

	memcpy(m->range[at], hash, DIGEST_SIZE);
	/* Each trailing one of the old size is a subtree as high as ours. */
	for (uint64_t size = m->size / leaves; size & 1; size >>= 1, at--)
		merkle_join(m->range[at - 1], m->range[at - 1], m->range[at]);
	m->size += leaves;
}

void
merkle_add(struct merkle *m, const uint8_t leaf[DIGEST_SIZE])
{
	append(m, leaf, 1);
}

void
merkle_add_tile(struct merkle *m, const uint8_t tile[DIGEST_SIZE])
{
	assert(m->size % MERKLE_TILE == 0);
	append(m, tile, MERKLE_TILE);
}

/* Tiles and what is behind them have no bit of the size in common. */
void
merkle_cut(const struct merkle *m, struct merkle *tiles, struct merkle *rest)
{
	uint64_t size = m->size % MERKLE_TILE;
	unsigned all = range_length(m->size), few = range_length(size);

	*tiles = (struct merkle){ .size = m->size - size };
	*rest = (struct merkle){ .size = size };
	memcpy(tiles->range, m->range, (all - few) * (size_t)DIGEST_SIZE);
	memcpy(rest->range, m->range[all - few], few * (size_t)DIGEST_SIZE);
}

void
merkle_paste(struct merkle *m, const struct merkle *tiles,
    const struct merkle *rest)
{
	unsigned whole = range_length(tiles->size);
	unsigned few = range_length(rest->size);

	*m = (struct merkle){ .size = tiles->size + rest->size };
	memcpy(m->range, tiles->range, whole * (size_t)DIGEST_SIZE);
	memcpy(m->range[whole], rest->range, few * (size_t)DIGEST_SIZE);
}

void
merkle_root(const struct merkle *m, uint8_t root[DIGEST_SIZE])
{
	unsigned at = range_length(m->size);

	if (at == 0) {
		digest_of(root, (struct span){ 0 });
		return;
	}
	memcpy(root, m->range[--at], DIGEST_SIZE);
	while (at > 0)
		merkle_join(root, m->range[--at], root);
}

struct span
merkle_range(const struct merkle *m)
{
	return (struct span){ m->range[0],
		range_length(m->size) * (size_t)DIGEST_SIZE };
}

bool
merkle_load(struct merkle *m, uint64_t size, struct span range)
{
	if (range.len != range_length(size) * (size_t)DIGEST_SIZE)
		return false;
	*m = (struct merkle){ .size = size };
	if (range.len > 0)
		memcpy(m->range, range.p, range.len);
	return true;
}
