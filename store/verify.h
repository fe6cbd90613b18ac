/*
 * verify.h - is an archive what it claims to be?
 *
 * Every exchange is read back and its leaf made again, and so is the tree;
 * what stands in the file more than once is compared.  With a checkpoint
 * the tree of its first leaves must be the one that was sealed.  Takes one
 * pass and little memory, whatever the size of the archive.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include <stdint.h>

#include "base/base.h"
#include "http/digest.h"

struct checkpoint;
struct err;
struct store;

/* obit-archive(5), section 7, says what can be told from what. */
#define FAULTS(X)                                                              \
	X(DAMAGED, "damaged", "the file is no sound database")                 \
	X(ALTERED, "altered", "contents are not those that were recorded")     \
	X(MISSING, "missing", "exchanges are gone, others follow")             \
	X(REORDERED, "reordered", "it stands in the place of another")         \
	X(INSERTED, "inserted", "it was not recorded there")                   \
	X(TRUNCATED, "truncated", "exchanges are gone from the end")           \
	X(REWRITTEN, "rewritten", "contents and their leaves were altered")

#define X(id, name, text) FAULT_##id,
enum fault { FAULT_NONE, FAULTS(X) FAULT_COUNT };
#undef X

/* "altered"; NULL for FAULT_NONE. */
const char *fault_name(enum fault fault);

struct verification {
	enum fault fault;   /* the first one */
	uint64_t from, to;  /* ids of the exchanges; 0: none, or unknown */
	uint64_t recording; /* or its id */
	char what[512];     /* a sentence without its full stop */
	/* What was read. */
	uint64_t exchanges, recordings;
	uint64_t purged;     /* bodies of which only the digest is left */
	uint64_t unfinished; /* recordings that did not end, and the last */
	uint64_t unfinished_id;
	uint64_t size; /* leaves */
	uint8_t root[DIGEST_SIZE];
};

struct verify_options {
	const struct checkpoint *checkpoint; /* NULL: none */
	/* Told now and then how many exchanges were read; may be NULL. */
	void (*tick)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * Read everything; out says what was found.  Errors: ERR_SYSTEM, if the
 * archive could not be read for another reason than what it contains.
 */
int store_verify(struct store *st, const struct verify_options *options,
    struct verification *out, struct err *err) MUST_CHECK;

#endif
