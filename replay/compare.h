/*
 * compare.h - did two exchanges that mean the same end the same?
 *
 * Compared are the responses: outcome and what became of each target,
 * status, fields, body (content.h).  Requests are not: that they mean the
 * same is how the two were found, and a replay has another host, other
 * dates, signatures and tokens.
 */
#ifndef REPLAY_COMPARE_H
#define REPLAY_COMPARE_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct entry;
struct err;
struct rules;

/* What can differ.  Names are part of the JSON output and of --ignore. */
#define COMPARED(X)                                                            \
	X(STATUS, "status")   /* of the response */                            \
	X(REASON, "reason")   /* why there is no status */                     \
	X(OUTCOME, "outcome") /* of a deletion */                              \
	X(TARGET, "target")   /* the outcome and code of one target */         \
	X(VERDICT, "verdict") /* what the follow-ups of a deletion showed */   \
	X(HEADER, "header")   /* a field of the response */                    \
	X(BODY, "body")

#define X(id, name) COMPARED_##id,
enum compared { COMPARED(X) COMPARED_COUNT };
#undef X

const char *compared_name(enum compared c);

#define COMPARE_MAX_IGNORED 256 /* of header names, and of pointers */

/* What is compared.  Zeroed, with rules, it is everything. */
struct comparison {
	const struct rules *rules; /* must outlive it */
	bool ignored[COMPARED_COUNT];
	struct span *headers; /* globs; owned */
	size_t header_count;
	struct span *pointers; /* into bodies; owned */
	size_t pointer_count;
};

/*
 * Ignore a field: "status" (with its reason), "outcome" (with those of the
 * targets), "verdict", "header" or "header:NAME", "body" or "body:POINTER".
 * A name may be a glob and a step of a pointer may be "*".  The text must
 * outlive the comparison.  Errors: ERR_USAGE, ERR_LIMIT.
 */
int comparison_ignore(struct comparison *c, const char *field,
    struct err *err) MUST_CHECK;

/* May be called twice. */
void comparison_release(struct comparison *c);

/* One difference; lives in the arena that compare() was given. */
struct difference {
	enum compared what;
	struct span name; /* of a header, a place in the body, a target; "" is
			     the body as a whole; else absent */
	struct span a, b; /* absent: that side has nothing there */
};

#define DIFFERENCES_MAX 64

struct differences {
	struct difference at[DIFFERENCES_MAX];
	size_t count;
	bool more; /* there were others */
};

/* Compare b with a; what out held before is forgotten. */
void compare(const struct comparison *c, const struct entry *a,
    const struct entry *b, struct arena *arena, struct differences *out);

/* Add one unless it is ignored or there are too many. */
void differences_add(struct differences *out, const struct comparison *c,
    struct difference d);

#endif
