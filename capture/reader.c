#include "capture/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "capture/classic.h"
#include "capture/input.h"
#include "capture/pcapng.h"
#include "capture/source.h"

struct reader {
	struct input *in; /* owned */
	const char *name; /* for messages; outlives the reader */
	bool is_pcapng;
	struct classic classic;
	struct pcapng pcapng;
	bool cut;
};

/* Say what the file begins with, since it is not what it should be. */
static int
refuse(struct span head, struct err *err)
{
	char text[3 * CLASSIC_MAGIC_LEN + 1] = "";

	if (head.len == 0)
		return err_set(err, ERR_FORMAT, "is empty, not a capture");
	for (size_t i = 0; i < head.len; i++)
		snprintf(text + 3 * i, 4, " %02x", head.p[i]);
	return err_set(err, ERR_FORMAT,
	    "is not a pcap or pcapng capture: it begins with%s", text);
}

static int
start(struct reader *r, struct err *err)
{
	struct span head;

	if (input_peek(r->in, CLASSIC_MAGIC_LEN, &head, err) < 0)
		return -1;
	if (classic_is_magic(head))
		return classic_start(&r->classic, r->in, err);
	r->is_pcapng = pcapng_is_magic(head);
	return r->is_pcapng ? 0 : refuse(head, err);
}

static int
open_input(struct reader **out, struct input *in, const char *name,
    struct err *err)
{
	struct reader *r = xcalloc(1, sizeof(*r));

	r->in = in;
	r->name = name;
	if (start(r, err) < 0) {
		reader_close(r);
		return err_prefix(err, "%s", name);
	}
	*out = r;
	return 0;
}

int
reader_open(struct reader **out, const char *path, size_t window,
    struct err *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct input *in;

	if (input_open(&in, path, window, err) < 0)
		return err_prefix(err, "%s", name);
	return open_input(out, in, name, err);
}

int
reader_open_memory(struct reader **out, struct span bytes, struct err *err)
{
	struct input *in;

	if (input_open_memory(&in, bytes, err) < 0)
		return err_prefix(err, "memory");
	return open_input(out, in, "memory", err);
}

int
reader_next(struct reader *r, struct frame *out, struct err *err)
{
	int rc;

	if (r->cut)
		return 0;
	if (r->is_pcapng)
		rc = pcapng_next(&r->pcapng, r->in, out, &r->cut, err);
	else
		rc = classic_next(&r->classic, r->in, out, &r->cut, err);
	return rc < 0 ? err_prefix(err, "%s", r->name) : rc;
}

bool
reader_was_cut(const struct reader *r)
{
	return r->cut || input_was_cut(r->in);
}

void
reader_progress(const struct reader *r, uint64_t *done, uint64_t *total)
{
	input_progress(r->in, done, total);
}

void
reader_add_drops(const struct reader *r, uint64_t *kernel, uint64_t *interface)
{
	if (r->is_pcapng)
		pcapng_add_drops(&r->pcapng, kernel, interface);
}

void
reader_on_idle(struct reader *r, int (*idle)(void *ctx, struct err *err),
    void *ctx)
{
	input_on_idle(r->in, idle, ctx);
}

void
reader_stop(struct reader *r)
{
	input_stop(r->in);
}

void
reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	pcapng_release(&r->pcapng);
	input_close(r->in);
	free(r);
}
