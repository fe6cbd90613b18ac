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

struct args {
	bool json;
};

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object" },
	{ 0 },
};

static void
sizes(FILE *out, const struct store_stats *s)
{
	char file[TEXT_SIZE], messages[TEXT_SIZE], stored[TEXT_SIZE];

	fprintf(out, "  size       %s; messages of %s stored in %s\n",
	    text_bytes(file, s->file_bytes),
	    text_bytes(messages, s->message_bytes),
	    text_bytes(stored, s->stored_bytes));
	if (s->exchanges > 0)
		fprintf(out, "             %" PRIu64 " bytes per exchange\n",
		    s->file_bytes / s->exchanges);
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
recording(FILE *out, const struct recording *rec)
{
	fprintf(out, "\nrecording %" PRIu64 ", ", rec->id);
	text_put_line(out, rec->program);
	fputs(" of ", out);
	text_put_line(out, rec->source);
	fputs(rec->finished ? "\n" : " (not finished)\n", out);
	cover_print(out, &rec->coverage);
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
	cover_json(j, &rec->coverage);
	json_end(j);
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
		arena_reset(&arena);
	}
	arena_release(&arena);
	return more;
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
	status = recordings(st, &j, out, err);
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
