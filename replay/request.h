/*
 * request.h - a recorded request on its way back to the wire.
 *
 * The head is kept as parts with their exact bytes, so that what nobody
 * changed goes out as it was recorded, case, order and blanks included, and
 * what somebody changed changes alone.
 *
 *	struct request r = REQUEST_INIT;
 *
 *	if (request_of(&r, &entry, err) < 0 ||
 *	    request_set_header(&r, "Host", VALUE_PLAIN("127.0.0.1:8080"),
 *		err) < 0 ||
 *	    dressing_apply(&dressing, &r, clock_wall(), err) < 0 ||
 *	    request_render(&r, REQUEST_WIRE, &bytes, err) < 0)
 *		...
 *	request_release(&r);
 *
 * Every value has two forms: the bytes that are sent, and what is shown in
 * a plan and covered by its digest.  They differ where the bytes are secret
 * or not known before the moment of sending.
 */
#ifndef REPLAY_REQUEST_H
#define REPLAY_REQUEST_H

#include <stdint.h>

#include "base/arena.h"
#include "base/base.h"
#include "base/span.h"

struct buf;
struct entry;
struct err;
struct exchange;
struct message;
struct redactor;

#define REQUEST_MAX_PARTS 2048 /* header lines, and query fields, each */

/* A value and what to show of it. */
struct value {
	struct span bytes;
	struct span shown; /* absent: the bytes */
	bool secret;       /* masked wherever it is shown or recorded, even
			      if its name does not say that it is secret */
};

#define VALUE_PLAIN(s) ((struct value){ .bytes = span_of_str(s) })

/* A header line with its line end, or one field of a query without "&". */
struct part {
	struct span name;
	struct span value; /* of a header without the blanks around it.  Both
			      are decoded in a query, where a field without
			      "=" has no value */
	struct span bytes; /* name and value inside it, as it is sent */
	struct span shown; /* the same for people; absent: the bytes */
	bool secret;
};

struct parts {
	struct part *at;
	size_t count, room;
};

/* What a person should know before a request is sent. */
#define WARNINGS(X)                                                            \
	X(MASKED, "masked-secret",                                             \
	    "a secret is masked and nothing takes its place")                  \
	X(SIGNATURE, "stale-signature", "its signature will not verify")       \
	X(TOKEN, "token-expired",                                              \
	    "its token may be forgotten by now, and then it deletes again")    \
	X(SET, "set-delete", "it deletes whatever its selector finds")

#define X(id, name, text) WARNING_##id,
enum warning { WARNINGS(X) WARNING_COUNT };
#undef X

/* The stable name, and one line for people. */
const char *warning_name(enum warning w);
const char *warning_text(enum warning w);

struct warned {
	enum warning what;
	struct span detail; /* such as the header's name; may be absent */
	struct warned *next;
};

struct request {
	struct arena arena;         /* of all that is below */
	const struct entry *source; /* the recorded exchange; borrowed */
	struct span method;
	struct span before;    /* the start line up to the target */
	struct span path;      /* absolute-form is sent as origin-form */
	bool has_query;        /* there is a "?", even with nothing behind */
	struct parts query;    /* in order, empty ones too */
	struct span after;     /* the start line behind the target */
	struct parts headers;  /* in order; a folded one is one */
	struct span end;       /* the empty line */
	struct span body;      /* as on the wire: chunk framing included */
	struct warned *warned; /* in the order in which they were found */
};

#define REQUEST_INIT ((struct request){ 0 })

/*
 * Take apart the request of e, which must stay until r is released.  What r
 * held before is forgotten.  Errors: ERR_FORMAT for a head that cannot be
 * sent again, ERR_LIMIT.
 */
int request_of(struct request *r, const struct entry *e,
    struct err *err) MUST_CHECK;

/* The host that a recorded request was for, with its port; or absent. */
struct span request_recorded_host(const struct entry *e);

/* May be called twice. */
void request_release(struct request *r);

/* The value of the first header of that name (any case), or absent. */
struct span request_header(const struct request *r, const char *name);

/*
 * Give the header of that name this value: the first one keeps its place
 * and its spelling, others of the name go, and if there is none it is
 * added at the end.  Copies.  Errors: ERR_USAGE for a value that would end
 * its line, and for Content-Length and Transfer-Encoding, which say where
 * the body ends (request_set_body()); ERR_LIMIT.
 */
int request_set_header(struct request *r, const char *name, struct value value,
    struct err *err) MUST_CHECK;

/* Add one at the end, whatever is there.  Errors: as above. */
int request_add_header(struct request *r, const char *name, struct value value,
    struct err *err) MUST_CHECK;

/* Remove all of that name and return how many there were. */
size_t request_remove_header(struct request *r, const char *name);

/*
 * The same three for query fields.  A name is compared with its case, after
 * decoding, in which "+" is a space; name and value are given decoded, and
 * percent-encoded where RFC 3986 does not leave them alone.  What is shown
 * stays as it is given, and may have no blanks in it (ERR_USAGE).
 */
int request_set_query(struct request *r, const char *name, struct value value,
    struct err *err) MUST_CHECK;
int request_add_query(struct request *r, const char *name, struct value value,
    struct err *err) MUST_CHECK;
size_t request_remove_query(struct request *r, const char *name);

/* The decoded value of the first query field of that name, or absent. */
struct span request_query(const struct request *r, const char *name);

/*
 * Replace the body.  It is sent with a Content-Length, and without the
 * transfer coding it had.  Copies.
 */
int request_set_body(struct request *r, struct span body,
    struct err *err) MUST_CHECK;

/*
 * Make it a GET of this target, in origin-form: without its body, and without
 * the header fields that describe one, that set conditions, or that tell some
 * servers of another method.  Copies.  Errors: ERR_LIMIT.
 */
int request_make_get(struct request *r, struct span target,
    struct err *err) MUST_CHECK;

/* Remember a warning, once for each detail.  Copies. */
void request_warn(struct request *r, enum warning what, struct span detail);

enum request_form {
	REQUEST_WIRE,
	REQUEST_SHOWN,
};

/* Is what is shown what is sent, because nothing of it has to be hidden? */
bool request_is_open(const struct request *r);

/* The head in out, which is emptied first.  Errors: ERR_LIMIT. */
int request_head(const struct request *r, enum request_form form,
    struct buf *out, struct err *err) MUST_CHECK;

/* Head and body. */
int request_render(const struct request *r, enum request_form form,
    struct buf *out, struct err *err) MUST_CHECK;

/*
 * Make r the request of x, with the bytes that are sent or with what is
 * shown; values that are secret are masked.  Everything lives in the arena
 * of x.  It may still hold other secrets: redactor_apply() comes next.
 * Errors: as request_message().
 */
int request_record(const struct request *r, struct redactor *redactor,
    enum request_form form, struct exchange *x, struct err *err) MUST_CHECK;

/* The same of bytes in which nothing has to be hidden. */
int request_record_bytes(struct span head, struct span body, struct exchange *x,
    struct err *err) MUST_CHECK;

/*
 * The request as the rules and the signers read it, in the arena; valid
 * until r is released, and as r is now.  Errors: ERR_FORMAT, ERR_LIMIT.
 */
int request_message(struct request *r, const struct message **out,
    struct err *err) MUST_CHECK;

/*
 * One thing that is done to every request between archive and wire.  It is
 * done when the plan is made, and again, with the time of that moment, right
 * before the request is sent.  What is shown must be the same both times:
 * if it is not, the request is not sent.
 */
struct dresser {
	void *ctx;
	int (
	    *dress)(void *ctx, struct request *r, int64_t now, struct err *err);
	bool timed; /* what it shows is the same at any time, but it may fail
		       at a later one */
};

/*
 * All of them, in order.  Before them the request was given its new host and
 * path prefix; after them only its bytes are counted and sent.  So signers
 * come last.
 */
struct dressing {
	const struct dresser *at;
	size_t count;
};

/* Errors: the first one's, with the exchange in front. */
int dressing_apply(const struct dressing *d, struct request *r, int64_t now,
    struct err *err) MUST_CHECK;

#endif
