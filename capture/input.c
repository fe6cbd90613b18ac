#include "capture/input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "capture/gzip.h"

#define IDLE_MS 1000

struct input {
	int fd;             /* -1: memory */
	bool waits;         /* it may have nothing to read for a while */
	struct span memory; /* what is left of it */
	uint64_t size, taken;
	bool ended, cut;
	volatile sig_atomic_t stopped;
	int (*idle)(void *ctx, struct err *err); /* may be NULL */
	void *idle_ctx;

	struct gzip *gzip; /* NULL: plain; owned */
	uint8_t *packed;   /* what gzip reads from; owned */
	size_t packed_cap;
	struct span unread; /* of packed */

	uint8_t *window; /* owned */
	size_t start, end, cap;
	uint64_t offset; /* of window[start] in the uncompressed input */
};

/* Come back when there is something to read, or it is over. */
static int
wait_for_bytes(struct input *in, struct err *err)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };
	int ready;

	do {
		ready = poll(&p, 1, IDLE_MS);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return 0;
		if (in->idle != NULL && !in->stopped &&
		    in->idle(in->idle_ctx, err) < 0)
			return -1;
	} while (!in->stopped);
	return 0;
}

/* Read up to n bytes as they are in the file; 0 is its end. */
static ssize_t
read_raw(struct input *in, uint8_t *p, size_t n, struct err *err)
{
	ssize_t got = 0;

	if (in->fd < 0) {
		struct span part = span_sub(in->memory, 0, n);

		if (part.len > 0)
			memcpy(p, part.p, part.len);
		in->memory = span_sub(in->memory, part.len, SIZE_MAX);
		got = (ssize_t)part.len;
	} else {
		if (in->waits && wait_for_bytes(in, err) < 0)
			return -1;
		while (!in->stopped && (got = read(in->fd, p, n)) < 0 &&
		    errno == EINTR)
			continue;
	}
	if (in->stopped)
		return 0;
	if (got < 0)
		return err_sys(err, "cannot read");
	in->taken += (uint64_t)got;
	return got;
}

/* As read_raw(), decompressed. */
static ssize_t
read_packed(struct input *in, uint8_t *p, size_t n, struct err *err)
{
	size_t made = 0;

	while (made == 0) {
		if (in->unread.len == 0) {
			ssize_t got =
			    read_raw(in, in->packed, in->packed_cap, err);

			if (got < 0)
				return -1;
			if (got == 0) {
				in->cut = !gzip_is_between(in->gzip);
				return 0;
			}
			in->unread = (struct span){ in->packed, (size_t)got };
		}
		if (gzip_inflate(in->gzip, &in->unread, p, n, &made, err) < 0)
			return -1;
	}
	return (ssize_t)made;
}

/* Make room for n bytes in the window, start of the window first. */
static void
make_room(struct input *in, size_t n)
{
	if (in->start > 0) {
		memmove(in->window, in->window + in->start,
		    in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	if (n > in->cap) {
		in->cap = n;
		in->window = xrealloc(in->window, in->cap);
	}
}

static int
fill(struct input *in, struct err *err)
{
	uint8_t *p = in->window + in->end;
	size_t n = in->cap - in->end;
	ssize_t got;

	if (in->gzip != NULL)
		got = read_packed(in, p, n, err);
	else
		got = read_raw(in, p, n, err);
	if (got < 0)
		return -1;
	in->end += (size_t)got;
	in->ended = got == 0;
	return 0;
}

int
input_peek(struct input *in, size_t n, struct span *out, struct err *err)
{
	assert(n <= INPUT_MAX_PEEK);
	if (in->end - in->start < n && !in->ended)
		make_room(in, n);
	while (in->end - in->start < n && !in->ended)
		if (fill(in, err) < 0)
			return -1;
	*out = (struct span){ in->window + in->start, in->end - in->start };
	if (out->len < n)
		return 0;
	out->len = n;
	return 1;
}

void
input_skip(struct input *in, size_t n)
{
	assert(n <= in->end - in->start);
	in->start += n;
	in->offset += n;
}

int
input_discard(struct input *in, uint64_t n, struct err *err)
{
	while (n > 0) {
		size_t part = n < in->cap ? (size_t)n : in->cap;
		struct span bytes;
		int rc = input_peek(in, part, &bytes, err);

		if (rc < 0)
			return -1;
		input_skip(in, bytes.len);
		if (rc == 0)
			return 0;
		n -= part;
	}
	return 1;
}

/* Does it begin with a gzip header?  Then decompress from here on. */
static int
look_for_gzip(struct input *in, struct err *err)
{
	struct span head;
	int rc = input_peek(in, GZIP_MAGIC_LEN, &head, err);

	if (rc <= 0 || !gzip_is_magic(head))
		return rc < 0 ? -1 : 0;
	in->gzip = gzip_new();
	in->packed = in->window;
	in->packed_cap = in->cap;
	in->unread = (struct span){ in->packed, in->end };
	in->window = xmalloc(in->cap);
	in->start = in->end = 0;
	in->ended = false;
	return 0;
}

static struct input *
input_new(int fd, size_t window)
{
	struct input *in = xcalloc(1, sizeof(*in));

	in->fd = fd;
	in->window = xmalloc(window);
	in->cap = window;
	return in;
}

static int
finish_open(struct input **out, struct input *in, struct err *err)
{
	if (look_for_gzip(in, err) < 0) {
		input_close(in);
		return -1;
	}
	*out = in;
	return 0;
}

/* A pipe with a name may have to wait for who writes it. */
static int
open_file(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int
input_open(struct input **out, const char *path, size_t window, struct err *err)
{
	struct input *in;
	struct stat st;
	int fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0 && (fd = open_file(path)) < 0)
		return err_sys(err, "cannot open");
	in = input_new(fd, window);
	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		err_set(err, ERR_SYSTEM, "is a directory, not a capture");
		input_close(in);
		return -1;
	}
	if (S_ISREG(st.st_mode))
		in->size = (uint64_t)st.st_size;
	in->waits = !S_ISREG(st.st_mode);
	return finish_open(out, in, err);
}

int
input_open_memory(struct input **out, struct span bytes, struct err *err)
{
	struct input *in = input_new(-1, INPUT_WINDOW);

	in->memory = bytes;
	in->size = bytes.len;
	return finish_open(out, in, err);
}

uint64_t
input_offset(const struct input *in)
{
	return in->offset;
}

bool
input_was_cut(const struct input *in)
{
	return in->cut;
}

void
input_progress(const struct input *in, uint64_t *done, uint64_t *total)
{
	*done = in->taken;
	*total = in->size;
}

void
input_on_idle(struct input *in, int (*idle)(void *ctx, struct err *err),
    void *ctx)
{
	in->idle = idle;
	in->idle_ctx = ctx;
}

void
input_stop(struct input *in)
{
	in->stopped = 1;
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	gzip_free(in->gzip);
	free(in->packed);
	free(in->window);
	free(in);
}
