/*
 * fitness.h - can a request be sent again, and what should be known first?
 */
#ifndef REPLAY_FITNESS_H
#define REPLAY_FITNESS_H

#include "replay/plan.h"

struct rules;

/* May the recorded request be sent at all? */
enum omission fitness_of_source(const struct entry *e);

/*
 * Are the bytes of m one request and nothing else, as a server reads them?
 * Two for one, or half of one, would mean something else on the wire.
 */
bool fitness_is_one(const struct message *m);

/*
 * Does it only read?  Whatever is not known to is destructive: what the rules
 * read as a deletion now, or what was recorded as one, or what has neither a
 * safe method (RFC 9110, 9.2.1) nor was recorded as a look at a deletion.
 */
bool fitness_is_read(const struct rules *rules, const struct entry *source,
    const struct message *m);

/* Warn of masks, of signatures that nobody renewed, and of set-deletes. */
void fitness_warn(struct request *r);

#endif
