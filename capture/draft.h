/*
 * draft.h - one message while it arrives, and until its pairing is known.
 *
 * A draft that is kept has copies of everything in its own arena; any
 * other has only positions and lengths.
 */
#ifndef CAPTURE_DRAFT_H
#define CAPTURE_DRAFT_H

#include "base/buf.h"
#include "capture/outlet.h"
#include "http/parser.h"

/*
 * What place a response has among the requests: between these ranks, see
 * rank.h.  Inferred: that rests on what narrow.h says.
 */
struct bounds {
	uint64_t low, high;
	bool inferred;
};

struct draft {
	struct draft *next;   /* in the list of those to use again */
	struct draft *answer; /* of a request: the response that is proven */
	struct outlet *outlet;
	struct arena arena;
	struct message message;
	struct buf body;
	struct buf holes; /* of struct hole */
	struct digest *digest;
	struct draft *bulk_prev, *bulk_next; /* see bulk.h */
	size_t bulk;          /* what its body had room for, as known there */
	size_t charged;       /* bytes taken from the budget */
	uint64_t first;       /* position of its first byte */
	uint64_t begin;       /* of a response: of its first interim one */
	uint64_t end;         /* behind its last byte, as far as it is known */
	uint64_t ack;         /* in the other direction, at its first byte */
	uint64_t number;      /* of a request on its connection, from 1 */
	uint64_t missing;     /* bytes */
	struct bounds bounds; /* of a response */
	uint64_t place;       /* of a response: see wait.h */
	uint64_t mark;        /* of a request: see echo.h; 0: none */
	uint8_t row;          /* of it and those before it: see echo.h */
	uint64_t named;       /* by a response: number of a request, or 0 */
	uint64_t head_len;    /* of a request */
	flaw_set flaws;
	flaw_set cut;       /* of a request: why only part of the head of its
			       response was read */
	enum reason reason; /* of a request that is not answered */
	bool kept;
	bool fits;      /* the body is kept for sure: its digest can wait */
	bool digesting; /* the digest holds something */
	bool ended;
	bool exact;        /* end is where the message really ends */
	unsigned wanted;   /* of a request: what the sink said of it; 0: only
			      kept in case it will be wanted */
	bool placed;       /* of a response: it has become an answer */
	bool gap_before;   /* what came just before it is not known */
	bool begun_before; /* but at least one message did */
	bool bodiless;     /* a response that was read as one to HEAD */
	bool head_method, connect_method; /* a request's */
	bool cacheable;  /* a request whose response a cache may repeat */
	bool expects;    /* a request that asks for 100 */
	bool suspect;    /* of a response: see inside.h */
	bool awaited;    /* instead: a request was sent just there */
	bool by_name;    /* it has its bounds from its name */
	bool inside;     /* it is not yet believed */
	bool in_last;    /* it may be in the body of the response before */
	bool refuted;    /* it is text, or does not end where it seems to */
	bool behind_end; /* the gap before it begins where a response ended */
	bool ghost;      /* a request that was lost, but must have been there */
	bool closed;   /* that none is missing just before it is from ghost.h */
	bool fragment; /* a request of whose head only the start was read */
	bool tunnel;   /* seen after CONNECT had been accepted */
};

struct draft *draft_new(struct outlet *o, uint64_t position, uint64_t ack,
    int64_t time);

/* NULL is allowed. */
void draft_free(struct draft *d);

/* Give back the memory of drafts that were freed. */
void draft_drop_spare(struct outlet *o);

/* Take the head; copy it if the draft is kept. */
void draft_head(struct draft *d, const struct parser_head *h);

/* Put these bytes of 1xx responses in front. */
void draft_interim(struct draft *d, struct span bytes, int64_t first);

void draft_raw(struct draft *d, struct span bytes);
void draft_entity(struct draft *d, struct span bytes);

/* len bytes of the body on the wire, next to come, are missing. */
void draft_hole(struct draft *d, uint64_t len);

/*
 * Bytes from this position of its direction on came again: note a conflict
 * where they are other bytes than those kept.
 */
void draft_again(struct draft *d, uint64_t position, struct span bytes);

/*
 * Give up the largest of all bodies, to make room: the message is as if its
 * body were too long.  Return false if none is large.
 */
bool draft_give_up_largest(struct outlet *o);

/* The message is over; position is behind its last byte. */
void draft_end(struct draft *d, enum parser_end how, uint64_t position,
    int64_t time);

/*
 * Make an exchange of a request and its response, which may be NULL, and
 * free both drafts.
 */
struct exchange *draft_exchange(struct draft *request, struct draft *response);

#endif
