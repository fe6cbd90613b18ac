/*
 * plan.h - which requests are sent, in which order, and one digest of it.
 *
 * Making a plan reads the whole archive twice: once to see that it is what
 * it claims to be, once to dress every request as it would be sent.  The
 * digest is the SHA-256 of an encoding, every text with its length in front,
 * of
 *
 *	"obit plan 1", the root and size of the archive's tree, the options
 *	of each request in order: its number and the id of its exchange, its
 *		head and its body as they are shown, secrets masked, and what
 *		is asked about it afterwards, and how often
 *	of each one that is left out: the id, and the reason
 *
 * so that a plan holds for one archive, one target, one set of options, one
 * set of credentials, and nothing else.
 */
#ifndef REPLAY_PLAN_H
#define REPLAY_PLAN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/base.h"
#include "http/digest.h"
#include "replay/request.h"

struct entry;
struct err;
struct exchange;
struct guard;
struct question;
struct redactor;
struct rules;
struct sending;
struct store;

#define PLAN_MAX_STEPS  ((size_t)8 << 20)
#define PLAN_CHECK_SIZE 16

/* One request to send. */
struct step {
	uint64_t source;  /* id of the recorded exchange */
	int64_t begin;    /* recorded time of its first byte */
	int64_t end;      /* and of its answer's last; INT64_MAX: none */
	bool destructive; /* not proven to be a read: at most once */
	bool deletes;     /* the rules say so */
	bool redirected;  /* its recorded answer is a redirect */
	uint8_t check[PLAN_CHECK_SIZE]; /* of what is shown, unmasked */
};

/*
 * A request that is sent as it is shown, because nothing of it is secret, and
 * nothing about it depends on when it is sent: so it need not be read and
 * dressed again.
 */
struct kept {
	struct span bytes; /* absent: not kept */
	size_t head;       /* of them */
	struct span host;  /* that it was recorded for; or absent */
};

#define PLAN_MAX_KEPT ((size_t)64 << 20) /* bytes */

/* Why an exchange that could be meant is not sent. */
#define OMISSIONS(X)                                                           \
	X(INCOMPLETE, "incomplete",                                            \
	    "the recording has not all of its request")                        \
	X(WITHHELD, "withheld", "its body was not stored: it held secrets")    \
	X(PURGED, "purged", "its body was purged from the archive")            \
	X(TUNNEL, "tunnel", "it asks for a tunnel or another protocol")        \
	X(UNFIT, "unfit", "it cannot be sent as one HTTP/1.1 request")         \
	X(LIMIT, "limit", "the limit is reached before it")

#define X(id, name, text) OMISSION_##id,
enum omission { OMISSION_NONE, OMISSIONS(X) OMISSION_COUNT };
#undef X

/* NULL for OMISSION_NONE. */
const char *omission_name(enum omission o);
const char *omission_text(enum omission o);

struct plan {
	struct step *steps; /* in order */
	struct kept *kept;  /* of the same steps */
	struct arena arena; /* what they point to */
	size_t count, room;
	uint64_t followed;  /* deletions, if they are accepted, */
	uint64_t questions; /* at most, about all of them */
	uint64_t deletions, destructive, reads, omitted, warnings;
	uint8_t root[DIGEST_SIZE]; /* of the archive's tree */
	uint64_t size;
	uint8_t digest[DIGEST_SIZE];
};

/* What a person sees of one request. */
struct plan_item {
	uint64_t number;            /* from 1; 0: it is left out */
	const struct entry *source; /* as recorded */
	enum omission omission;
	const struct step *step;       /* NULL if it is left out */
	const struct request *request; /* likewise */
	const struct message *shown;   /* likewise: masked */
	const struct question *follow; /* what is asked if it is accepted;
					  NULL: nothing */
	int64_t every, limit;          /* of that, in ns */
};

struct plan_options {
	const struct sending *sending;
	const struct rules *rules;
	struct redactor *redactor;
	/* Told of every request in order; may be NULL. */
	void (*tell)(void *ctx, const struct plan_item *item);
	void *ctx;
};

/*
 * Make a plan.  Errors: ERR_REFUSED if the archive does not verify, if the
 * target was recorded in it (guard.h), or if there are more deletions than
 * allowed; ERR_LIMIT; those of the store and of the dressing.
 */
int plan_make(struct plan *out, struct store *store, struct guard *guard,
    const struct plan_options *options, struct err *err) MUST_CHECK;

/* May be called twice. */
void plan_release(struct plan *p);

/* The check of a request as it is dressed now. */
int plan_check(uint8_t check[PLAN_CHECK_SIZE], const struct request *r,
    struct err *err) MUST_CHECK;

#endif
