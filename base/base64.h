/*
 * base64.h - bytes as base64 with padding (RFC 4648, section 4).
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdio.h>

#include "base/span.h"

/* Write errors stay in the stream, for its owner to check. */
void base64_write(FILE *out, struct span bytes);

#endif
