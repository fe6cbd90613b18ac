/*
 * record.h - an archive's entries as JSON objects.
 *
 * The names and their meaning are a contract with scripts (obit-ls(1),
 * obit-audit(1)): extend them, do not rename them.
 */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "base/base.h"
#include "base/json.h"
#include "store/store.h"

/* The Host field, or the authority of an absolute-form target; or absent. */
struct span record_host(const struct exchange *x);

/* What became of a deletion after it was accepted. */
struct aftermath {
	bool expected; /* it was accepted, or something followed */
	enum verdict verdict;
	struct span state; /* as worded last; absent if never said */
	int64_t time;      /* of the last evidence */
	const struct evidence *evidence;
	size_t count;
};

/* Read it for the deletion e; spans live in e's exchange. */
int record_aftermath(struct store *st, const struct entry *e,
    struct aftermath *out, struct err *err) MUST_CHECK;

/* The findings of a deletion, those included that only a reader can see. */
uint32_t record_findings(const struct deletion *d, const struct aftermath *a);

/* Write the members of an `obit ls --json` object, without its braces. */
void record_exchange(struct json *j, const struct entry *e);

/* Write one `obit audit --json` object. */
void record_deletion(struct json *j, const struct entry *e,
    const struct aftermath *a);

/* The names of the flaws in set, as a JSON array. */
void record_flaws(struct json *j, const char *name, flaw_set set);

/* The member "targets" of an object. */
void record_targets(struct json *j, const struct deletion *d);

#endif
