/*
 * sample.h - exchanges for tests of the archive: odd ones first, then as
 * many plain deletions as wanted, each different.
 */
#ifndef TESTS_LIB_SAMPLE_H
#define TESTS_LIB_SAMPLE_H

#include "deletion/deletion.h"

enum {
	SAMPLE_COUNT = 16, /* the odd ones and a few plain ones */
	SAMPLE_FOLLOW_UP = 1,
};

/* Sample n and its reading, which is in its arena. */
struct exchange *sample_exchange(unsigned n, struct reading *reading);

/* Fail the test unless got is want in every field. */
void sample_check(const struct exchange *got, const struct reading *got_reading,
    const struct exchange *want, const struct reading *want_reading);

#endif
