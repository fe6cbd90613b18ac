/*
 * utf8.h - tell valid UTF-8 from other bytes (RFC 3629).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/span.h"

/*
 * The length, 1 to 4, of the character at the start of s, or 0 if s is
 * empty or does not start with one: no overlong forms, no surrogates,
 * nothing above U+10FFFF.
 */
size_t utf8_length(struct span s);

bool utf8_is_valid(struct span s);

#endif
