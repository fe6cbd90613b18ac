#include "cli/progress.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/text.h"

#define INTERVAL   250000000 /* ns between two lines */
#define CLEAR_LINE "\r\x1b[K"

bool
progress_is_wanted(const struct progress *p)
{
	return isatty(fileno(p->out));
}

static void
time_left(const struct progress *p, int64_t t, uint64_t done, uint64_t total)
{
	char text[TEXT_SIZE];
	double rate = (double)done / (double)(t - p->begun);

	if (total > done && rate > 0)
		fprintf(p->out, ", %s left",
		    text_duration(text,
			(int64_t)((double)(total - done) / rate)));
}

/* Begin a new line if it is time for one; the rate is per second. */
static bool
begin_line(struct progress *p, int64_t t, uint64_t done, uint64_t total,
    double *rate)
{
	if (p->begun == 0)
		p->begun = p->shown = t;
	if (t - p->shown < INTERVAL)
		return false;
	p->shown = t;
	*rate = (double)done * 1e9 / (double)(t - p->begun);
	fputs(CLEAR_LINE, p->out);
	if (total > 0)
		fprintf(p->out, "%3.0f%% ", 100 * (double)done / (double)total);
	return true;
}

void
progress_show(struct progress *p, uint64_t done, uint64_t total,
    uint64_t exchanges, uint64_t deletions)
{
	char bytes[TEXT_SIZE], per_second[TEXT_SIZE];
	int64_t t = clock_steady();
	double rate;

	if (!begin_line(p, t, done, total, &rate))
		return;
	fprintf(p->out,
	    "%s, %s/s, %" PRIu64 " exchanges, %" PRIu64 " deletions",
	    text_bytes(bytes, done), text_bytes(per_second, (uint64_t)rate),
	    exchanges, deletions);
	time_left(p, t, done, total);
	fflush(p->out);
}

void
progress_show_count(struct progress *p, uint64_t done, uint64_t total)
{
	int64_t t = clock_steady();
	double rate;

	if (!begin_line(p, t, done, total, &rate))
		return;
	fprintf(p->out, "%" PRIu64 " exchanges, %.0f/s", done, rate);
	time_left(p, t, done, total);
	fflush(p->out);
}

void
progress_end(struct progress *p)
{
	if (p->shown == p->begun)
		return;
	fputs(CLEAR_LINE, p->out);
	fflush(p->out);
}
