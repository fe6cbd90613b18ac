#include "cli/cover.h"

#include <inttypes.h>

#include "cli/text.h"

static void
span_of_time(FILE *out, const struct coverage *c)
{
	char day[TEXT_SIZE], clock[TEXT_SIZE], length[TEXT_SIZE];

	if (c->packets == 0)
		return;
	fprintf(out, "  time       %s %s UTC, %s\n", text_day(day, c->first),
	    text_clock(clock, c->first),
	    text_duration(length, c->last - c->first));
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

static void
flaws(FILE *out, const struct coverage *c)
{
	const char *between = "  flaws      ";

	for (int f = 0; f < FLAW_COUNT; f++) {
		if (c->flaws[f] == 0)
			continue;
		fprintf(out, "%s%" PRIu64 " %s", between, c->flaws[f],
		    flaw_name(f));
		between = ", ";
	}
	if (between[0] == ',')
		putc('\n', out);
}

void
cover_print(FILE *out, const struct coverage *c)
{
	span_of_time(out, c);
	packets(out, c);
	fprintf(out,
	    "  flows      %" PRIu64 " http, %" PRIu64 " other, %" PRIu64
	    " undecided\n",
	    c->flows.http, c->flows.other, c->flows.undecided);
	fprintf(out,
	    "  exchanges  %" PRIu64 " seen: %" PRIu64 " kept, %" PRIu64
	    " filtered, %" PRIu64 " incomplete\n",
	    c->exchanges.seen, c->exchanges.kept, c->exchanges.filtered,
	    c->exchanges.incomplete);
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
time_json(struct json *j, const char *name, const struct coverage *c, int64_t t)
{
	if (c->packets > 0)
		json_time(j, name, t);
	else
		json_null(j, name);
}

void
cover_json(struct json *j, const struct coverage *c)
{
	json_uint(j, "packets", c->packets);
	json_uint(j, "bytes", c->bytes);
	json_uint(j, "excluded", c->excluded);
	layers_json(j, c);
	flows_json(j, c);
	exchanges_json(j, c);
	json_uint(j, "deletions", c->deletions);
	flaws_json(j, c);
	json_uint(j, "unseen_bytes", c->unseen_bytes);
	json_uint(j, "evicted", c->evicted);
	json_object(j, "drops");
	json_uint(j, "kernel", c->kernel_drops);
	json_uint(j, "interface", c->interface_drops);
	json_end(j);
	json_bool(j, "cut_short", c->cut_short);
	time_json(j, "first", c, c->first);
	time_json(j, "last", c, c->last);
}
