/*
 * stamp.h - points in time as people read them.
 *
 * Inside the program a time is an int64_t: nanoseconds since 1970 in UTC.
 * Outside it is RFC 3339 with nanoseconds, always UTC:
 * 2026-11-20T20:00:22.034511000Z.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdint.h>

#include "base/base.h"

struct err;

#define STAMP_SIZE 40 /* with the NUL; int64_t ends in the year 2262 */

/* Write t into text and return text. */
const char *stamp_format(char text[STAMP_SIZE], int64_t t);

/*
 * Read an RFC 3339 time with any number of second decimals up to nine and
 * a zone, or a date alone, which means its midnight UTC.  Errors:
 * ERR_FORMAT.
 */
int stamp_parse(int64_t *t, const char *text, struct err *err) MUST_CHECK;

#endif
