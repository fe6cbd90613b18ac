/*
 * obit stats - counts, sizes and coverage.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>

#include "cli/archive.h"
#include "cli/cover.h"
#include "cli/opt.h"
#include "cli/text.h"
#include "store/origin.h"

struct args {
	bool json;
};

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object" },
	{ 0 },
};

static void
part(FILE *out, enum store_part p, const struct store_stats *s)
{
	char bytes[TEXT_SIZE];

	if (s->parts[p] > 0)
		fprintf(out, "    %-13s %10s %5.1f %%  %s\n",
		    store_part_name(p), text_bytes(bytes, s->parts[p]),
		    100 * (double)s->parts[p] / (double)s->file_bytes,
		    store_part_text(p));
}

static void
sizes(FILE *out, const struct store_stats *s)
{
	char file[TEXT_SIZE], messages[TEXT_SIZE];

	fprintf(out, "  size       %s for %s of messages",
	    text_bytes(file, s->file_bytes),
	    text_bytes(messages, s->message_bytes));
	if (s->message_bytes > 0)
		fprintf(out, ", %.1f %%",
		    100 * (double)s->file_bytes / (double)s->message_bytes);
	if (s->exchanges > 0)
		fprintf(out, "\n             %.1f bytes per exchange",
		    (double)s->file_bytes / (double)s->exchanges);
	putc('\n', out);
	for (int p = 0; p < PART_COUNT; p++)
		part(out, p, s);
}

static void
counts(FILE *out, const char *path, const struct store_stats *s)
{
	text_put_line(out, span_of_str(path));
	fprintf(out, "\n  exchanges  %" PRIu64 " on %" PRIu64 " %s\n",
	    s->exchanges, s->connections,
	    text_plural(s->connections, "connection", "connections"));
	fprintf(out,
	    "  deletions  %" PRIu64 " of %" PRIu64 " %s, %" PRIu64 " %s\n",
	    s->deletions, s->targets,
	    text_plural(s->targets, "target", "targets"), s->follow_ups,
	    text_plural(s->follow_ups, "follow-up", "follow-ups"));
	sizes(out, s);
}

static void
origin(FILE *out, const struct origin *o)
{
	fprintf(out, "  merged     from recording %" PRIu64, o->number);
	if (o->first > 0)
		fprintf(out, ", exchange %" PRIu64 " on,", o->first);
	fputs(" of the archive with the root\n             ", out);
	text_put_hex(out, o->root, DIGEST_SIZE);
	putc('\n', out);
}

static void
recording(FILE *out, const struct recording *rec)
{
	fprintf(out, "\nrecording %" PRIu64 ", ", rec->id);
	text_put_line(out, rec->program);
	fputs(" of ", out);
	text_put_line(out, rec->source);
	fputs(rec->finished ? "\n" : " (not finished)\n", out);
	if (rec->finished)
		cover_print(out, &rec->coverage);
	else
		fputs("  it was interrupted or still runs: "
		      "what it covered is not known\n",
		    out);
}

static void
recording_json(struct json *j, const struct recording *rec)
{
	json_object(j, NULL);
	json_uint(j, "id", rec->id);
	json_time(j, "begun", rec->begun);
	json_text(j, "program", rec->program);
	json_text(j, "source", rec->source);
	json_text(j, "filter", rec->filter);
	json_bool(j, "finished", rec->finished);
	cover_json(j, rec->finished ? &rec->coverage : NULL);
}

static void
origin_json(struct json *j, const struct origin *o)
{
	json_object(j, NULL);
	json_hex(j, "root", (struct span){ o->root, DIGEST_SIZE });
	json_uint(j, "size", o->size);
	json_uint(j, "recording", o->number);
	if (o->first > 0)
		json_uint(j, "first", o->first);
	else
		json_null(j, "first");
	json_end(j);
}

static int
origins(struct store *st, uint64_t id, struct arena *arena, struct json *j,
    FILE *out, struct err *err)
{
	const struct origin *list;
	size_t count;

	if (store_origins(st, id, arena, &list, &count, err) < 0)
		return -1;
	if (j != NULL)
		json_array(j, "origins");
	for (size_t i = 0; i < count; i++)
		if (j != NULL)
			origin_json(j, &list[i]);
		else
			origin(out, &list[i]);
	if (j != NULL)
		json_end(j);
	return 0;
}

/* Visit every recording; j is NULL for people. */
static int
recordings(struct store *st, struct json *j, FILE *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct recording rec;
	int more;

	for (uint64_t id = 1;
	     (more = store_recording(st, id, &arena, &rec, err)) > 0; id++) {
		if (j != NULL)
			recording_json(j, &rec);
		else
			recording(out, &rec);
		if (origins(st, id, &arena, j, out, err) < 0) {
			more = -1;
			break;
		}
		if (j != NULL)
			json_end(j);
		arena_reset(&arena);
	}
	arena_release(&arena);
	return more;
}

static void
ratio_json(struct json *j, const char *name, uint64_t a, uint64_t b)
{
	if (b > 0)
		json_real(j, name, (double)a / (double)b);
	else
		json_null(j, name);
}

static void
counts_json(struct json *j, const struct store_stats *s)
{
	json_uint(j, "exchanges", s->exchanges);
	json_uint(j, "connections", s->connections);
	json_uint(j, "deletions", s->deletions);
	json_uint(j, "targets", s->targets);
	json_uint(j, "follow_ups", s->follow_ups);
	json_uint(j, "message_bytes", s->message_bytes);
	json_uint(j, "stored_bytes", s->stored_bytes);
	json_uint(j, "file_bytes", s->file_bytes);
	ratio_json(j, "bytes_per_exchange", s->file_bytes, s->exchanges);
	ratio_json(j, "ratio", s->file_bytes, s->message_bytes);
	json_object(j, "parts");
	for (int p = 0; p < PART_COUNT; p++)
		json_uint(j, store_part_name(p), s->parts[p]);
	json_end(j);
}

static int
stats_json(struct store *st, const struct store_stats *s, FILE *out,
    struct err *err)
{
	struct json j = JSON_INIT(out);
	int status;

	json_object(&j, NULL);
	counts_json(&j, s);
	json_array(&j, "recordings");
	if ((status = recordings(st, &j, out, err)) < 0)
		return -1;
	json_end(&j);
	json_end(&j);
	json_line(&j);
	return status;
}

static int
stats(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct store_stats s;

	if (store_stats(st, &s, err) < 0)
		return -1;
	if (args->json)
		return stats_json(st, &s, ctx->out, err);
	counts(ctx->out, ctx->operands[0], &s);
	return recordings(st, NULL, ctx->out, err);
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	return archive_read(ctx->operands[0], stats, ctx, err);
}

extern const struct cmd cmd_stats;
const struct cmd cmd_stats = {
	.name = "stats",
	.summary = "show counts, sizes and coverage of an archive",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
