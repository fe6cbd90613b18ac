/*
 * store.h - the archive: readings in, readings out.
 *
 * A struct store is one open archive file: an SQLite database that is one
 * file of mode 0600 once closed (obit-archive(5)).  Nothing here knows
 * where an exchange came from (capture/) or what it is for (replay/).
 *
 * Exchanges are numbered from 1 without gaps, in the order in which they
 * were added; recordings likewise.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/base.h"
#include "deletion/deletion.h"
#include "http/coverage.h"
#include "http/exchange.h"

struct err;
struct store;
struct cursor;

enum store_mode {
	STORE_READ,   /* must exist; never written, but that what a writer
			 left half done is undone */
	STORE_APPEND, /* made if it does not exist */
	STORE_CREATE, /* must not exist */
};

/*
 * Open the archive at path.  Errors: ERR_NOT_FOUND, ERR_SYSTEM, ERR_FORMAT
 * if it is not an archive, ERR_CORRUPT, ERR_UNSUPPORTED if a newer obit
 * wrote it, ERR_EXISTS with STORE_CREATE; each with the path in front.  There
 * is one writer at a time, and readers see what it has committed.
 */
int store_open(struct store **out, const char *path, enum store_mode mode,
    struct err *err) MUST_CHECK;

/* The path it was opened with; lives as long as the store. */
const char *store_path(const struct store *st);

/*
 * The same for an archive that is not finished: errors call it by its name
 * to be.  The path must not exist.
 */
int store_make(struct store **out, const char *path, const char *name,
    struct err *err) MUST_CHECK;

/*
 * Commit what is open, fold the journal into the file and close.  A file
 * that was made by this store_open() and in which no recording was begun is
 * removed again.  NULL is allowed.  The store is freed whether it fails or
 * not.
 */
int store_close(struct store *st, struct err *err) MUST_CHECK;

/* One run of a recorder. */
struct recording {
	uint64_t id;
	int64_t begun;       /* by the clock on the wall */
	struct span program; /* "obit 0.1.0" */
	struct span source;  /* file names or an interface, for people */
	struct span filter;  /* absent if none */
	bool finished;       /* false: it was interrupted, or still runs */
	struct coverage coverage;
};

/* Begin a recording; its id is set.  One at a time. */
int store_begin(struct store *st, struct recording *rec,
    struct err *err) MUST_CHECK;

/* The id that the next store_add() will use. */
uint64_t store_next_id(const struct store *st);

/*
 * Add an exchange, already masked, to the open recording.  Committed with
 * its batch: by the first call after STORE_BATCH_NS or STORE_BATCH_BYTES.
 * The owner of a live source calls store_commit() while nothing comes.
 * After an error the open batch is lost and nothing more can be added.
 */
int store_add(struct store *st, const struct exchange *x,
    const struct reading *reading, struct err *err) MUST_CHECK;

#define STORE_BATCH_NS    ((int64_t)1000000000)
#define STORE_BATCH_BYTES ((size_t)4 << 20)

/* Make everything so far durable. */
int store_commit(struct store *st, struct err *err) MUST_CHECK;

/* How large the file is if it is closed as it stands. */
int store_size(struct store *st, uint64_t *bytes, struct err *err) MUST_CHECK;

/* End the open recording with what it covered, and commit. */
int store_end(struct store *st, const struct coverage *coverage,
    struct err *err) MUST_CHECK;

/* Commit, and leave the open recording as one that was interrupted. */
int store_leave(struct store *st, struct err *err) MUST_CHECK;

/* The highest id so far; 0 in an archive without exchanges. */
int store_last_id(struct store *st, uint64_t *id, struct err *err) MUST_CHECK;

/*
 * The root of the Merkle tree (RFC 9162) over all committed exchanges and
 * ended recordings, in the order in which they were added, and how many
 * leaves that is.  The same input gives the same root.
 */
int store_root(struct store *st, uint8_t root[DIGEST_SIZE], uint64_t *size,
    struct err *err) MUST_CHECK;

/* One exchange as the archive holds it. */
struct entry {
	uint64_t id;
	uint64_t recording;
	struct exchange *exchange; /* the entry's; see entry_release() */
	struct reading reading;
};

#define ENTRY_INIT ((struct entry){ 0 })

/* Free what the entry holds; may be called twice. */
void entry_release(struct entry *e);

/* Which exchanges a cursor visits; zero or absent means no condition. */
struct selection {
	bool by_kind;
	enum kind kind;
	const uint8_t *key;    /* MATCH_KEY_SIZE bytes */
	struct span operation; /* deletions of this operation */
	struct span path;      /* requests of this path, query left off */
	struct span target;    /* deletions with a target of this id */
	uint64_t recording;
	uint64_t after; /* ids above this one */
};

/*
 * Read exchange id into e, releasing what e held before.  Return 1, or 0
 * if the archive has none of that id.  Errors: ERR_CORRUPT, ERR_SYSTEM.
 */
int store_get(struct store *st, uint64_t id, struct entry *e,
    struct err *err) MUST_CHECK;

/*
 * Read the archive as it is now until store_let_go(), and without a lock for
 * every read.  The same again while it is held: as it is now.  Only for
 * STORE_READ, and not for long: a writer who begins waits until it is let go.
 * Errors: ERR_SYSTEM.
 */
int store_hold(struct store *st, struct err *err) MUST_CHECK;
void store_let_go(struct store *st);

/* What an exchange can be found by. */
struct store_key {
	uint64_t id;
	enum kind kind;
	uint8_t key[MATCH_KEY_SIZE];
};

/*
 * Read the keys of up to room exchanges that follow id after, in archive
 * order.  Errors: ERR_CORRUPT, ERR_SYSTEM.
 */
int store_keys(struct store *st, uint64_t after, struct store_key *out,
    size_t room, size_t *count, struct err *err) MUST_CHECK;

/* Visit exchanges in archive order.  The cursor must be closed first. */
int cursor_open(struct cursor **out, struct store *st,
    const struct selection *which, struct err *err) MUST_CHECK;

/* As store_get() for the next exchange; 0 at the end. */
int cursor_next(struct cursor *c, struct entry *e, struct err *err) MUST_CHECK;
void cursor_close(struct cursor *c);

/* The follow-ups of one deletion, in archive order. */
struct evidence {
	uint64_t exchange; /* id of the exchange that shows it */
	int64_t time;      /* of its response's last byte */
	struct span state;
	enum verdict verdict;
};

/* Read them into the arena. */
int store_evidence(struct store *st, uint64_t deletion, struct arena *arena,
    const struct evidence **out, size_t *count, struct err *err) MUST_CHECK;

/* Read recording id; spans live in the arena.  1, 0 or -1 as store_get(). */
int store_recording(struct store *st, uint64_t id, struct arena *arena,
    struct recording *out, struct err *err) MUST_CHECK;

/* What an archive is made of: its name, and what that is for people. */
#define STORE_PARTS(X)                                                         \
	X(MESSAGES, "messages", "compressed messages")                         \
	X(BODIES, "bodies", "large bodies, each once")                         \
	X(DICTIONARIES, "dictionaries", "what messages are compressed with")   \
	X(ROWS, "rows", "what else is known of each exchange")                 \
	X(INDEXES, "indexes", "what exchanges are found by")                   \
	X(EVIDENCE, "evidence", "the Merkle tree")                             \
	X(RECORDINGS, "recordings", "recordings and their coverage")           \
	X(SCHEMA, "schema", "tables and terms")                                \
	X(FREE, "free", "free pages")

enum store_part {
#define X(id, name, text) PART_##id,
	STORE_PARTS(X)
#undef X
	    PART_COUNT
};

const char *store_part_name(enum store_part part);
const char *store_part_text(enum store_part part);

struct store_stats {
	uint64_t recordings, exchanges, deletions, follow_ups, targets;
	uint64_t connections;
	uint64_t message_bytes;     /* heads and bodies that are kept, and the
				       few numbers that are packed with them */
	uint64_t stored_bytes;      /* the same, as compressed */
	uint64_t file_bytes;        /* all pages, those in a journal included */
	uint64_t parts[PART_COUNT]; /* bytes; they add up to file_bytes */
};

int store_stats(struct store *st, struct store_stats *out,
    struct err *err) MUST_CHECK;

#endif
