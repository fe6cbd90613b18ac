/*
 * source.h - frames from capture files, in the order of their times, or
 * from an interface as they come.
 *
 * Reads pcap and pcapng, plain or gzipped, from files and standard input.
 * Several files are merged by time; frames of equal time come in the order
 * of the files, and those of one file in its own order, even where its
 * times run backwards.  A frame's link type is that of its own interface.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"

struct capture_options;
struct err;
struct source;

#define SOURCE_MAX_FRAME (1u << 20) /* bytes captured; more is no packet */

/* One packet as captured. */
struct frame {
	int64_t time;      /* ns since 1970, never negative */
	uint16_t link;     /* LINKTYPE_ number of tcpdump.org */
	uint32_t wire_len; /* on the wire; more than bytes.len if cut */
	struct span bytes; /* valid until the next source_next() */
};

/*
 * Open every file; "-" is standard input.  The names must outlive the
 * source.  Reads up to the first frame of each.  Errors: ERR_SYSTEM,
 * ERR_FORMAT for what is not a capture, each with the file's name in front.
 */
int source_open(struct source **out, const char *const *files, size_t count,
    struct err *err) MUST_CHECK;

/* Read one capture from bytes, which must outlive the source. */
int source_open_memory(struct source **out, struct span bytes,
    struct err *err) MUST_CHECK;

/*
 * Watch the interface of the options through their filter; see live.h, also
 * for the errors.
 */
int source_open_live(struct source **out, const struct capture_options *options,
    struct err *err) MUST_CHECK;

/*
 * From here on, pass only what matches a libpcap filter expression, which
 * must outlive the source, of what files hold; see filter.h.  Errors:
 * ERR_USAGE.
 */
int source_set_filter(struct source *s, const char *expression,
    struct err *err) MUST_CHECK;

/*
 * Get the next frame: 1, 0 at the end, SOURCE_IDLE if an interface has none
 * at the moment, -1 on an error: ERR_SYSTEM, ERR_FORMAT with file and offset,
 * ERR_USAGE if the filter makes no sense on a link type that comes up.  A file
 * that ends inside a frame is no error; see source_was_cut().
 */
int source_next(struct source *s, struct frame *out,
    struct err *err) MUST_CHECK;

#define SOURCE_IDLE 2

/* How many frames the filter kept back. */
uint64_t source_filtered(const struct source *s);

/* Did any file end inside a frame or block? */
bool source_was_cut(const struct source *s);

/* Bytes consumed and their sum in all files, or 0 if it is unknown. */
void source_progress(const struct source *s, uint64_t *done, uint64_t *total);

/*
 * What was dropped before it came to us: as the kernel and the interface
 * count, or as statistics in pcapng files say; and how often the interface
 * went down.
 */
void source_losses(struct source *s, uint64_t *kernel, uint64_t *interface,
    uint64_t *downs);

/*
 * Call idle() about once a second, and after a signal, while source_next()
 * waits for what a pipe gives; if it fails, so does source_next().  It must
 * not come back to the source but to ask what it counts.
 */
void source_on_idle(struct source *s, int (*idle)(void *ctx, struct err *err),
    void *ctx);

/*
 * Let a read that waits for data be interrupted by the signal in whose
 * handler this is called, and end there.  What an interface has delivered
 * until now still comes.  Safe in a signal handler.
 */
void source_stop(struct source *s);

/* NULL is allowed. */
void source_close(struct source *s);

#endif
