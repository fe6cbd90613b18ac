/*
 * batches.h - a recording in a few batches, for tests in which writing it
 * fails, and what must be true of what is left.
 */
#ifndef TESTS_LIB_BATCHES_H
#define TESTS_LIB_BATCHES_H

#include "base/err.h"

enum {
	BATCH = 30, /* exchanges */
	BATCHES = 4,
};

/*
 * Record into a.obit of the test's folder until something fails; how many
 * exchanges were committed, and the first error.
 */
unsigned batches_record(struct err *err);

/*
 * What is left of it opens, verifies, holds what was committed and takes
 * more; or there is nothing, and nothing was committed.
 */
void batches_check_left(unsigned committed);

#endif
