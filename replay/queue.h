/*
 * queue.h - which recorded response comes next.
 *
 * A queue holds the recorded exchanges of one key and one host, in archive
 * order.  It never changes once made.  How far a session is in it stands
 * in a struct progress, and what a session has deleted so far in a struct
 * past, so that queue_take() is the one step that threads would have to
 * make atomic.
 *
 * A deletion, or any other request that changes something, takes the next
 * response; the last one stays.
 *
 * Reads move in epochs.  An epoch ends where a deletion begins that the
 * read can show the effect of: its edge.  Reads do not see what was
 * recorded after an edge until the session was served that deletion, and
 * see nothing recorded before it from then on.  Within an epoch they go
 * forward, and the last one stays: three polls or thirty end in the same
 * state.
 *
 * Only related deletions are edges, because a global order would make the
 * reads of one resource wait for the deletion of another that the client
 * may never send.  Only deletions that had an effect are edges: between a
 * throttled deletion and the one that succeeded a read shows the same as
 * before, and after a deletion of what was gone the same as after the
 * first.  If a session skips an edge and is served a later one, it is
 * after both: the recording has no other state with the later one done.
 *
 * An edge is hard when the deletion is of what is read, or of something
 * that contains it.  Then an answer from the wrong side would be a lie,
 * and where the recording has none from the right side there is none.  It
 * is soft when what is read only contains what was deleted, as a list
 * does: then the side decides between answers, but never refuses one.
 */
#ifndef REPLAY_QUEUE_H
#define REPLAY_QUEUE_H

#include "replay/ids.h"

struct queue {
	struct ids ids; /* ascending; never empty in a queue that is used */
	bool reads;     /* it moves in epochs */
	bool deletes;   /* being served is an edge for others */
	struct ids hard, soft; /* edges, ascending */
};

void queue_release(struct queue *q);

/* The deletions that a session was served, in that order, once each. */
struct past {
	struct ids log;
	uint64_t *bits; /* the same as a set; owned */
	uint64_t limit; /* ids below this one have a bit */
};

#define PAST_INIT ((struct past){ 0 })

void past_release(struct past *p);

/* How far a session is in one queue; zeroed is the beginning. */
struct progress {
	size_t next;         /* position */
	size_t seen;         /* entries of the past's log accounted for */
	uint64_t hard, soft; /* latest edges among them; 0: none */
};

enum turn {
	TURN_TAKEN,
	TURN_EARLY,   /* recorded only after a deletion not yet served */
	TURN_LATE,    /* recorded only before a deletion that was served */
	TURN_CROWDED, /* never by queue_take(): too many sessions */
};

/*
 * Take the session's next exchange.  *id becomes its id, or that of the
 * deletion that stands in the way.
 */
enum turn queue_take(const struct queue *q, struct progress *place,
    struct past *past, uint64_t *id);

#endif
