/*
 * glob.h - shell patterns over spans: "*", "?" and "[a-z]", "[!a-z]".
 *
 * As fnmatch(3) without flags, but for bytes that end in no NUL and in time
 * bounded by the product of both lengths.
 */
#ifndef DELETION_GLOB_H
#define DELETION_GLOB_H

#include "base/span.h"

/* Does all of text fit the pattern?  nocase: ASCII letters only. */
bool glob_matches(struct span pattern, struct span text, bool nocase);

/* Does s hold a character that is special in a pattern? */
bool glob_is_pattern(struct span s);

#endif
