/*
 * match.h - find the rule that a request falls under.
 */
#ifndef DELETION_MATCH_H
#define DELETION_MATCH_H

#include "deletion/subject.h"

/*
 * The first match line that holds, with its path captured in s, or NULL.
 * If s has only a head, *open tells that a line before it, or any line if
 * there is none, may hold once the body is known.
 */
const struct match *match_find(struct subject *s, bool *open);

/* Does the path fit?  Captures its segments in s. */
bool match_path(struct subject *s, const struct template *t);

/* What it captured under this name; all absent if nothing. */
struct capture match_captured(const struct subject *s, struct span name);

#endif
