/*
 * obit diff - compare two archives, or a recording and its replay.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/opt.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "deletion/rules.h"
#include "replay/diff.h"
#include "store/store.h"

struct args {
	struct opt_list ignore, rules;
	bool json;
};

static const struct opt opts[] = {
	{ 'i', "ignore", OPT_LIST, offsetof(struct args, ignore), "FIELD",
	    "do not compare FIELD, such as header:ETag or body:/time" },
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object per difference, and a summary" },
	{ 0, "rules", OPT_LIST, offsetof(struct args, rules), "FILE",
	    "put the rules in FILE before the built-in ones" },
	{ 0 },
};

/* Everything a run needs, opened in this order. */
struct run {
	struct cmd_ctx *ctx;
	struct rules *rules;
	struct diff_options options;
	struct store *store[2];
	struct json json;
	size_t columns; /* of a line; 0: any */
	struct progress progress;
};

/* One line in the making, cut when it is printed. */
struct line {
	char *text;
	size_t len;
	FILE *f;
};

static int
line_begin(struct line *l)
{
	*l = (struct line){ 0 };
	l->f = open_memstream(&l->text, &l->len);
	return l->f != NULL ? 0 : -1;
}

static void
line_end(struct line *l, const struct run *r)
{
	if (fclose(l->f) == 0)
		text_put_cut(r->ctx->out,
		    (struct span){ (const uint8_t *)l->text, l->len },
		    r->columns);
	free(l->text);
}

/* What a deletion is aimed at tells more than its URL. */
static void
put_targets(FILE *f, const struct deletion *d)
{
	fputs("  ", f);
	text_put_line(f, d->operation);
	for (size_t i = 0; i < d->target_count; i++) {
		fputs(i == 0 ? "  " : " ", f);
		text_put_line(f, d->targets[i].id);
	}
}

static void
put_request(FILE *f, const struct head *request)
{
	fputs("  ", f);
	text_put_line(f, request->method);
	fputc(' ', f);
	text_put_line(f, request->target);
}

/* The first line of a block: both ids, and what was asked for. */
static void
title(struct run *r, const struct entry *a, const struct entry *b)
{
	const struct entry *e = a != NULL ? a : b;
	const struct message *request = e->exchange->request;
	struct line l;

	if (line_begin(&l) < 0)
		return;
	if (a != NULL && b != NULL)
		fprintf(l.f, "%" PRIu64 " | %" PRIu64, a->id, b->id);
	else
		fprintf(l.f, a != NULL ? "%" PRIu64 " | -" : "- | %" PRIu64,
		    e->id);
	if (e->reading.kind == KIND_DELETION &&
	    e->reading.deletion.target_count > 0)
		put_targets(l.f, &e->reading.deletion);
	else if (request != NULL)
		put_request(l.f, &request->parsed);
	line_end(&l, r);
}

static void
put_side(FILE *f, struct span s)
{
	if (s.p == NULL)
		fputc('-', f);
	else
		text_put_line(f, s);
}

static void
print_difference(struct run *r, const struct difference *d)
{
	struct line l;

	if (line_begin(&l) < 0)
		return;
	fprintf(l.f, "    %-8s", compared_name(d->what));
	if (d->name.len > 0) {
		text_put_line(l.f, d->name);
		fputs(": ", l.f);
	}
	put_side(l.f, d->a);
	fputs(" | ", l.f);
	put_side(l.f, d->b);
	line_end(&l, r);
}

static void
print_pair(void *ctx, const struct entry *a, const struct entry *b,
    const struct differences *d)
{
	struct run *r = ctx;

	progress_end(&r->progress);
	title(r, a, b);
	for (size_t i = 0; i < d->count; i++)
		print_difference(r, &d->at[i]);
	if (d->more)
		fputs("    and more\n", r->ctx->out);
}

static void
print_only(void *ctx, int side, const struct entry *e)
{
	struct run *r = ctx;

	progress_end(&r->progress);
	title(r, side == PAIRING_A ? e : NULL, side == PAIRING_B ? e : NULL);
}

/* The members that all objects but the summary have. */
static void
begin_object(struct run *r, const char *kind, const struct entry *a,
    const struct entry *b)
{
	const struct entry *e = a != NULL ? a : b;
	const struct message *request = e->exchange->request;
	bool deletes = e->reading.kind == KIND_DELETION;
	struct json *j = &r->json;

	json_object(j, NULL);
	json_str(j, "result", kind);
	if (a != NULL)
		json_uint(j, "a", a->id);
	else
		json_null(j, "a");
	if (b != NULL)
		json_uint(j, "b", b->id);
	else
		json_null(j, "b");
	json_str(j, "kind", kind_name(e->reading.kind));
	json_text(j, "operation",
	    deletes ? e->reading.deletion.operation : (struct span){ 0 });
	json_text(j, "method",
	    request != NULL ? request->parsed.method : (struct span){ 0 });
	json_text(j, "target",
	    request != NULL ? request->parsed.target : (struct span){ 0 });
}

static void
write_pair(void *ctx, const struct entry *a, const struct entry *b,
    const struct differences *d)
{
	struct run *r = ctx;
	struct json *j = &r->json;

	begin_object(r, "differs", a, b);
	json_array(j, "differences");
	for (size_t i = 0; i < d->count; i++) {
		json_object(j, NULL);
		json_str(j, "field", compared_name(d->at[i].what));
		json_text(j, "name", d->at[i].name);
		json_text(j, "a", d->at[i].a);
		json_text(j, "b", d->at[i].b);
		json_end(j);
	}
	json_end(j);
	json_bool(j, "more", d->more);
	json_end(j);
	json_line(j);
}

static void
write_only(void *ctx, int side, const struct entry *e)
{
	struct run *r = ctx;

	if (side == PAIRING_A)
		begin_object(r, "only-a", e, NULL);
	else
		begin_object(r, "only-b", NULL, e);
	json_end(&r->json);
	json_line(&r->json);
}

static void
show_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct run *r = ctx;

	if (progress_is_wanted(&r->progress))
		progress_show_count(&r->progress, done, total);
}

static void
summarise(struct run *r, const struct diff_report *report)
{
	FILE *out = r->ctx->out;

	fprintf(out,
	    "%" PRIu64 " %s: %" PRIu64 " equal, %" PRIu64 " %s; %" PRIu64
	    " only in ",
	    report->pairs, text_plural(report->pairs, "pair", "pairs"),
	    report->pairs - report->different, report->different,
	    text_plural(report->different, "differs", "differ"),
	    report->only[PAIRING_A]);
	text_put_line(out, span_of_str(r->ctx->operands[PAIRING_A]));
	fprintf(out, ", %" PRIu64 " only in ", report->only[PAIRING_B]);
	text_put_line(out, span_of_str(r->ctx->operands[PAIRING_B]));
	fputc('\n', out);
}

static void
write_summary(struct run *r, const struct diff_report *report)
{
	struct json *j = &r->json;

	json_object(j, NULL);
	json_str(j, "result", "summary");
	json_uint(j, "pairs", report->pairs);
	json_uint(j, "equal", report->pairs - report->different);
	json_uint(j, "different", report->different);
	json_uint(j, "only_a", report->only[PAIRING_A]);
	json_uint(j, "only_b", report->only[PAIRING_B]);
	json_end(j);
	json_line(j);
}

static int
compare_all(struct run *r, struct err *err)
{
	const struct args *a = r->ctx->args;
	struct diff_sink sink = {
		.ctx = r,
		.differs = a->json ? write_pair : print_pair,
		.only = a->json ? write_only : print_only,
		.progress = show_progress,
	};
	struct diff_report report;
	int rc = diff_run(r->store[0], r->store[1], &r->options, &sink, &report,
	    err);

	progress_end(&r->progress);
	if (rc < 0)
		return -1;
	if (a->json)
		write_summary(r, &report);
	else
		summarise(r, &report);
	return report.different + report.only[0] + report.only[1] > 0
	    ? EXIT_DIFFERENT
	    : EXIT_OK;
}

static int
open_all(struct run *r, struct err *err)
{
	const struct args *a = r->ctx->args;

	for (size_t i = 0; i < a->ignore.count; i++)
		if (diff_ignore(&r->options, a->ignore.items[i], err) < 0)
			return -1;
	if (rules_open(&r->rules, a->rules.items, a->rules.count, err) < 0)
		return -1;
	r->options.comparison.rules = r->rules;
	for (int i = 0; i < 2; i++)
		if (store_open(&r->store[i], r->ctx->operands[i], STORE_READ,
			err) < 0)
			return -1;
	return 0;
}

static int
close_all(struct run *r, int status, struct err *err)
{
	struct err later;

	for (int i = 0; i < 2; i++)
		if (store_close(r->store[i], &later) < 0 && status >= 0) {
			*err = later;
			status = -1;
		}
	comparison_release(&r->options.comparison);
	rules_close(r->rules);
	return status;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	struct run r = {
		.ctx = ctx,
		.json = JSON_INIT(ctx->out),
		.columns = text_columns(ctx->out),
		.progress = PROGRESS_INIT(ctx->log),
	};
	int status = open_all(&r, err);

	if (status == 0)
		status = compare_all(&r, err);
	return close_all(&r, status, err);
}

extern const struct cmd cmd_diff;
const struct cmd cmd_diff = {
	.name = "diff",
	.summary = "compare two archives, or a recording and its replay",
	.operands = "A B",
	.min_operands = 2,
	.max_operands = 2,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
