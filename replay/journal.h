/*
 * journal.h - a line of JSON for every request that was served.
 *
 * Of a request that was answered it tells what the archive holds, masked;
 * of one that was not, its method and path.  Never a field, never the
 * value of a query.
 */
#ifndef REPLAY_JOURNAL_H
#define REPLAY_JOURNAL_H

#include <stdint.h>
#include <stdio.h>

#include "base/span.h"

struct journal; /* several threads may write to one */

struct journal *journal_new(FILE *to);

/* NULL is allowed.  The stream stays open. */
void journal_free(struct journal *j);

struct journal_entry {
	struct span session; /* absent or empty: none was named */
	struct span method;  /* absent if the request was not read so far */
	struct span path;
	int status;         /* sent; 0: closed without an answer */
	uint64_t id;        /* of the exchange served; 0: none */
	const char *reason; /* why there was none; NULL: there was one */
};

/* NULL for j is allowed and does nothing. */
void journal_write(struct journal *j, const struct journal_entry *e);

#endif
