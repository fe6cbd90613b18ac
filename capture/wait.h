/*
 * wait.h - does a client wait for its answers?  What the times say.
 *
 * Where requests and responses take turns the client may wait for each
 * answer, or always have the same number under way, so that each response
 * answers not the request before it but an earlier one.  Neither order nor
 * acknowledgements tell these two apart.  Times can: in each turn the
 * client pauses, from the last byte of a response to its next request, and
 * the server takes some time, from that last byte to its next response.  A
 * server that owes an answer during the pause took longer than the pause,
 * and if it did not the responses would have come two at a time.  It does
 * not know how long the client will pause; so that it took longer every
 * time is chance, and how great a chance can be counted: it is the share of
 * the orders of the times it took in which each is longer than its pause.
 * Where that is below 1 in WAIT_CHANCE the client waits.
 *
 * This takes for granted that nothing delays client and server alike, as a
 * machine does that runs both and stands still now and then.
 *
 * What all pauses have in common counts as the way to the client and back.
 * Where pauses do not differ, or answers take long, nothing is shown.
 */
#ifndef CAPTURE_WAIT_H
#define CAPTURE_WAIT_H

#include "capture/drafts.h"

#define WAIT_CHANCE 1000

struct wait_turn {
	int64_t pause; /* of the client */
	int64_t took;  /* by the server, the pause included */
};

/* Do these turns show that the client waits?  Changes their order. */
bool wait_is_shown(struct wait_turn *turns, size_t n);

/*
 * Set the place of each response to the number of the request it answers
 * where that is shown, and to 0 elsewhere.  The turns that are judged as one
 * end where the client may have begun to have more under way than before.
 */
void wait_judge(const struct drafts *responses, const struct drafts *requests);

#endif
