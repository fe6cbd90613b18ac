/*
 * recogniser.h - recognition across exchanges, as a recording grows.
 *
 * Remembers, within limits, what was deleted and what is still pending, so
 * that retries become attempts of one deletion and later exchanges become
 * follow-ups.  When a limit is reached the oldest memory goes first.
 *
 * The order of calls for one exchange:
 *
 *	interest = recogniser_interest(r, &request_head, host...);
 *	...the rest of the exchange arrives...
 *	if it is kept only if it matters, interest is not INTEREST_SURE, and
 *	    recogniser_is_other(r, x): drop it
 *	...it is masked...
 *	reading.principal = redactor_principal(redactor, x);
 *	recogniser_read(r, x, id, &reading);
 */
#ifndef DELETION_RECOGNISER_H
#define DELETION_RECOGNISER_H

#include <stdbool.h>
#include <stdint.h>

#include "deletion/deletion.h"

struct recogniser;
struct rules;

/*
 * The rules must outlive the recogniser.  memory: how many bytes may be taken
 * by what is known of deletions that are still pending.
 */
struct recogniser *recogniser_new(const struct rules *rules, size_t memory);
void recogniser_free(struct recogniser *r);

/* What can be said of a request when only its head is known. */
enum interest {
	INTEREST_NONE,  /* 0: neither a deletion nor a follow-up of one */
	INTEREST_MAYBE, /* the body or the response decides */
	INTEREST_SURE,  /* a deletion */
};

/*
 * Decide from a request's head whether its exchange can matter.  Called
 * for every request of a capture, so it is cheap: no allocation unless a
 * rule's method and path already fit.
 */
enum interest recogniser_interest(struct recogniser *r,
    const struct head *request);

/*
 * Is x, which is finished and need not be masked, surely neither a deletion
 * nor a follow-up?  If so, it need not be read.  Its request and what came
 * before it decide: it could have become a follow-up, but did not.
 */
bool recogniser_is_other(struct recogniser *r, struct exchange *x);

/*
 * Read the finished exchange x, which will have this id if it is kept, and
 * remember what later ones need.  out->principal, absent if nobody knows who
 * asked, must be set before and stays; the rest of the reading is filled in
 * and lives in x's arena.
 */
void recogniser_read(struct recogniser *r, struct exchange *x, uint64_t id,
    struct reading *out);

/*
 * Exchanges from this id on go into another archive.  Ids go on counting;
 * what was deleted before is remembered, and shows in findings and as the
 * deletion of a follow-up, but never as a first attempt.
 */
void recogniser_cut(struct recogniser *r, uint64_t id);

#endif
