/*
 * lever.h - what can be set in a request: its idempotency token, and the
 * flag that makes it a dry run.
 *
 * The rules say where both are ("idem" and "dryrun" of a rule).
 */
#ifndef DELETION_LEVER_H
#define DELETION_LEVER_H

#include <stdbool.h>

#include "base/span.h"
#include "deletion/rules.h"

struct arena;
struct message;

struct lever {
	enum source_kind kind; /* SOURCE_QUERY, FORM, HEADER or JSON */
	struct span name;      /* a key, or a JSON pointer */
	struct span value;     /* the token, or what to set the flag to */
	bool is_token;
	int lifetime; /* of a token, in seconds; 0: not known */
};

/*
 * The idempotency token of a request as recorded: where it stands, and how
 * long the server remembers it as far as its rule, else the defaults, say.
 * Return false if it has none.  Everything lives in the arena.
 */
bool lever_token(const struct rules *rules, const struct message *request,
    struct arena *arena, struct lever *out);

/*
 * The first flag of its rule that the request has a place for: a form, a JSON
 * body, a query.  Return false if the rule knows none, or there is no rule.
 */
bool lever_dry_run(const struct rules *rules, const struct message *request,
    struct arena *arena, struct lever *out);

#endif
