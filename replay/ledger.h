/*
 * ledger.h - what is about to be sent and what came of it, onto the disk.
 *
 * One thread writes the archive of results.  It takes all the intents that
 * wait as soon as one can wait no longer and commits them together, so that
 * many requests share one fsync: disks are not only slow, some allow no more
 * than so many writes a second.  Outcomes, which nobody waits for, are written
 * after a moment, a few at a time if there are intents.  Whoever sends is woken
 * when an intent has become durable, and only then may its first byte go out.
 */
#ifndef REPLAY_LEDGER_H
#define REPLAY_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

struct coverage;
struct err;
struct exchange;
struct ledger;
struct recogniser;
struct redactor;
struct store;

struct ledger_options {
	struct store *store; /* with an open recording; the thread's alone
				until ledger_close() */
	struct redactor *redactor;
	struct recogniser *recogniser;
	void (*wake)(void *ctx); /* called by the thread when there is
				    something to take, something failed, or
				    it is full no more */
	void *ctx;
};

/* Errors: ERR_SYSTEM. */
int ledger_open(struct ledger **out, const struct ledger_options *options,
    struct err *err) MUST_CHECK;

/*
 * The request of step, which is exchange source, is about to be sent.  Until
 * that time of clock_steady() it may wait for others to share a commit with.
 */
void ledger_intend(struct ledger *l, size_t step, uint64_t source,
    int64_t until);

/* Not a byte of it was sent. */
void ledger_forget(struct ledger *l, uint64_t source);

/* This came of it.  Takes x. */
void ledger_settle(struct ledger *l, uint64_t source, struct exchange *x);

/* This came of a question about some of it.  Takes x. */
void ledger_record(struct ledger *l, struct exchange *x);

/*
 * The next step whose intent has become durable since it was asked for.
 * Return false if there is none.
 */
bool ledger_take(struct ledger *l, size_t *step);

/*
 * Is so much waiting to be written that nothing should be added?  The next
 * call of wake() says when to ask again.
 */
bool ledger_is_full(struct ledger *l);

#define LEDGER_MAX_HELD ((size_t)64 << 20) /* bytes that wait */

/* Has a write failed?  Then nothing more becomes durable. */
bool ledger_has_failed(struct ledger *l);

/*
 * Write what waits, and end.  The coverage is that of a recording of what was
 * written.  Errors: those of the first write that failed.  NULL is allowed.
 */
int ledger_close(struct ledger *l, struct coverage *coverage,
    struct err *err) MUST_CHECK;

#endif
