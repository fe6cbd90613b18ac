/*
 * recorder.h - what `obit capture` does with each exchange.
 *
 *	wanted? -> mask -> read by the rules -> keep or pass over -> hand over
 *
 * All of that on the thread that reads packets, because what is read decides
 * what is wanted next; another one stores (handover.h).
 */
#ifndef CLI_RECORDER_H
#define CLI_RECORDER_H

#include <stdint.h>

#include "base/base.h"
#include "capture/capture.h"
#include "deletion/deletion.h"
#include "deletion/recogniser.h"
#include "deletion/redact.h"
#include "deletion/rules.h"

struct handover;

struct recorder {
	struct handover *handover; /* of the archive that is recorded to */
	uint64_t next_id;          /* counted over all archives */
	uint64_t base;             /* less this it is the id in the archive */
	struct rules *rules;
	struct recogniser *recogniser;
	struct redactor *redactor;
	bool all;          /* keep what is no deletion too */
	bool keep_secrets; /* store without masks */
	uint64_t kept, deletions;
	/* as capture_sink.tick; NULL: nobody looks */
	int (*tick)(void *arg, uint64_t done, uint64_t total, struct err *err);
	void *tick_arg;
};

struct recorder_options {
	const char *const *rule_files;
	size_t rule_file_count;
	bool all;
	bool keep_secrets;
	size_t memory; /* for what is known of deletions that are pending */
};

/* Load the rules and the fingerprint key. */
int recorder_open(struct recorder *r, const struct recorder_options *options,
    struct err *err) MUST_CHECK;

/*
 * Exchanges go here from now on, and the first gets this id.  What earlier
 * archives hold is remembered: a follow-up of a deletion in one of them is
 * kept and has 0 as its deletion.
 */
void recorder_begin(struct recorder *r, struct handover *to, uint64_t id);

/* May be called twice. */
void recorder_close(struct recorder *r);

/* The functions to hand to capture_open(); r must outlive the capture. */
struct capture_sink recorder_sink(struct recorder *r);

#endif
