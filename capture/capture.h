/*
 * capture.h - packets in, exchanges out.
 *
 * Knows nothing of deletions or archives: whoever opens a capture passes
 * two functions, one that says at the head of each request whether its
 * exchange is wanted, and one that takes the finished exchange.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "http/coverage.h"
#include "http/exchange.h"

struct capture;
struct err;

/* An interface to watch. */
struct capture_interface {
	const char *name; /* "any": all of them */
	uint32_t buffer;  /* bytes of the kernel's ring; below 2 GiB */
	uint32_t snaplen; /* bytes of a packet that are read */
	bool promiscuous; /* see what is for other machines as well */
	int64_t duration; /* ns after which to stop; 0: never */
};

#define CAPTURE_BUFFER  ((uint32_t)16 << 20)
#define CAPTURE_SNAPLEN ((uint32_t)256 << 10)

/* Either files or an interface. */
struct capture_options {
	const char *const *files; /* "-" is standard input */
	size_t file_count;
	const struct capture_interface *interface; /* NULL: files */
	const char *filter;   /* a libpcap filter expression; NULL: none */
	uint64_t max_packets; /* after which to stop; 0: never */
	uint64_t max_body;    /* bytes of one body that are kept; at most
				 CAPTURE_BODY_PART(memory), or there may be no
				 room for it */
	uint64_t memory;      /* bytes that all buffers together may hold */
};

#define CAPTURE_MAX_BODY ((uint64_t)8 << 20)
#define CAPTURE_MEMORY   ((uint64_t)64 << 20)

#define CAPTURE_BODY_PART(memory) ((memory) / 4)

#define CAPTURE_TICK    1024
#define CAPTURE_TICK_NS ((int64_t)100000000)

struct capture_sink {
	void *ctx;

	/*
	 * Is the exchange that this request begins worth keeping?  Asked
	 * once for each request; what is not wanted, 0, is parsed and
	 * counted, but not copied.  Any other answer comes back with the
	 * exchange, in x->wanted.  A response without its request is not
	 * wanted.
	 */
	unsigned (*wants)(void *ctx, const struct head *request);

	/*
	 * Take, and free in the end, a wanted exchange, in the order in which
	 * exchanges are finished.  Report whether it was kept, and with which
	 * flaws: those that it came with and others.  An error ends the
	 * capture.  Digests may be due (http/body.h).
	 */
	int (*take)(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
	    struct err *err);

	/*
	 * NULL, or told after every CAPTURE_TICK packets, also without them
	 * of an interface every CAPTURE_TICK_NS and of a silent pipe every
	 * second and after a signal, how many bytes of how many are read;
	 * total is 0 if that is not known.  An error ends the capture.
	 */
	int (*tick)(void *ctx, uint64_t done, uint64_t total, struct err *err);
};

/*
 * Open every file and check that it is a capture, or begin to watch the
 * interface, for which no privilege is needed afterwards.  What options
 * point to must outlive the capture.  Errors: ERR_SYSTEM, ERR_FORMAT,
 * ERR_UNSUPPORTED, with the name of the file or interface in front;
 * ERR_USAGE for a filter that is none.
 */
int capture_open(struct capture **out, const struct capture_options *options,
    const struct capture_sink *sink, struct err *err) MUST_CHECK;

/*
 * Read to the end.  A file that ends inside a packet is no error: the
 * coverage says so.  Errors: those of the sink, ERR_SYSTEM also if the
 * interface is gone, ERR_FORMAT.
 */
int capture_run(struct capture *c, struct err *err) MUST_CHECK;

/*
 * Make capture_run() finish what it has and return; what an interface has
 * delivered until now belongs to that.  Safe in a signal handler.
 */
void capture_stop(struct capture *c);

/* Did capture_stop() or max_packets end it before the end of the files? */
bool capture_ended_early(const struct capture *c);

/*
 * What was seen since capture_open(), or since capture_cut() was called
 * last.  What others count, such as losses, is as of the last tick or the
 * end.  Valid until capture_close().
 */
const struct coverage *capture_coverage(const struct capture *c);

/*
 * Take the coverage so far and begin to count anew, so that the parts add up
 * to the whole.  Connections go on; one that is open counts when it ends.
 * To be called from tick() only.
 */
void capture_cut(struct capture *c, struct coverage *out);

/* NULL is allowed. */
void capture_close(struct capture *c);

#endif
