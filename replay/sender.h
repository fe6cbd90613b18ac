/*
 * sender.h - carry out a plan: the right request at the right time, once.
 *
 *	begin   the request is dressed; if it is destructive, its intent goes
 *	        to the ledger and it gets a connection of its own
 *	ready   connected, and the intent is on the disk
 *	write   when it is due; from here on it is never sent again
 *	settle  what was answered, or that nothing was, goes to the ledger
 *
 * A request begins when --order allows it, a little before it is due.  If
 * nothing could be written of one, because no connection could be made or
 * because it is to stop, its intent is taken back.
 */
#ifndef REPLAY_SENDER_H
#define REPLAY_SENDER_H

#include <stdint.h>

#include "base/base.h"
#include "http/coverage.h"
#include "http/exchange.h"
#include "replay/plan.h"

struct err;
struct redactor;
struct rules;
struct sending;
struct store;
struct tls_context;

enum sender_answer {
	SENDER_SEND,
	SENDER_SKIP, /* not this one */
	SENDER_QUIT, /* nor any other */
};

struct sender_settled {
	size_t step;
	uint64_t exchange;
};

struct sender_options {
	const struct sending *sending;
	const struct plan *plan;
	struct store *source;  /* what the plan was made of */
	struct store *results; /* with an open recording */
	const struct rules *rules;
	struct redactor *redactor;
	struct tls_context *tls;   /* NULL: none */
	const struct endpoint *at; /* of the target, to be tried in order */
	size_t at_count;
	/* Steps that were settled before, and exchanges of the results that
	 * say how: whoever follows goes on from there. */
	const struct sender_settled *before;
	size_t before_count;
	bool *done; /* of each step: it is not to be sent.  Steps that are
		       settled become so */

	/* Asked before each step, one at a time; NULL: nobody is. */
	enum sender_answer (*ask)(void *ctx, size_t step);
	/* Told now and then how many are settled; may be NULL. */
	void (*tick)(void *ctx, uint64_t settled, uint64_t total);
	void *ctx;
};

struct sender_report {
	uint64_t written; /* requests of which a byte was sent */
	uint64_t skipped;
	uint64_t asked;  /* questions about deletions */
	bool stopped;    /* before the end, by a signal, a person, or
			    --stop-on */
	int64_t elapsed; /* from the first one due to the last answer */
	/* How late requests of a schedule were, in ns; 0 without one. */
	uint64_t timed;
	int64_t late_p50, late_p99, late_max;
	struct coverage coverage; /* of the recording of results */
};

/*
 * Send all that is not done.  Errors: ERR_SYSTEM if no connection can be
 * made, those of both stores, ERR_REFUSED if a request is not what it was
 * when the plan was made.  What was settled before is in the results.
 */
int sender_run(const struct sender_options *options,
    struct sender_report *report, struct err *err) MUST_CHECK;

#endif
