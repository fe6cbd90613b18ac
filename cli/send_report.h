/*
 * send_report.h - what came of each request that was sent again, against
 * what was recorded.
 */
#ifndef CLI_SEND_REPORT_H
#define CLI_SEND_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "base/base.h"
#include "replay/plan.h"

struct err;
struct rules;
struct store;

struct send_report {
	uint64_t same;                /* resources fared as recorded */
	uint64_t differ;              /* they did not */
	uint64_t unknown;             /* nobody knows */
	uint64_t unconfirmed;         /* accepted, and never seen to be done,
					 although it was asked */
	uint64_t confirmed, reverted; /* accepted ones among the others */
	uint64_t unsent;
	uint64_t reads; /* that were answered; they decide nothing */
};

struct send_report_options {
	const struct plan *plan;
	const struct rules *rules;
	struct store *source, *results;
	FILE *out;
	bool json;
	bool follow; /* it was asked what became of accepted deletions */
};

/*
 * Write a line for every request of the plan, in its order.  Errors: those
 * of the stores.
 */
int send_report(const struct send_report_options *options,
    struct send_report *out, struct err *err) MUST_CHECK;

#endif
