/*
 * slot.h - one request in flight; private to sender.c and slot.c.
 */
#ifndef REPLAY_SLOT_H
#define REPLAY_SLOT_H

#include "base/buf.h"
#include "base/err.h"
#include "replay/dialer.h"
#include "replay/follow.h"
#include "replay/ledger.h"
#include "replay/reply.h"
#include "replay/schedule.h"
#include "replay/sender.h"
#include "store/store.h"

#define SLOT_MAX_BODY ((size_t)8 << 20) /* of an answer that is kept */

enum slot_state {
	SLOT_FREE,    /* it may have a connection that waits */
	SLOT_BEGUN,   /* nothing of its request was written */
	SLOT_WRITTEN, /* at least one byte may have been */
};

struct slot {
	struct sender *sender;
	enum slot_state state;
	struct slot *next;            /* of the free ones */
	struct slot *later, *earlier; /* of the begun ones, in order */

	struct dial *dial; /* NULL: none */
	bool open;         /* it can be written to */
	size_t address;    /* that it leads to */
	unsigned dials;    /* for this request */
	uint64_t connection;
	uint32_t number; /* of requests on it */
	int64_t dialled, idle_since;

	size_t step;
	struct follow *follow; /* NULL: it is the step itself that is sent,
				  and not a question about it */
	bool durable;          /* the intent is, or none is needed */
	int64_t urgent_since;  /* that it becomes durable */
	int64_t due, deadline;
	struct entry entry;
	struct request request;
	struct buf dressed;
	struct span wire; /* what is written: dressed, or kept by the plan */
	struct exchange *exchange;
	struct reply *reply;
};

struct sender {
	const struct sender_options *options;
	struct dialer *dialer;
	struct ledger *ledger;
	struct schedule *schedule;
	struct slot *slots, **of_step;
	struct slot *cold, *warm; /* free, without and with a connection */
	struct slot *begun;       /* and not written, in order */
	struct follow *follows;   /* that wait, by due */
	struct slot *asking;      /* begun and not written, about them */
	size_t following, asked;  /* all of them; those in flight */
	uint64_t connections;
	size_t address; /* that worked last */
	int64_t zero;   /* when the first request is due */
	int64_t lead;   /* how long before it is due one begins */
	int64_t last_settled, checked;
	unsigned stops; /* signals */
	bool ending;    /* begin nothing more */
	bool failed;
	struct err failure; /* the first one */
	int64_t *late;      /* of each request that was timed */
	uint64_t settled;
	struct sender_report *report;
};

/* Begin a step in a free slot.  Errors: as sender_run(). */
int slot_begin(struct slot *s, size_t step, int64_t due,
    struct err *err) MUST_CHECK;

/*
 * The same for a question about a deletion.  Takes f if it does not fail.
 */
int slot_ask(struct slot *s, struct follow *f, int64_t due,
    struct err *err) MUST_CHECK;

/* Is it connected, and its intent on the disk? */
bool slot_is_ready(const struct slot *s);

/* Write it. */
void slot_write(struct slot *s);

/* Give up what is too late at this time of clock_steady(). */
void slot_check_time(struct slot *s, int64_t now);

/* Nothing was written of it: take it back. */
void slot_withdraw(struct slot *s);

/* The events of its connection. */
void slot_opened(void *owner);
void slot_data(void *owner, struct span bytes);
void slot_ended(void *owner, enum dial_end how, const char *why);

/* These are the sender's: */

/* The slot's step is over; the slot is free again. */
void sender_settled(struct slot *s);

/* The slot's question is over; the slot is free again. */
void sender_answered(struct slot *s);

/* Stop, because of this. */
void sender_fail(struct sender *s, const struct err *err);

#endif
