/*
 * cover.h - coverage of recordings, for people and as JSON.
 */
#ifndef CLI_COVER_H
#define CLI_COVER_H

#include <stdio.h>

#include "base/base.h"
#include "base/json.h"
#include "http/coverage.h"
#include "store/store.h"

/* The numbers of one recording, one line per subject. */
void cover_print(FILE *out, const struct coverage *c);

/* The same as members of the innermost open JSON object. */
void cover_json(struct json *j, const struct coverage *c);

/*
 * Say for each recording in turn what it could not see: nothing, or what
 * was lost and how much.
 */
int cover_unseen(struct store *st, FILE *out, struct err *err) MUST_CHECK;

#endif
