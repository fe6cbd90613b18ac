/*
 * fuzz_archive.h - a small valid archive for fuzz targets to change, and
 * everything that can be read from what becomes of it.
 */
#ifndef TESTS_LIB_FUZZ_ARCHIVE_H
#define TESTS_LIB_FUZZ_ARCHIVE_H

#include "base/span.h"

/* The longest archive that a target makes. */
#define MAX_ARCHIVE (1 << 20)

/* The same archive in every run, made once. */
struct span fuzz_archive_original(void);

/* Write these bytes to the file, and return its path. */
const char *fuzz_archive_put(const uint8_t *bytes, size_t len);

/* Read all of it; whatever is wrong is found out in bounded time. */
void fuzz_archive_read(void);

#endif
