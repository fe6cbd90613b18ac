/*
 * counts.h - the numbers of a coverage, each under its name.
 */
#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct coverage;

extern const size_t counts_number;

/* "packets", "layer:tcp", "flaw:gap"; i is below counts_number. */
const char *counts_name(size_t i);
uint64_t counts_get(const struct coverage *c, size_t i);

/* Set the count of that name; false if there is none. */
bool counts_set(struct coverage *c, struct span name, uint64_t count);

#endif
