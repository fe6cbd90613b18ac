/*
 * hash.h - numbers for tables in memory; never written anywhere.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <string.h>

#include "base/span.h"

static inline uint64_t
hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Eight bytes at a time. */
static inline uint64_t
hash_bytes(uint64_t seed, struct span s)
{
	uint64_t hash = seed ^ s.len, word;

	for (; s.len >= sizeof(word); s = span_sub(s, sizeof(word), s.len)) {
		memcpy(&word, s.p, sizeof(word));
		hash = hash_word(hash, word);
	}
	if (s.len == 0)
		return hash;
	word = 0;
	memcpy(&word, s.p, s.len);
	return hash_word(hash, word);
}

#endif
