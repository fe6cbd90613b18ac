/*
 * token.h - packed messages taken apart: what varies, and what stands
 * between.
 *
 * Each number in front of the texts is a token.  In the texts a token is a
 * run of letters, digits, '-' and '_' that is as long as it can be, or an
 * HTTP-date of 29 bytes.  Two messages with the same bytes between as many
 * tokens are of the same form.
 */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

#define TOKENS_MAX 512

struct tokens {
	struct span bytes;
	size_t numbers; /* the first of them are numbers */
	size_t count;
	uint64_t form; /* a digest of what they have to have in common */
	struct token {
		uint32_t at, len;
	} list[TOKENS_MAX];
};

/*
 * Take bytes apart, of which the first numbers are numbers.  False if there
 * are too many tokens, or the numbers do not end there.
 */
bool tokens_scan(struct tokens *t, struct span bytes, size_t numbers);

/* How long the token is that begins there in the texts; 0: none does. */
size_t token_length(struct span bytes, size_t at);

static inline struct span
token_at(const struct tokens *t, size_t i)
{
	return span_sub(t->bytes, t->list[i].at, t->list[i].len);
}

/*
 * The bytes behind token i and before the next; behind the last, to the
 * end.  Before the first with i SIZE_MAX.
 */
struct span token_gap(const struct tokens *t, size_t i);

#endif
