/*
 * pairing.h - which exchange of one archive is which of another.
 *
 * Exchanges are paired by their match key (key.h), and within a key in the
 * order in which they stand.  Ids say nothing.
 *
 * A replay went to another host than its recording, and some rules look at
 * the host.  So what is left over in B is read again as if it had been sent
 * to each host that A has for its path, and paired by that key.
 *
 * Memory is 32 bytes for each exchange of either archive, in a spool.
 */
#ifndef REPLAY_PAIRING_H
#define REPLAY_PAIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"

struct err;
struct pairing;
struct rules;
struct store;

#define PAIRING_MAX ((uint64_t)1 << 32) /* exchanges in one archive */

/* Which exchanges take part. */
struct pairing_options {
	bool no_others;   /* only deletions and their follow-ups */
	bool last_follow; /* of the follow-ups of a key, the last one */
};

/*
 * Pair what both archives hold now.  They must outlive the pairing.
 * Errors: those of the store, ERR_CORRUPT if exchanges are missing,
 * ERR_LIMIT above PAIRING_MAX, ERR_SYSTEM.
 */
int pairing_open(struct pairing **out, struct store *a, struct store *b,
    const struct rules *rules, const struct pairing_options *options,
    struct err *err) MUST_CHECK;

/* NULL is allowed. */
void pairing_close(struct pairing *p);

enum { PAIRING_A, PAIRING_B };

/* How many exchanges a side has: their ids are 1 to this one. */
uint64_t pairing_count(const struct pairing *p, int side);

#define PAIRING_NONE ((uint64_t)0) /* only this side has it */
#define PAIRING_OUT  UINT64_MAX    /* it takes no part */

/* The other side's id of exchange id of this side, or one of the above. */
uint64_t pairing_partner(const struct pairing *p, int side, uint64_t id);

/* Was the pair of this id of B found by reading it as if sent to A's host? */
bool pairing_is_moved(const struct pairing *p, uint64_t id);

#endif
