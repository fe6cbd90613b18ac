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
#include "store/store.h"

struct progress;
struct handover;
struct sealer;

struct recorder {
	struct handover *handover; /* NULL: not recording */
	struct sealer *sealer;     /* the caller's; NULL: nothing is signed */
	uint64_t next_id;
	struct rules *rules;
	struct recogniser *recogniser;
	struct redactor *redactor;
	bool all;          /* keep what is no deletion too */
	bool keep_secrets; /* store without masks */
	uint64_t kept, deletions;
	struct progress *progress; /* NULL: nobody looks */
};

struct recorder_options {
	const char *const *rule_files;
	size_t rule_file_count;
	bool all;
	bool keep_secrets;
};

/* Load the rules and the fingerprint key. */
int recorder_open(struct recorder *r, const struct recorder_options *options,
    struct err *err) MUST_CHECK;

/*
 * Begin to write to the open recording of store, of which at most memory
 * bytes wait to be written.
 */
int recorder_begin(struct recorder *r, struct store *store, uint64_t memory,
    struct err *err) MUST_CHECK;

/*
 * Write what waits; from then on the store is the caller's again.  Errors:
 * those of writing.
 */
int recorder_end(struct recorder *r, struct err *err) MUST_CHECK;

/* May be called twice. */
void recorder_close(struct recorder *r);

/* The functions to hand to capture_open(); r must outlive the capture. */
struct capture_sink recorder_sink(struct recorder *r);

#endif
