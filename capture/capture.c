#include "capture/capture.h"

#include <signal.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "capture/flow.h"
#include "capture/outlet.h"
#include "capture/source.h"

struct capture {
	struct capture_sink sink;
	struct outlet outlet;
	struct source *source;
	struct decoder *decoder;
	struct flow_table *flows;
	volatile sig_atomic_t stopped;
};

int
capture_open(struct capture **out, const struct capture_options *options,
    const struct capture_sink *sink, struct err *err)
{
	struct capture *c;
	struct source *source;

	if (source_open(&source, options->files, options->file_count, err) < 0)
		return -1;
	if (options->filter != NULL &&
	    source_set_filter(source, options->filter, err) < 0) {
		source_close(source);
		return -1;
	}
	c = xcalloc(1, sizeof(*c));
	c->source = source;
	c->sink = *sink;
	c->outlet.sink = &c->sink;
	c->outlet.max_body = options->max_body;
	c->outlet.budget.limit = options->memory;
	c->decoder = decoder_new(&c->outlet.budget);
	c->flows = flow_table_new(&c->outlet);
	*out = c;
	return 0;
}

static void
take_frame(struct capture *c, const struct frame *f)
{
	struct coverage *cover = &c->outlet.coverage;
	struct segment seg;
	enum layer layer;

	if (cover->packets++ == 0)
		cover->first = cover->last = f->time;
	cover->bytes += f->bytes.len;
	if (f->time < cover->first)
		cover->first = f->time;
	if (f->time > cover->last)
		cover->last = f->time;
	layer = decoder_next(c->decoder, f, &seg);
	cover->layers[layer]++;
	if (layer == LAYER_TCP)
		flow_table_add(c->flows, &seg);
}

static void
tick(struct capture *c)
{
	uint64_t done, total;

	if (c->sink.tick == NULL ||
	    c->outlet.coverage.packets % CAPTURE_TICK != 0)
		return;
	source_progress(c->source, &done, &total);
	c->sink.tick(c->sink.ctx, done, total);
}

int
capture_run(struct capture *c, struct err *err)
{
	struct frame f;
	int more = 1;

	while (more == 1 && !c->stopped && !c->outlet.failed) {
		more = source_next(c->source, &f, err);
		if (more == 1) {
			take_frame(c, &f);
			tick(c);
		}
	}
	c->outlet.coverage.excluded = source_filtered(c->source);
	c->outlet.coverage.cut_short = source_was_cut(c->source);
	source_drops(c->source, &c->outlet.coverage.kernel_drops,
	    &c->outlet.coverage.interface_drops);
	flow_table_finish(c->flows);
	if (more >= 0 && c->outlet.failed) {
		*err = c->outlet.err;
		return -1;
	}
	return more < 0 ? -1 : 0;
}

void
capture_stop(struct capture *c)
{
	c->stopped = 1;
	source_stop(c->source);
}

const struct coverage *
capture_coverage(const struct capture *c)
{
	return &c->outlet.coverage;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	flow_table_free(c->flows);
	decoder_free(c->decoder);
	source_close(c->source);
	free(c);
}
