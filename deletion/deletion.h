/*
 * deletion.h - what a delete is: the words the whole program shares.
 *
 * A reading is what the rules make of one exchange.  The functions here
 * need no state: they look at one exchange alone.  What spans exchanges,
 * such as attempts and follow-ups, is in recogniser.h.
 */
#ifndef DELETION_DELETION_H
#define DELETION_DELETION_H

#include "base/base.h"
#include "base/span.h"
#include "http/exchange.h"

struct arena;
struct rules;

/* Names are part of the archive format. */
enum outcome {
	OUTCOME_DELETED,   /* it is gone because of this request */
	OUTCOME_ACCEPTED,  /* it will be, or so the server says */
	OUTCOME_GONE,      /* it was not there any more */
	OUTCOME_DENIED,    /* not allowed */
	OUTCOME_THROTTLED, /* too many requests */
	OUTCOME_BLOCKED,   /* its state does not allow it now */
	OUTCOME_INVALID,   /* the request makes no sense to the server */
	OUTCOME_FAILED,    /* the server failed */
	OUTCOME_PARTIAL,   /* the targets fared differently */
	OUTCOME_DRYRUN,    /* only tried out */
	OUTCOME_UNKNOWN,   /* the capture does not prove any of these */
	OUTCOME_COUNT,
};

const char *outcome_name(enum outcome o);

/* The outcome of that name, or OUTCOME_COUNT. */
enum outcome outcome_of_name(struct span name);

/* What a deletion is aimed at. */
struct target {
	struct span type; /* "ecs:instance" */
	struct span id;
	struct span scope; /* what contains it, outermost first, joined by
			      "/"; absent if nothing is known */
	enum outcome outcome;
	struct span code; /* the error code of this target alone */
};

/*
 * What is remarkable about how a client deletes (attempts.h).  Names are
 * stored; extend the list at its end.  Whether nobody looked after an
 * accepted deletion is known when the archive is read, and never stored.
 */
#define FINDINGS(X)                                                            \
	X(REPEATED, "repeated-after-success", "repeated after success")        \
	X(NEW_TOKEN, "retried-with-new-token", "retried with a new token")     \
	X(TOKEN_REUSED, "token-reused", "token of another request")            \
	X(TOO_SOON, "retried-too-soon", "sooner than Retry-After")             \
	X(PENDING, "repeated-while-pending", "repeated while pending")         \
	X(UNFOLLOWED, "never-followed", "never followed")

#define X(id, name, text) FINDING_##id,
enum finding { FINDINGS(X) FINDING_COUNT };
#undef X

#define FINDING_BIT(finding) ((uint32_t)1 << (finding))

const char *finding_name(enum finding f);

/* A few words for people. */
const char *finding_text(enum finding f);

struct deletion {
	struct span operation; /* the rule's name */
	bool contract;         /* the outcome rests on the API's contract,
				  not on convention */
	enum outcome outcome;
	struct span code;       /* of the whole call; absent if none */
	struct span message;    /* the server's words */
	struct span request_id; /* the server's */
	struct span token;      /* idempotency token */
	bool dry_run, force;
	bool set_delete; /* aimed at a selector, not at ids */
	const struct target *targets;
	size_t target_count;
	uint64_t attempt_of;     /* id of the first attempt; may be itself */
	unsigned attempt_number; /* from 1 */
	uint32_t findings;       /* a bit FINDING_BIT() for each */
};

/* Names are part of the archive format. */
enum verdict {
	VERDICT_UNCONFIRMED, /* still pending, or in a state unknown to us */
	VERDICT_CONFIRMED,
	VERDICT_REVERTED,
	VERDICT_COUNT,
};

const char *verdict_name(enum verdict v);

/* What an exchange shows about an earlier, accepted deletion. */
struct follow_up {
	uint64_t deletion; /* id of its exchange */
	struct span state; /* as the server words it; absent if not said */
	enum verdict verdict;
};

enum kind {
	KIND_OTHER,
	KIND_DELETION,
	KIND_FOLLOW_UP,
	KIND_COUNT,
};

const char *kind_name(enum kind k);

#define MATCH_KEY_SIZE 16

/* What the rules make of one exchange.  Lives in the exchange's arena. */
struct reading {
	enum kind kind;
	struct deletion deletion;           /* of KIND_DELETION */
	const struct follow_up *follow_ups; /* of KIND_FOLLOW_UP */
	size_t follow_up_count;
	uint8_t key[MATCH_KEY_SIZE]; /* see key.h */
	struct span principal; /* who asked: a fingerprint; see redact.h.  Set
				  by whoever masks */
};

/*
 * Recognise a request: fill in everything about it that needs no response
 * (outcome unknown) and return true, or return false if no rule says that
 * it deletes.
 */
bool deletion_of_request(const struct rules *rules,
    const struct message *request, struct arena *arena, struct deletion *out);

/*
 * Read a whole exchange: as deletion_of_request(), and classify what the
 * response says (apis.md, section 2.2, step 5).  Anything that the packets
 * do not prove is OUTCOME_UNKNOWN.
 */
bool deletion_of_exchange(const struct rules *rules, const struct exchange *x,
    struct arena *arena, struct deletion *out);

#endif
