/*
 * outlet.h - what all connections of a capture share: where exchanges go,
 * what was counted, and how much may be held.
 */
#ifndef CAPTURE_OUTLET_H
#define CAPTURE_OUTLET_H

#include "base/budget.h"
#include "base/err.h"
#include "capture/bulk.h"
#include "capture/capture.h"

struct draft;

struct outlet {
	const struct capture_sink *sink;
	struct coverage coverage;
	struct budget budget;
	struct bulk bulk; /* drafts whose bodies are large */
	uint64_t max_body;
	struct draft *spare; /* drafts to use again, with their digests */
	size_t spare_count;
	bool failed; /* the sink has; err says why */
	struct err err;
};

/* Ask about a request at its head. */
unsigned outlet_wants(struct outlet *o, const struct head *request);

/* Count a request that nobody wants, or a response without a request. */
void outlet_pass(struct outlet *o, bool orphan);

/* Hand over a finished exchange; takes x. */
void outlet_take(struct outlet *o, struct exchange *x);

#endif
