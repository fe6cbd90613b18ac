/*
 * classify.h - what a request asks for, and what its response says.
 *
 * Evaluation follows apis.md, section 2.2: extract, then classify, first
 * hit wins.
 */
#ifndef DELETION_CLASSIFY_H
#define DELETION_CLASSIFY_H

#include "deletion/subject.h"

/*
 * Fill in what the request alone tells: operation, targets, token, flags;
 * the outcome is unknown.  Everything lives in arena.
 */
void classify_request(struct subject *s, const struct match *line,
    struct arena *arena, struct deletion *out);

/*
 * Classify by s->response, which may be NULL.  out is as
 * classify_request() left it.
 */
void classify_response(struct subject *s, const struct rule *rule,
    struct arena *arena, struct deletion *out);

/*
 * What an error code means to a rule: its own table, its file's, the
 * general one.  Return false if none has it; *own tells whether the rule
 * or its file had.
 */
bool classify_code(const struct rules *rules, const struct rule *rule,
    int status, struct span code, enum outcome *outcome, bool *own);

#endif
