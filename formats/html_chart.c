#include "formats/html_chart.h"

#include <inttypes.h>

#include "base/stamp.h"

enum {
	WIDTH = 1200,
	TOP = 16,
	BOTTOM = 126,
	LABEL = 148,
	HEIGHT = 154,
	FEWEST_SLOTS = 40, /* so that few bins are not wide as doors */
	LOWEST_TOP = 4,    /* nor one deletion as high as the drawing */
	LABELS = 6,
};

#define S ((int64_t)1000000000)
#define D (86400 * S)

/* Where the bins are in the drawing. */
struct plot {
	const struct timeline *tl;
	size_t slots, before; /* empty slots in front of the first bin */
	double slot;          /* width of one */
	uint64_t most;
};

static struct plot
plan(const struct timeline *tl)
{
	struct plot p = { .tl = tl, .slots = tl->count, .most = LOWEST_TOP };

	if (p.slots < FEWEST_SLOTS)
		p.slots = FEWEST_SLOTS;
	p.before = (p.slots - tl->count) / 2;
	p.slot = (double)WIDTH / (double)p.slots;
	for (size_t i = 0; i < tl->count; i++)
		if (timeline_total(tl, i) > p.most)
			p.most = timeline_total(tl, i);
	return p;
}

/* The time at the left of a slot, as exact as the slots are wide. */
static void
put_time(FILE *out, const struct plot *p, size_t slot)
{
	int64_t width = timeline_width(p->tl);
	int64_t t = (p->tl->start + (int64_t)slot - (int64_t)p->before) * width;
	char text[STAMP_SIZE];

	stamp_format(text, t);
	if (width >= D)
		fprintf(out, "%.10s", text);
	else if (width >= 60 * S)
		fprintf(out, "%.5s %.5s", text + 5, text + 11);
	else if (width >= S)
		fprintf(out, "%.8s", text + 11);
	else
		fprintf(out, "%.12s", text + 11);
}

static void
frame(FILE *out, const struct plot *p)
{
	fprintf(out,
	    "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>"
	    "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>"
	    "<text x=\"0\" y=\"%d\">%" PRIu64 "</text>\n",
	    WIDTH, TOP, TOP, WIDTH, BOTTOM, BOTTOM, TOP - 4, p->most);
	for (int i = 0; i < LABELS; i++) {
		size_t slot = p->slots * (size_t)i / LABELS;
		double x = (double)slot * p->slot;

		fprintf(out,
		    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
		    "<text x=\"%.1f\" y=\"%d\">",
		    x, x, BOTTOM, BOTTOM + 5, x + 3, LABEL);
		put_time(out, p, slot);
		fputs("</text>\n", out);
	}
}

static void
bin_title(FILE *out, const struct plot *p, size_t i)
{
	fputs("<title>", out);
	put_time(out, p, p->before + i);
	for (int o = 0; o < OUTCOME_COUNT; o++)
		if (p->tl->bins[i][o] > 0)
			fprintf(out, "\n%" PRIu64 " %s", p->tl->bins[i][o],
			    outcome_name(o));
	fputs("</title>", out);
}

/* The outcomes stand on each other, the first at the bottom. */
static void
bin(FILE *out, const struct plot *p, size_t i)
{
	double x = (double)(p->before + i) * p->slot;
	double scale = (double)(BOTTOM - TOP) / (double)p->most;
	uint64_t below = 0;

	if (timeline_total(p->tl, i) == 0)
		return;
	fputs("<g>", out);
	bin_title(out, p, i);
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		uint64_t n = p->tl->bins[i][o];

		if (n == 0)
			continue;
		below += n;
		fprintf(out,
		    "<rect class=\"%s\" x=\"%.1f\" y=\"%.2f\" "
		    "width=\"%.1f\" height=\"%.2f\"/>",
		    outcome_name(o), x + 1, BOTTOM - (double)below * scale,
		    p->slot - 2, (double)n * scale);
	}
	fputs("</g>\n", out);
}

void
html_chart(FILE *out, const struct timeline *tl)
{
	struct plot p = plan(tl);

	if (tl->count == 0)
		return;
	fprintf(out,
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-label=\"Deletions over time\">\n",
	    WIDTH, HEIGHT);
	frame(out, &p);
	for (size_t i = 0; i < tl->count; i++)
		bin(out, &p, i);
	fputs("</svg>\n", out);
}
