/*
 * train.h - make a dictionary from samples of what it is to compress.
 */
#ifndef STORE_TRAIN_H
#define STORE_TRAIN_H

#include "base/span.h"

struct buf;

/* With an exchange of 600 bytes after it, it is within the small window. */
#define TRAIN_DICTIONARY ((size_t)7168)

/* No more of the samples than this is looked at. */
#define TRAIN_SAMPLES ((size_t)1 << 18)

/*
 * Put into out, at most out's limit, the pieces of the samples, which
 * stand one after another, that most of them share; the best at the end,
 * where a reference to them is shortest.  The same samples give the same
 * dictionary.
 *
 * A piece is scored by how often each of its runs of eight bytes occurs;
 * a run that has been taken counts no more (Liao et al., "Effective
 * construction of relative Lempel-Ziv dictionaries", 2016).
 */
void train(struct buf *out, struct span samples);

#endif
