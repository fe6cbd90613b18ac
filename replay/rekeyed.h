/*
 * rekeyed.h - exchanges whose stored key is not what it would be today.
 *
 * A key of a deletion holds the name of the rule that recognised it, so
 * a request that is read under other rules than those of the recording
 * does not come to it.  A sample of the archive is read first; only if one
 * of those has another key today is all of it read, once.  What was
 * recorded as a deletion or a follow-up stays one.
 */
#ifndef REPLAY_REKEYED_H
#define REPLAY_REKEYED_H

#include "base/base.h"
#include "deletion/deletion.h"
#include "replay/ids.h"

struct err;
struct rekeyed; /* several threads may look */
struct rules;
struct store;

#define REKEYED_SAMPLE 128 /* exchanges, spread evenly */

/*
 * Look at the exchanges up to id last.  *out is NULL if none has another
 * key; every function takes that.  Errors: those of the store.
 */
int rekeyed_open(struct rekeyed **out, struct store *store,
    const struct rules *rules, uint64_t last, struct err *err) MUST_CHECK;

void rekeyed_close(struct rekeyed *r);

/* How many exchanges have another key. */
uint64_t rekeyed_count(const struct rekeyed *r);

/* Is this exchange one of them? */
bool rekeyed_has(const struct rekeyed *r, uint64_t id);

/* Those that have this key today, ascending; NULL if there are none. */
const struct ids *rekeyed_at(const struct rekeyed *r,
    const uint8_t key[MATCH_KEY_SIZE]);

#endif
