#include "cli/check.h"

#include <inttypes.h>

#include "cli/cmd.h"
#include "cli/progress.h"
#include "cli/text.h"

static void
tick(void *ctx, uint64_t done, uint64_t total)
{
	progress_show_count(ctx, done, total);
}

int
check_archive(struct store *st, const struct checkpoint *checkpoint,
    struct verification *out, struct cmd_ctx *ctx, struct err *err)
{
	struct progress progress = PROGRESS_INIT(ctx->log);
	struct verify_options options = { .checkpoint = checkpoint };
	int rc;

	if (progress_is_wanted(&progress)) {
		options.tick = tick;
		options.ctx = &progress;
	}
	rc = store_verify(st, &options, out, err);
	progress_end(&progress);
	return rc;
}

/* "exchange 5", "exchanges 5 to 7", "recording 2". */
static void
print_place(FILE *out, const struct verification *v)
{
	if (v->recording != 0)
		fprintf(out, "recording %" PRIu64 " is ", v->recording);
	else if (v->from == 0)
		fputs("it is ", out);
	else if (v->to == 0)
		fprintf(out, "exchange %" PRIu64 " and all after it are ",
		    v->from);
	else if (v->from == v->to)
		fprintf(out, "exchange %" PRIu64 " is ", v->from);
	else
		fprintf(out, "exchanges %" PRIu64 " to %" PRIu64 " are ",
		    v->from, v->to);
}

/* Text from a damaged file goes to a terminal as plain characters. */
static void
print_plain(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		putc(*text >= ' ' && *text < 0x7f ? *text : '?', out);
}

/* What they were cannot be checked, but that they were these. */
static void
print_purged(FILE *out, const struct verification *v)
{
	if (v->purged == 1)
		fputs("1 body was purged, its digest stands for it\n", out);
	else if (v->purged > 1)
		fprintf(out,
		    "%" PRIu64
		    " bodies were purged, their digests stand for them\n",
		    v->purged);
}

/* A recorder that was killed, or that still runs, said nothing of itself. */
static void
print_unfinished(FILE *out, const struct verification *v)
{
	if (v->unfinished == 1)
		fprintf(out,
		    "recording %" PRIu64
		    " did not end, so no leaf says what it covered\n",
		    v->unfinished_id);
	else if (v->unfinished > 1)
		fprintf(out,
		    "%" PRIu64
		    " recordings did not end, so no leaf says what they "
		    "covered\n",
		    v->unfinished);
}

void
check_report(FILE *out, const char *path, const struct verification *v)
{
	if (v->fault != FAULT_NONE) {
		fprintf(out, "%s is not verified: ", path);
		print_place(out, v);
		fprintf(out, "%s: ",
		    v->fault == FAULT_TRUNCATED ? "missing at the end"
						: fault_name(v->fault));
		print_plain(out, v->what);
		putc('\n', out);
		return;
	}
	fprintf(out, "%s is verified: %" PRIu64 " %s, %" PRIu64 " %s\nroot ",
	    path, v->exchanges,
	    text_plural(v->exchanges, "exchange", "exchanges"), v->recordings,
	    text_plural(v->recordings, "recording", "recordings"));
	text_put_hex(out, v->root, DIGEST_SIZE);
	fprintf(out, " of %" PRIu64 " %s\n", v->size,
	    text_plural(v->size, "leaf", "leaves"));
	print_purged(out, v);
	print_unfinished(out, v);
}

static void
id_json(struct json *j, const char *name, uint64_t id)
{
	if (id == 0)
		json_null(j, name);
	else
		json_uint(j, name, id);
}

void
check_json(struct json *j, const struct verification *v)
{
	bool good = v->fault == FAULT_NONE;

	json_bool(j, "verified", good);
	json_str(j, "fault", fault_name(v->fault));
	id_json(j, "exchange", v->from);
	id_json(j, "to", v->to);
	id_json(j, "recording", v->recording);
	json_str(j, "what", good ? NULL : v->what);
	json_uint(j, "exchanges", v->exchanges);
	json_uint(j, "recordings", v->recordings);
	json_uint(j, "purged", v->purged);
	json_uint(j, "unfinished", v->unfinished);
	if (!good) {
		json_null(j, "size");
		json_null(j, "root");
		return;
	}
	json_uint(j, "size", v->size);
	json_hex(j, "root", (struct span){ v->root, DIGEST_SIZE });
}
