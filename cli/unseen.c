#include "cli/unseen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "cli/text.h"

#define MINUTE ((int64_t)60 * 1000000000)

enum {
	LINE_SIZE = 512, /* more than all losses in words */
};

/* When a recording was watching. */
struct interval {
	int64_t first, last;
};

struct teller {
	const struct time_range *range;
	void (*tell)(void *arg, const char *line);
	void *arg;
	char line[LINE_SIZE];
	size_t len;
	struct interval *covered;
	size_t count, room;
};

PRINTF_LIKE(2, 3) static void add(struct teller *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->line + t->len, LINE_SIZE - t->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n;
	if (t->len >= LINE_SIZE)
		t->len = LINE_SIZE - 1;
}

static void
end_line(struct teller *t)
{
	t->tell(t->arg, t->line);
	t->len = 0;
}

static void
loss(struct teller *t, bool *any, uint64_t n, const char *one, const char *many)
{
	if (n == 0)
		return;
	add(t, "%s%" PRIu64 " %s", *any ? ", " : "not visible: ", n,
	    text_plural(n, one, many));
	*any = true;
}

static bool
losses(struct teller *t, const struct coverage *c)
{
	bool any = false;

	loss(t, &any, c->exchanges.incomplete, "incomplete exchange",
	    "incomplete exchanges");
	loss(t, &any, c->unseen_bytes, "byte never captured",
	    "bytes never captured");
	loss(t, &any,
	    c->layers[LAYER_CUT] + c->layers[LAYER_BAD] +
		c->layers[LAYER_UNKNOWN_LINK],
	    "packet not readable", "packets not readable");
	loss(t, &any, c->kernel_drops + c->interface_drops, "packet dropped",
	    "packets dropped");
	loss(t, &any, c->interface_downs, "time that the interface went down",
	    "times that the interface went down");
	loss(t, &any, c->flows.undecided, "flow undecided", "flows undecided");
	loss(t, &any, c->evicted, "flow given up", "flows given up");
	return any;
}

/* Of what else is incomplete at least the request can be shown. */
static void
orphans(struct teller *t, const struct recording *rec)
{
	uint64_t n = rec->coverage.exchanges.orphans;

	if (n == 0)
		return;
	add(t,
	    "recording %" PRIu64 ": %" PRIu64
	    " of the incomplete %s no whole request: not in the archive",
	    rec->id, n, text_plural(n, "has", "have"));
	end_line(t);
}

/* Is a part of it outside the range? */
static bool
sticks_out(const struct time_range *range, const struct interval *i)
{
	return (range->since.given && i->first < range->since.t) ||
	    (range->until.given && i->last >= range->until.t);
}

static void
recording(struct teller *t, const struct recording *rec,
    const struct interval *watch)
{
	const struct coverage *c = &rec->coverage;
	char text[TEXT_SIZE];
	bool any;

	add(t, "recording %" PRIu64 ": ", rec->id);
	any = losses(t, c);
	if (any && watch != NULL && sticks_out(t->range, watch))
		add(t, " in all of its %s",
		    text_duration(text, watch->last - watch->first));
	if (!rec->finished)
		add(t, any ? ", and it did not end" : "it did not end");
	else if (c->cut_short)
		add(t, "%s%s", any ? ", and " : "",
		    c->watched_from != 0 ? "the interface went away"
					 : "not all of the file was read");
	else if (c->packets == 0)
		add(t, "%sno packets", any ? ", " : "");
	else if (!any)
		add(t, "all that passed %swas seen",
		    rec->filter.len > 0 ? "the filter " : "");
	end_line(t);
	orphans(t, rec);
}

static bool
is_outside(const struct time_range *range, const struct interval *i)
{
	return (range->since.given && i->last < range->since.t) ||
	    (range->until.given && i->first >= range->until.t);
}

static void
cover(struct teller *t, const struct interval *watch)
{
	if (t->count == t->room) {
		t->room = t->room > 0 ? 2 * t->room : 8;
		t->covered =
		    xrealloc(t->covered, t->room * sizeof(*t->covered));
	}
	t->covered[t->count++] = *watch;
}

/* When one that did not end was watching is not known. */
static void
take(struct teller *t, const struct recording *rec)
{
	struct interval watch;
	bool timed = rec->finished &&
	    coverage_watch(&rec->coverage, &watch.first, &watch.last);

	if (timed && is_outside(t->range, &watch))
		return;
	recording(t, rec, timed ? &watch : NULL);
	if (timed)
		cover(t, &watch);
}

static int
compare(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static void
gap(struct teller *t, int64_t from, int64_t to)
{
	char day[TEXT_SIZE], clock[TEXT_SIZE], text[TEXT_SIZE];

	if (to <= from)
		return;
	add(t, "no recording from %s %s UTC ", text_day(day, from),
	    text_clock(clock, from));
	if (to - from < MINUTE)
		add(t, "on for %s", text_duration(text, to - from));
	else
		add(t, "to %s %s UTC", text_day(day, to),
		    text_clock(clock, to));
	end_line(t);
}

static void
gaps(struct teller *t)
{
	const struct time_range *r = t->range;
	int64_t at;

	if (t->count == 0) {
		if (r->since.given && r->until.given)
			gap(t, r->since.t, r->until.t);
		return;
	}
	qsort(t->covered, t->count, sizeof(*t->covered), compare);
	at = r->since.given ? r->since.t : t->covered[0].first;
	for (size_t i = 0; i < t->count; i++) {
		gap(t, at, t->covered[i].first);
		if (at < t->covered[i].last)
			at = t->covered[i].last;
	}
	if (r->until.given)
		gap(t, at, r->until.t);
}

int
unseen_tell(struct store *st, const struct time_range *range,
    void (*tell)(void *arg, const char *line), void *arg, struct err *err)
{
	struct teller t = { .range = range, .tell = tell, .arg = arg };
	struct arena arena = ARENA_INIT;
	struct recording rec;
	uint64_t id = 1;
	int more;

	while ((more = store_recording(st, id++, &arena, &rec, err)) > 0) {
		take(&t, &rec);
		arena_reset(&arena);
	}
	if (more == 0)
		gaps(&t);
	if (more == 0 && t.count == 0 && id == 2)
		tell(arg, "the archive has no recording");
	free(t.covered);
	arena_release(&arena);
	return more;
}
