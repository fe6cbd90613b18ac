#include "capture/capture.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
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
	bool live;
	int64_t ticked;         /* packet time of the last tick */
	uint64_t left;          /* packets that may still come */
	struct coverage before; /* what capture_cut() gave away, in sums that
				   go on: of losses and excluded packets */
	volatile sig_atomic_t stopped;
	bool ended_early;
};

static int
open_source(struct source **out, const struct capture_options *options,
    struct err *err)
{
	if (options->interface != NULL)
		return source_open_live(out, options, err);
	if (source_open(out, options->files, options->file_count, err) < 0)
		return -1;
	if (options->filter == NULL ||
	    source_set_filter(*out, options->filter, err) == 0)
		return 0;
	source_close(*out);
	return -1;
}

int
capture_open(struct capture **out, const struct capture_options *options,
    const struct capture_sink *sink, struct err *err)
{
	struct capture *c;
	struct source *source;

	if (open_source(&source, options, err) < 0)
		return -1;
	c = xcalloc(1, sizeof(*c));
	c->source = source;
	c->live = options->interface != NULL;
	c->left = options->max_packets > 0 ? options->max_packets : UINT64_MAX;
	if (c->live)
		c->outlet.coverage.watched_from = clock_wall();
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

/* Complete the coverage by what others count. */
static void
count_losses(struct capture *c)
{
	struct coverage *cover = &c->outlet.coverage;

	source_losses(c->source, &cover->kernel_drops, &cover->interface_drops,
	    &cover->interface_downs);
	cover->kernel_drops -= c->before.kernel_drops;
	cover->interface_drops -= c->before.interface_drops;
	cover->interface_downs -= c->before.interface_downs;
	cover->excluded = source_filtered(c->source) - c->before.excluded;
	if (c->live)
		cover->watched_until = clock_wall();
}

static int
tick(void *ctx, struct err *err)
{
	struct capture *c = ctx;
	uint64_t done, total;

	if (c->sink.tick == NULL)
		return 0;
	count_losses(c);
	source_progress(c->source, &done, &total);
	return c->sink.tick(c->sink.ctx, done, total, err);
}

static bool
is_tick(struct capture *c, int64_t time)
{
	if (c->outlet.coverage.packets % CAPTURE_TICK != 0 &&
	    (!c->live || time - c->ticked < CAPTURE_TICK_NS))
		return false;
	c->ticked = time;
	return true;
}

/* Read and use what comes next: as source_next(). */
static int
step(struct capture *c, struct err *err)
{
	struct frame f;
	int more = source_next(c->source, &f, err);
	bool due = more == SOURCE_IDLE;

	if (more == 1) {
		take_frame(c, &f);
		c->left--;
		due = is_tick(c, f.time);
	}
	return due && tick(c, err) < 0 ? -1 : more;
}

/* Was the recording ended while files had more to read? */
static bool
is_early(struct capture *c, int more)
{
	struct frame f;
	struct err ignored;

	if (c->live || more < 0)
		return false;
	return c->stopped ||
	    (c->left == 0 && source_next(c->source, &f, &ignored) != 0);
}

int
capture_run(struct capture *c, struct err *err)
{
	int more = 1;

	source_on_idle(c->source, tick, c);
	/* A stopped interface still has packets from before. */
	while (more > 0 && c->left > 0 && (c->live || !c->stopped) &&
	    !c->outlet.failed)
		more = step(c, err);
	count_losses(c);
	c->ended_early = is_early(c, more);
	c->outlet.coverage.cut_short =
	    more < 0 || c->ended_early || source_was_cut(c->source);
	flow_table_finish(c->flows);
	if (more >= 0 && c->outlet.failed) {
		*err = c->outlet.err;
		return -1;
	}
	return more < 0 ? -1 : 0;
}

void
capture_cut(struct capture *c, struct coverage *out)
{
	struct coverage *cover = &c->outlet.coverage;

	count_losses(c);
	*out = *cover;
	c->before.kernel_drops += cover->kernel_drops;
	c->before.interface_drops += cover->interface_drops;
	c->before.interface_downs += cover->interface_downs;
	c->before.excluded += cover->excluded;
	*cover = (struct coverage){ .watched_from = out->watched_until };
}

void
capture_stop(struct capture *c)
{
	c->stopped = 1;
	source_stop(c->source);
}

bool
capture_ended_early(const struct capture *c)
{
	return c->ended_early;
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
