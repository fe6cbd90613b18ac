/*
 * coverage.h - what one run of a recorder saw, kept and missed.
 *
 * The numbers reconcile, so that "no deletions" can be told from "was not
 * watching":
 *
 *	packets        = the sum of layers[]
 *	flows          = http + other + undecided
 *	exchanges.seen = exchanges.kept + exchanges.filtered +
 *			 exchanges.incomplete
 *
 * An incomplete exchange lacks something.  It is handed on for keeping as
 * far as it goes, unless it is an orphan.
 */
#ifndef HTTP_COVERAGE_H
#define HTTP_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/flaw.h"

/* What the recorder made of a packet; each counts in exactly one. */
#define LAYERS(X)                                                              \
	X(TCP, "tcp", "a TCP segment that was used")                           \
	X(FRAGMENT, "fragment", "an IP fragment, held for its datagram")       \
	X(OTHER_IP, "other-ip", "IP, but not TCP")                             \
	X(NOT_IP, "not-ip", "another protocol above the link layer")           \
	X(CUT, "cut", "too short for its own headers")                         \
	X(BAD, "bad", "headers that contradict each other")                    \
	X(UNKNOWN_LINK, "unknown-link", "a link type obit does not read")

#define X(id, name, text) LAYER_##id,
enum layer { LAYERS(X) LAYER_COUNT };
#undef X

const char *layer_name(enum layer layer);

struct coverage {
	uint64_t packets;
	uint64_t bytes;    /* captured, link headers included */
	uint64_t excluded; /* packets that the filter kept out; not counted
			      among the others */
	uint64_t layers[LAYER_COUNT];
	struct {
		uint64_t http, other, undecided;
	} flows;
	struct {
		uint64_t seen, kept, filtered, incomplete;
		uint64_t orphans; /* of the incomplete: a response, or part
				     of a request, alone */
	} exchanges;
	uint64_t deletions;
	uint64_t flaws[FLAW_COUNT]; /* kept exchanges that have it */
	uint64_t unseen_bytes;      /* of TCP, never captured: acknowledged by
				       a peer, or cut off the packet */
	uint64_t evicted;           /* flows given up to stay within memory */
	/* as the recorder knows, or as statistics in pcapng files say */
	uint64_t kernel_drops, interface_drops;
	uint64_t interface_downs; /* how often the interface went down */
	int64_t first, last;      /* packet times; 0 while packets is 0 */
	/* when an interface was watched, by the clock on the wall; else 0 */
	int64_t watched_from, watched_until;
	bool cut_short; /* the capture file ends inside a packet, or it was not
			   read to its end: it could not be, or somebody ended
			   the recording */
};

/*
 * From when to when did somebody watch?  As far as packets show it where
 * files were read.  false if that is not known.
 */
static inline bool
coverage_watch(const struct coverage *c, int64_t *from, int64_t *until)
{
	bool live = c->watched_from != 0;

	*from = live ? c->watched_from : c->first;
	*until = live ? c->watched_until : c->last;
	return live || c->packets > 0;
}

#endif
