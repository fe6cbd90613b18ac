/*
 * body.h - bodies as programs read them.
 *
 * The archive keeps a body as it was on the wire.  These functions compute
 * the two views of it: without its transfer coding, and without its
 * content coding either.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;
struct exchange;
struct head;
struct message;

/* A chunk of a chunked body (RFC 9112, section 7.1). */
struct chunk {
	struct span extension; /* after the size, up to the end of the line */
	struct span data;      /* shorter than announced if the body is cut */
};

/*
 * Take the next chunk off *rest, which begins as the whole body.  Return
 * false at the last chunk, the end of a cut body, or a line that is not a
 * chunk's; then c->data is absent, c->extension is that of the last chunk
 * if there is one, else absent, and *rest is what follows: the trailer
 * section, or the bytes that make no sense.
 */
bool body_next_chunk(struct span *rest, struct chunk *c);

/*
 * The body without chunk framing and trailers.  Points into the message
 * where nothing has to be removed, else into the arena.  Absent if the
 * body was not kept.  A body that is cut gives what is there.
 */
struct span body_entity(const struct message *m, struct arena *arena);

/*
 * Compute the digests of both bodies, where they are due.  Capture leaves
 * them to whoever needs them, which is nobody if the exchange is dropped.
 */
void body_digests(struct exchange *x);

/*
 * Take a body away for good and leave its digest; what the message says of
 * it stays.  False if there is none, or not a byte of it.
 */
bool body_purge(struct message *m, struct arena *arena);

/*
 * The entity without its content codings (gzip, x-gzip, deflate in both
 * its readings, identity, several in a row), at most limit bytes of it.
 * The same codings applied as transfer codings are removed as well.
 * Errors: ERR_UNSUPPORTED for a coding obit does not know, such as br;
 * ERR_FORMAT if it does not decode to its end; ERR_LIMIT.
 */
int body_decoded(const struct message *m, size_t limit, struct arena *arena,
    struct span *out, struct err *err) MUST_CHECK;

/* The same for an entity at hand and the head that describes it. */
int body_decode(const struct head *head, struct span entity, size_t limit,
    struct arena *arena, struct span *out, struct err *err) MUST_CHECK;

#endif
