#include "capture/source.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "capture/filter.h"
#include "capture/input.h"
#include "capture/live.h"
#include "capture/reader.h"

/* What the windows of many files share, and the least of one. */
#define ALL_WINDOWS ((size_t)8 << 20)
#define MIN_WINDOW  ((size_t)16 << 10)

struct feed {
	struct reader *reader; /* owned */
	struct frame frame;    /* read, but not yet handed out */
	size_t rank;           /* place in the list of files */
};

struct source {
	struct live *live;  /* NULL: files; owned */
	struct feed *feeds; /* owned */
	size_t count;
	struct feed **heap; /* those that have a frame, earliest first; owned */
	size_t waiting;     /* in the heap */
	bool taken;         /* the frame of heap[0] was handed out */
	struct filter *filter; /* NULL: everything passes; owned */
	uint64_t filtered;
};

static bool
comes_before(const struct feed *a, const struct feed *b)
{
	if (a->frame.time != b->frame.time)
		return a->frame.time < b->frame.time;
	return a->rank < b->rank;
}

static void
swap(struct feed **a, struct feed **b)
{
	struct feed *t = *a;

	*a = *b;
	*b = t;
}

/* Put heap[at] where it belongs, all below it being in order. */
static void
sift_down(struct source *s, size_t at)
{
	for (;;) {
		size_t least = at, left = 2 * at + 1;

		for (size_t k = left; k < s->waiting && k <= left + 1; k++)
			if (comes_before(s->heap[k], s->heap[least]))
				least = k;
		if (least == at)
			return;
		swap(&s->heap[at], &s->heap[least]);
		at = least;
	}
}

static void
sift_up(struct source *s, size_t at)
{
	while (at > 0 && comes_before(s->heap[at], s->heap[(at - 1) / 2])) {
		swap(&s->heap[at], &s->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

/* Read the next frame of the file whose frame was handed out. */
static int
advance(struct source *s, struct err *err)
{
	struct feed *first = s->heap[0];
	int rc = reader_next(first->reader, &first->frame, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		s->heap[0] = s->heap[--s->waiting];
	s->taken = false;
	sift_down(s, 0);
	return 0;
}

/* The next frame of all files, whether it passes the filter or not. */
static int
next_frame(struct source *s, struct frame *out, struct err *err)
{
	if (s->taken && advance(s, err) < 0)
		return -1;
	if (s->waiting == 0)
		return 0;
	*out = s->heap[0]->frame;
	s->taken = true;
	return 1;
}

int
source_next(struct source *s, struct frame *out, struct err *err)
{
	int rc, passes;

	if (s->live != NULL)
		return live_next(s->live, out, err);
	while ((rc = next_frame(s, out, err)) > 0) {
		if (s->filter == NULL)
			return 1;
		passes = filter_matches(s->filter, out, err);
		if (passes != 0)
			return passes;
		s->filtered++;
	}
	return rc;
}

static struct source *
source_new(size_t count)
{
	struct source *s = xcalloc(1, sizeof(*s));

	s->feeds = xcalloc(count, sizeof(*s->feeds));
	s->heap = xcalloc(count, sizeof(struct feed *));
	return s;
}

/* Take a reader; read its first frame. */
static int
add_reader(struct source *s, struct reader *r, struct err *err)
{
	struct feed *feed = &s->feeds[s->count];
	int rc;

	feed->reader = r;
	feed->rank = s->count++;
	rc = reader_next(r, &feed->frame, err);
	if (rc <= 0)
		return rc;
	s->heap[s->waiting] = feed;
	sift_up(s, s->waiting++);
	return 0;
}

static size_t
window_for(size_t files)
{
	size_t window = ALL_WINDOWS / files;

	if (window > INPUT_WINDOW)
		return INPUT_WINDOW;
	return window < MIN_WINDOW ? MIN_WINDOW : window;
}

int
source_open(struct source **out, const char *const *files, size_t count,
    struct err *err)
{
	struct source *s;
	struct reader *r;

	assert(count > 0);
	s = source_new(count);
	for (size_t i = 0; i < count; i++)
		if (reader_open(&r, files[i], window_for(count), err) < 0 ||
		    add_reader(s, r, err) < 0)
			goto fail;
	*out = s;
	return 0;
fail:
	source_close(s);
	return -1;
}

int
source_open_memory(struct source **out, struct span bytes, struct err *err)
{
	struct source *s;
	struct reader *r;

	if (reader_open_memory(&r, bytes, err) < 0)
		return -1;
	s = source_new(1);
	if (add_reader(s, r, err) < 0) {
		source_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
source_open_live(struct source **out, const struct capture_options *options,
    struct err *err)
{
	struct live *live;

	if (live_open(&live, options, err) < 0)
		return -1;
	*out = source_new(1);
	(*out)->live = live;
	return 0;
}

int
source_set_filter(struct source *s, const char *expression, struct err *err)
{
	uint16_t link = UINT16_MAX; /* no frame says */

	if (s->waiting > 0)
		link = s->heap[0]->frame.link;
	filter_free(s->filter);
	s->filter = NULL;
	return filter_new(&s->filter, expression, link, err);
}

uint64_t
source_filtered(const struct source *s)
{
	return s->filtered;
}

bool
source_was_cut(const struct source *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (reader_was_cut(s->feeds[i].reader))
			return true;
	return false;
}

void
source_progress(const struct source *s, uint64_t *done, uint64_t *total)
{
	bool known = true;

	*done = *total = 0;
	if (s->live != NULL)
		*done = live_bytes(s->live);
	for (size_t i = 0; i < s->count; i++) {
		uint64_t part, size;

		reader_progress(s->feeds[i].reader, &part, &size);
		*done += part;
		*total += size;
		known = known && size > 0;
	}
	if (!known)
		*total = 0;
}

void
source_losses(struct source *s, uint64_t *kernel, uint64_t *interface,
    uint64_t *downs)
{
	*kernel = *interface = *downs = 0;
	if (s->live != NULL)
		live_losses(s->live, kernel, interface, downs);
	for (size_t i = 0; i < s->count; i++)
		reader_add_drops(s->feeds[i].reader, kernel, interface);
}

void
source_on_idle(struct source *s, int (*idle)(void *ctx, struct err *err),
    void *ctx)
{
	for (size_t i = 0; i < s->count; i++)
		reader_on_idle(s->feeds[i].reader, idle, ctx);
}

void
source_stop(struct source *s)
{
	if (s->live != NULL)
		live_stop(s->live);
	for (size_t i = 0; i < s->count; i++)
		reader_stop(s->feeds[i].reader);
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		reader_close(s->feeds[i].reader);
	live_close(s->live);
	filter_free(s->filter);
	free(s->feeds);
	free(s->heap);
	free(s);
}
