/*
 * flow_dump.h - what a capture gave, as text that stays the same.
 *
 * Times and addresses are left out, so that every disguise of a flow gives
 * the same dump.  tests/flows/README.md describes it.
 */
#ifndef TESTS_LIB_FLOW_DUMP_H
#define TESTS_LIB_FLOW_DUMP_H

#include <stdio.h>

#include "base/base.h"
#include "capture/capture.h"

struct err;

/*
 * Read the capture file at path and write what is in it, every exchange
 * wanted.  max_body and memory as in struct capture_options.  Errors:
 * those of capture.h, and ERR_CORRUPT if the coverage does not reconcile.
 */
int flow_dump(FILE *out, const char *path, uint64_t max_body, uint64_t memory,
    struct err *err) MUST_CHECK;

#endif
