/*
 * diff.h - compare two archives, or a recording and its replay.
 *
 * Exchanges are paired (pairing.h) and each pair is compared (compare.h).
 * One pair is held at a time.
 */
#ifndef REPLAY_DIFF_H
#define REPLAY_DIFF_H

#include <stdint.h>

#include "base/base.h"
#include "replay/compare.h"
#include "replay/pairing.h"

struct diff_options {
	struct comparison comparison; /* its rules and more */
	struct pairing_options pairing;
	bool ignore_only[2]; /* what only A has, or only B */
};

/*
 * Ignore a field: what comparison_ignore() knows, and "others" (exchanges
 * that are no deletions and no follow-ups), "polls" (all follow-ups of a key
 * but the last), "only-a", "only-b".  Errors: ERR_USAGE, ERR_LIMIT.
 */
int diff_ignore(struct diff_options *o, const char *field,
    struct err *err) MUST_CHECK;

struct diff_report {
	uint64_t pairs;
	uint64_t different; /* of the pairs */
	uint64_t only[2];   /* of what was not ignored */
};

/* Where results go, in the order of A, then what only B has. */
struct diff_sink {
	void *ctx;

	/* This pair differs. */
	void (*differs)(void *ctx, const struct entry *a, const struct entry *b,
	    const struct differences *d);

	/* Only this side has it: PAIRING_A or PAIRING_B. */
	void (*only)(void *ctx, int side, const struct entry *e);

	/* So many exchanges are done with. */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
};

/* Errors: those of pairing_open() and of the store. */
int diff_run(struct store *a, struct store *b,
    const struct diff_options *options, const struct diff_sink *sink,
    struct diff_report *report, struct err *err) MUST_CHECK;

#endif
