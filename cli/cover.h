/*
 * cover.h - coverage of recordings, for people and as JSON.
 */
#ifndef CLI_COVER_H
#define CLI_COVER_H

#include <stdio.h>

#include "base/json.h"
#include "http/coverage.h"

/* The numbers of one recording, one line per subject. */
void cover_print(FILE *out, const struct coverage *c);

/* The same as members of the innermost open JSON object; null of a recording
   that did not end, whose c is NULL. */
void cover_json(struct json *j, const struct coverage *c);

#endif
