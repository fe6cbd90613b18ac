#include "cli/cover.h"

#include <inttypes.h>
#include <string.h>

#include "base/base.h"
#include "cli/text.h"

#define COLUMNS 80

static void
span_of_time(FILE *out, const char *what, int64_t from, int64_t to)
{
	char day[TEXT_SIZE], clock[TEXT_SIZE], length[TEXT_SIZE];

	fprintf(out, "  %-10s %s %s UTC, %s\n", what, text_day(day, from),
	    text_clock(clock, from), text_duration(length, to - from));
}

static void
times(FILE *out, const struct coverage *c)
{
	if (c->watched_from != 0)
		span_of_time(out, "watched", c->watched_from, c->watched_until);
	if (c->packets > 0)
		span_of_time(out, "time", c->first, c->last);
}

static void
losses(FILE *out, const struct coverage *c)
{
	char bytes[TEXT_SIZE];

	if (c->kernel_drops + c->interface_drops > 0)
		fprintf(out,
		    "  dropped    %" PRIu64 " %s by the kernel, %" PRIu64
		    " by the interface\n",
		    c->kernel_drops,
		    text_plural(c->kernel_drops, "packet", "packets"),
		    c->interface_drops);
	if (c->unseen_bytes > 0)
		fprintf(out, "  missing    %s, never captured\n",
		    text_bytes(bytes, c->unseen_bytes));
	if (c->evicted > 0)
		fprintf(out, "  given up   %" PRIu64 " %s, to save memory\n",
		    c->evicted, text_plural(c->evicted, "flow", "flows"));
	if (c->cut_short && c->watched_from == 0)
		fputs("  cut short  not all of the input was read\n", out);
	if (c->interface_downs > 0)
		fprintf(out, "  went down  %" PRIu64 " %s\n",
		    c->interface_downs,
		    text_plural(c->interface_downs, "time", "times"));
}

static void
packets(FILE *out, const struct coverage *c)
{
	char bytes[TEXT_SIZE];
	const char *between = " (";

	fprintf(out, "  packets    %" PRIu64 ", %s", c->packets,
	    text_bytes(bytes, c->bytes));
	for (int l = 0; l < LAYER_COUNT; l++) {
		if (c->layers[l] == 0)
			continue;
		fprintf(out, "%s%" PRIu64 " %s", between, c->layers[l],
		    layer_name(l));
		between = ", ";
	}
	fprintf(out, "%s\n", c->packets > 0 ? ")" : "");
	if (c->excluded > 0)
		fprintf(out,
		    "             %" PRIu64 " more kept out by the filter\n",
		    c->excluded);
}

/* As many in a line as there is room for, with a comma behind. */
static void
flaws(FILE *out, const struct coverage *c)
{
	size_t column = 0, len;
	char text[2 * TEXT_SIZE];

	for (int f = 0; f < FLAW_COUNT; f++) {
		if (c->flaws[f] == 0)
			continue;
		len = (size_t)snprintf(text, sizeof(text), "%" PRIu64 " %s",
		    c->flaws[f], flaw_name(f));
		if (column > 0 && column + strlen(", ") + len < COLUMNS) {
			column += strlen(", ") + len;
			fprintf(out, ", %s", text);
		} else {
			fputs(column > 0 ? ",\n             " : "  flaws      ",
			    out);
			column = strlen("  flaws      ") + len;
			fputs(text, out);
		}
	}
	if (column > 0)
		putc('\n', out);
}

/* What obit ls lists of the recording, where that is not what was kept. */
static void
stored(FILE *out, const struct coverage *c)
{
	uint64_t orphans = c->exchanges.orphans, partly;

	if (c->exchanges.incomplete == 0 || orphans > c->exchanges.incomplete)
		return;
	partly = c->exchanges.incomplete - orphans;
	fprintf(out,
	    "             %" PRIu64 " in the archive: %" PRIu64
	    " kept and %" PRIu64 " incomplete\n",
	    c->exchanges.kept + partly, c->exchanges.kept, partly);
}

static void
exchanges(FILE *out, const struct coverage *c)
{
	uint64_t orphans = c->exchanges.orphans;

	fprintf(out,
	    "  exchanges  %" PRIu64 " seen: %" PRIu64 " kept, %" PRIu64
	    " filtered, %" PRIu64 " incomplete\n",
	    c->exchanges.seen, c->exchanges.kept, c->exchanges.filtered,
	    c->exchanges.incomplete);
	stored(out, c);
	if (orphans > 0)
		fprintf(out,
		    "             %" PRIu64 " of the incomplete %s no whole "
		    "request: not in the archive\n",
		    orphans, text_plural(orphans, "has", "have"));
}

void
cover_print(FILE *out, const struct coverage *c)
{
	times(out, c);
	packets(out, c);
	losses(out, c);
	fprintf(out,
	    "  flows      %" PRIu64 " http, %" PRIu64 " other, %" PRIu64
	    " undecided\n",
	    c->flows.http, c->flows.other, c->flows.undecided);
	exchanges(out, c);
	fprintf(out, "  deletions  %" PRIu64 "\n", c->deletions);
	flaws(out, c);
}

static void
layers_json(struct json *j, const struct coverage *c)
{
	json_object(j, "layers");
	for (int l = 0; l < LAYER_COUNT; l++)
		json_uint(j, layer_name(l), c->layers[l]);
	json_end(j);
}

static void
flows_json(struct json *j, const struct coverage *c)
{
	json_object(j, "flows");
	json_uint(j, "http", c->flows.http);
	json_uint(j, "other", c->flows.other);
	json_uint(j, "undecided", c->flows.undecided);
	json_end(j);
}

static void
exchanges_json(struct json *j, const struct coverage *c)
{
	json_object(j, "exchanges");
	json_uint(j, "seen", c->exchanges.seen);
	json_uint(j, "kept", c->exchanges.kept);
	json_uint(j, "filtered", c->exchanges.filtered);
	json_uint(j, "incomplete", c->exchanges.incomplete);
	json_uint(j, "orphans", c->exchanges.orphans);
	json_end(j);
}

static void
flaws_json(struct json *j, const struct coverage *c)
{
	json_object(j, "flaws");
	for (int f = 0; f < FLAW_COUNT; f++)
		if (c->flaws[f] > 0)
			json_uint(j, flaw_name(f), c->flaws[f]);
	json_end(j);
}

static void
drops_json(struct json *j, const struct coverage *c)
{
	json_object(j, "drops");
	json_uint(j, "kernel", c->kernel_drops);
	json_uint(j, "interface", c->interface_drops);
	json_end(j);
	json_uint(j, "interface_downs", c->interface_downs);
}

static void
watched_json(struct json *j, const struct coverage *c)
{
	if (c->watched_from == 0) {
		json_null(j, "watched");
		return;
	}
	json_object(j, "watched");
	json_time(j, "from", c->watched_from);
	json_time(j, "until", c->watched_until);
	json_end(j);
}

static void
time_json(struct json *j, const char *name, const struct coverage *c, int64_t t)
{
	if (c->packets > 0)
		json_time(j, name, t);
	else
		json_null(j, name);
}

static void
unknown_json(struct json *j)
{
	static const char *const names[] = { "packets", "bytes", "excluded",
		"layers", "flows", "exchanges", "deletions", "flaws",
		"unseen_bytes", "evicted", "drops", "interface_downs",
		"cut_short", "watched", "first", "last" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_null(j, names[i]);
}

void
cover_json(struct json *j, const struct coverage *c)
{
	if (c == NULL) {
		unknown_json(j);
		return;
	}
	json_uint(j, "packets", c->packets);
	json_uint(j, "bytes", c->bytes);
	/* The kernel, which filters what an interface sees, does not count. */
	if (c->watched_from != 0)
		json_null(j, "excluded");
	else
		json_uint(j, "excluded", c->excluded);
	layers_json(j, c);
	flows_json(j, c);
	exchanges_json(j, c);
	json_uint(j, "deletions", c->deletions);
	flaws_json(j, c);
	json_uint(j, "unseen_bytes", c->unseen_bytes);
	json_uint(j, "evicted", c->evicted);
	drops_json(j, c);
	json_bool(j, "cut_short", c->cut_short);
	watched_json(j, c);
	time_json(j, "first", c, c->first);
	time_json(j, "last", c, c->last);
}
