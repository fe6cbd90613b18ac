/*
 * explain.h - why an exchange was read as it was.
 *
 * The explanation is what the matcher and the classifier themselves tell
 * while they read the exchange (trace.h).
 */
#ifndef DELETION_EXPLAIN_H
#define DELETION_EXPLAIN_H

#include "deletion/deletion.h"
#include "deletion/rules.h"

/* A match line that nearly held: one thing about it did not. */
struct near_miss {
	struct span rule, line; /* its name, and the line as it is written */
	struct place place;
	const char *what;         /* "method", "path", "host", "condition" */
	struct span wanted, seen; /* seen is absent if there is nothing */
	unsigned fits;
};

/* Where a value came from. */
struct origin {
	const char *what; /* "id", "scope", "token", "code"... */
	struct span source, value;
	struct place place;
};

/* What decided an outcome, in the order of evaluation. */
struct decision {
	struct span how;
	struct place place; /* no file: no line of a rule did */
};

struct explanation {
	bool is_deletion;
	struct span line; /* that matched */
	struct place place;
	struct deletion deletion;
	const struct near_miss *nears; /* what fits best comes first */
	size_t near_count;
	const struct origin *origins;
	size_t origin_count;
	const struct decision *decisions;
	size_t decision_count;
};

/* Explain x, which has a request.  Everything lives in arena. */
void deletion_explain(const struct rules *rules, const struct exchange *x,
    struct arena *arena, struct explanation *out);

#endif
