#include "replay/sorted.h"

#include <string.h>

_Static_assert(sizeof(struct sorted_key) == 24, "as pairing.h says");

void
sorted_count(struct sorted *s, const uint8_t key[MATCH_KEY_SIZE])
{
	s->fill[key[0] + 1]++;
	s->count++;
}

void
sorted_begin(struct sorted *s, struct sorted_key *at)
{
	s->at = at;
	for (int i = 1; i <= 256; i++)
		s->fill[i] += s->fill[i - 1];
}

/* Where a first byte's keys end, once all are placed, the next one's begin. */
void
sorted_place(struct sorted *s, const uint8_t key[MATCH_KEY_SIZE], uint64_t id,
    uint8_t kind)
{
	struct sorted_key *k;

	if (s->fill[key[0]] >= s->count)
		return;
	k = &s->at[s->fill[key[0]]++];
	memcpy(k->key, key, MATCH_KEY_SIZE);
	k->id = id;
	k->kind = kind;
}

static int
compare(const struct sorted_key *a, const struct sorted_key *b)
{
	int order = memcmp(a->key, b->key, MATCH_KEY_SIZE);

	return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

static void
sift_down(struct sorted_key *at, size_t root, size_t count)
{
	struct sorted_key moved = at[root];

	for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
		if (child + 1 < count &&
		    compare(&at[child], &at[child + 1]) < 0)
			child++;
		if (compare(&moved, &at[child]) >= 0)
			break;
		at[root] = at[child];
		root = child;
	}
	at[root] = moved;
}

/* A heap sort: qsort() may take as much memory again. */
static void
sort(struct sorted_key *at, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sift_down(at, i - 1, count);
	for (size_t end = count; end > 1; end--) {
		struct sorted_key largest = at[0];

		at[0] = at[end - 1];
		at[end - 1] = largest;
		sift_down(at, 0, end - 1);
	}
}

void
sorted_finish(struct sorted *s)
{
	size_t from = 0;

	for (int i = 0; i < 256; i++) {
		sort(s->at + from, s->fill[i] - from);
		from = s->fill[i];
	}
}

size_t
sorted_find(const struct sorted *s, const uint8_t key[MATCH_KEY_SIZE])
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(s->at[middle].key, key, MATCH_KEY_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
