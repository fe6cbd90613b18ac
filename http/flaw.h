/*
 * flaw.h - what was odd about recorded traffic.
 *
 * A flaw is data, not an error: the exchange is kept, the flaw is stored
 * with it under the name given here, and every listing shows it.  Names
 * are part of the archive format; extend the list at its end.
 */
#ifndef HTTP_FLAW_H
#define HTTP_FLAW_H

#include <stdbool.h>
#include <stdint.h>

#define FLAWS(X)                                                               \
	X(GAP, "gap", "bytes of a message were never captured")                \
	X(CONFLICT, "conflict", "a segment came twice with different bytes")   \
	X(MIDSTREAM, "midstream", "the connection began before the capture")   \
	X(RESET, "reset", "the connection was reset before the end")           \
	X(TRUNCATED, "truncated",                                              \
	    "a message ends before its head or its body does")                 \
	X(LIMIT, "limit", "a limit of the recorder was reached")               \
	X(AMBIGUOUS, "ambiguous", "requests and responses cannot be paired")   \
	X(SNAPLEN, "snaplen", "the capture cut packets short")                 \
	X(NO_RESPONSE, "no-response", "no response was seen")                  \
	X(RESPONSE_LOST, "response-lost", "the response fell into a gap")      \
	X(NO_REQUEST, "no-request", "a response without its request")          \
	X(EARLY_RESPONSE, "early-response", "answered before fully sent")      \
	X(CL_AND_TE, "cl-and-te", "both Content-Length and Transfer-Encoding") \
	X(MALFORMED, "malformed", "bytes that cannot be read as HTTP")         \
	X(BAD_CODING, "bad-coding", "a content coding that does not decode")   \
	X(WITHHELD, "withheld", "a body not stored because it holds secrets")  \
	X(TUNNEL, "tunnel", "seen inside a CONNECT tunnel")                    \
	X(INFERRED, "inferred", "what was answered is likely, not proven")

#define X(id, name, text) FLAW_##id,
enum flaw { FLAWS(X) FLAW_COUNT };
#undef X

/* A set of flaws, one bit each. */
typedef uint32_t flaw_set;

_Static_assert(FLAW_COUNT <= 32, "a flaw_set has 32 bits");

#define FLAW_BIT(flaw) ((flaw_set)1 << (flaw))

static inline bool
flaw_has(flaw_set set, enum flaw flaw)
{
	return (set & FLAW_BIT(flaw)) != 0;
}

/* The stable name that archives and exports use, such as "cl-and-te". */
const char *flaw_name(enum flaw f);

/* One line for people. */
const char *flaw_text(enum flaw f);

#endif
