/*
 * suspect.h - what is wrong with an exchange that is not what it was.
 *
 * Leaves hold the ids of their exchanges.  An exchange whose leaf fits
 * under another id was moved; one whose leaf fits under none was altered.
 */
#ifndef STORE_SUSPECT_H
#define STORE_SUSPECT_H

#include "store/verify.h"

struct db;
struct reader;

struct suspect {
	struct db *db;
	struct reader *reader;
	uint64_t id;
	uint64_t last;   /* as far as is looked; not below id */
	int64_t leaf;    /* as much of it as is stored; row.h */
	const char *why; /* if it cannot be read; or NULL */
};

/* Set the fault.  Errors: ERR_SYSTEM, ERR_LIMIT. */
int suspect_judge(const struct suspect *s, struct verification *out,
    struct err *err) MUST_CHECK;

/* Set the fault unless there is one. */
void suspect_set(struct verification *out, enum fault fault, uint64_t from,
    uint64_t to, const char *fmt, ...) PRINTF_LIKE(5, 6);

#endif
