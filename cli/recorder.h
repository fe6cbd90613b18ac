/*
 * recorder.h - what `obit capture` does with each exchange.
 *
 *	wanted? -> mask -> read by the rules -> keep or pass over -> store
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

struct recorder {
	struct store *store;
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

/* May be called twice.  The store is not the recorder's. */
void recorder_close(struct recorder *r);

/* The functions to hand to capture_open(); r must outlive the capture. */
struct capture_sink recorder_sink(struct recorder *r);

#endif
