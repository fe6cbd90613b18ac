#include "store/inclusion.h"

#include <assert.h>

/* The largest power of two below n, which is 2 at least. */
static uint64_t
split(uint64_t n)
{
	uint64_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

static void
put_step(struct inclusion *in, uint64_t from, uint64_t to)
{
	/* Found from the root down, wanted from the leaf up. */
	memmove(in->steps + 1, in->steps, in->count * sizeof(in->steps[0]));
	in->steps[0].from = from;
	in->steps[0].to = to;
	in->count++;
}

void
inclusion_start(struct inclusion *in, uint64_t index, uint64_t size)
{
	uint64_t from = 0, to = size, middle;

	assert(index < size && size <= INT64_MAX);
	*in = (struct inclusion){ .index = index, .size = size };
	while (to - from > 1) {
		middle = from + split(to - from);
		if (index < middle) {
			put_step(in, middle, to);
			to = middle;
		} else {
			put_step(in, from, middle);
			from = middle;
		}
	}
}

/* The step that at belongs to, begun if it begins there. */
static struct inclusion_step *
enter_step(struct inclusion *in, uint64_t at)
{
	struct inclusion_step *step = in->steps;

	while (at < step->from || at >= step->to)
		step++;
	if (at == step->from)
		in->run = MERKLE_INIT;
	return step;
}

static void
leave_step(struct inclusion *in, struct inclusion_step *step, uint64_t end)
{
	if (end == step->to)
		merkle_root(&in->run, step->hash);
}

void
inclusion_pass(struct inclusion *in, uint64_t at,
    const uint8_t leaf[DIGEST_SIZE])
{
	struct inclusion_step *step;

	if (at == in->index)
		return;
	step = enter_step(in, at);
	merkle_add(&in->run, leaf);
	leave_step(in, step, at + 1);
}

void
inclusion_pass_tile(struct inclusion *in, uint64_t at,
    const uint8_t tile[DIGEST_SIZE])
{
	struct inclusion_step *step = enter_step(in, at);

	merkle_add_tile(&in->run, tile);
	leave_step(in, step, at + MERKLE_TILE);
}

bool
inclusion_root(uint8_t root[DIGEST_SIZE], const uint8_t leaf[DIGEST_SIZE],
    uint64_t index, uint64_t size, struct span hashes)
{
	uint64_t last = size - 1; /* the last node of this level */

	if (index >= size || hashes.len % DIGEST_SIZE != 0)
		return false;
	memcpy(root, leaf, DIGEST_SIZE);
	for (; last > 0 && hashes.len > 0; index >>= 1, last >>= 1) {
		/* The last node of an odd number has no sibling. */
		if ((index & 1) == 0 && index == last)
			continue;
		if (index & 1)
			merkle_join(root, hashes.p, root);
		else
			merkle_join(root, root, hashes.p);
		hashes = span_sub(hashes, DIGEST_SIZE, hashes.len);
	}
	while (last > 0 && (last & 1) == 0 && index == last) {
		index >>= 1;
		last >>= 1;
	}
	return last == 0 && hashes.len == 0;
}
