/*
 * side.h - one direction of a connection: bytes in, messages out.
 *
 * Decides by content whether it carries HTTP, drives the parser, builds
 * drafts and hands them to the pairing.  After a gap or bytes that are not
 * HTTP it looks for the next segment that begins a message.
 */
#ifndef CAPTURE_SIDE_H
#define CAPTURE_SIDE_H

#include "capture/pair.h"
#include "capture/stream.h"

enum side_mode {
	SIDE_START,  /* before the first byte, also of a tunnel */
	SIDE_HTTP,   /* in step with the parser */
	SIDE_SEARCH, /* waiting for a segment that begins a message */
	SIDE_IGNORE, /* not HTTP */
};

struct side {
	struct stream stream;
	struct side *peer;
	struct parser *parser; /* NULL until HTTP was recognised; owned */
	struct draft *draft;   /* in progress */
	struct pair *pair;
	struct outlet *outlet;
	const struct piece *piece; /* while it is parsed */
	size_t charged;            /* bytes taken from the budget */
	enum side_mode mode;
	enum head_side which; /* valid once parser is not NULL */
	bool opaque;          /* in a tunnel: what is no HTTP is no flaw */
	bool upgrade;         /* the last request asked for WebSocket */
	bool plausible;       /* the draft began as a response does, or as a
				 request of a common method */
	int class;            /* the first digit of a response's status, or 0 */
	bool queued;          /* the draft belongs to the pairing */
	bool interim_draft;   /* the draft is a 1xx response */
	bool heads;           /* at least one head was read */
	bool other;           /* it did not begin with HTTP */
	bool skipped;         /* bytes were passed over */
	bool begun;           /* the last of them begin a request line */
	bool untold;          /* lost, before it was known what they were */
	bool finished;
	bool checked;       /* whether both SYNs were seen */
	uint8_t asked;      /* how often, while the peer's SYN was missing */
	struct buf early;   /* first bytes, too few to tell what they are */
	struct buf interim; /* 1xx responses before the next message */
	int64_t interim_first;
	uint64_t interim_begin; /* of a row of them, one right behind another */
	uint64_t interim_end;
	uint64_t bytes;             /* delivered while searching */
	struct pair_facts *facts;   /* told who is the client */
	const struct endpoint *end; /* that sends in this direction */
};

void side_init(struct side *s, struct side *peer, struct pair *pair,
    struct pair_facts *facts, const struct endpoint *end,
    struct outlet *outlet);

/* Is it known that this side sends the requests? */
bool side_is_client(const struct side *s);

/*
 * No more bytes will come; closed: FIN was seen, so that a message which
 * only the end of the connection ends is complete.
 */
void side_finish(struct side *s, bool closed);

void side_release(struct side *s);

#endif
