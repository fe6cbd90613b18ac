/*
 * poll.h - one poll of a rule: where it looks, and what it sees there.
 */
#ifndef DELETION_POLL_H
#define DELETION_POLL_H

#include "deletion/subject.h"

struct poll_place {
	struct span host; /* absent if the deletion named none */
	struct span path; /* as url_decode_path() has it */
};

/*
 * Where a deletion, with its response, is to be followed.  Return false if
 * the exchange does not tell.
 */
bool poll_fill(const struct poll *poll, struct subject *s,
    struct poll_place *out);

/* What a later exchange shows; *state as the server words it. */
enum verdict poll_judge(const struct poll *poll, struct subject *s,
    struct span *state);

/*
 * What a listing shows about one target; named: the request asked for it,
 * so that its absence means something.
 */
enum verdict poll_judge_target(const struct poll *poll, struct subject *s,
    struct span id, bool named, struct span *state);

/* The ids that a listing holds. */
void poll_listed(const struct poll *poll, struct subject *s, struct list *out);

#endif
