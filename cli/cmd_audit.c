/*
 * obit audit - the deletion history.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "cli/archive.h"
#include "cli/audit_filter.h"
#include "cli/audit_group.h"
#include "cli/audit_html.h"
#include "cli/audit_secrets.h"
#include "cli/audit_table.h"
#include "cli/opt.h"
#include "cli/outfile.h"
#include "cli/text.h"
#include "cli/unseen.h"

struct args {
	bool json, secrets;
	const char *by, *html;
	struct opt_list rules;
	struct audit_filter filter;
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, AT(json), NULL,
	    "write one JSON object per deletion" },
	{ 0, "by", OPT_STRING, AT(by), "WHAT",
	    "count by target, principal, operation or day" },
	{ 0, "html", OPT_STRING, AT(html), "FILE",
	    "write one page for a browser" },
	{ 0, "secrets", OPT_FLAG, AT(secrets), NULL,
	    "look for what still looks like a secret" },
	{ 0, "rules", OPT_LIST, AT(rules), "FILE",
	    "with --secrets: ask the rules in this file as well" },
	{ 0, "findings", OPT_FLAG, AT(filter.findings), NULL,
	    "only deletions that show something remarkable" },
	{ 0, "target", OPT_STRING, AT(filter.target), "ID",
	    "only deletions of this target" },
	{ 0, "type", OPT_STRING, AT(filter.type), "TYPE",
	    "only deletions of targets of this type" },
	{ 0, "outcome", OPT_STRING, AT(filter.outcome), "OUTCOME",
	    "only deletions, or targets of one, with this outcome" },
	{ 0, "operation", OPT_STRING, AT(filter.operation), "NAME",
	    "only this operation" },
	{ 0, "host", OPT_STRING, AT(filter.host), "HOST",
	    "only requests to this host" },
	{ 0, "client", OPT_STRING, AT(filter.client), "ADDR",
	    "only requests from this address, with or without its port" },
	{ 0, "since", OPT_TIME, AT(filter.since), "TIME",
	    "only from this RFC 3339 time on" },
	{ 0, "until", OPT_TIME, AT(filter.until), "TIME",
	    "only before this time" },
	{ 0 },
};

/* Where the deletions go. */
struct output {
	struct json json;
	struct pager *pager;         /* of the table */
	struct audit_groups *groups; /* of --by */
	uint64_t shown;
};

static int
to_json(void *ctx, const struct entry *e, const struct aftermath *a,
    struct err *err)
{
	struct output *o = ctx;

	(void)err;
	record_deletion(&o->json, e, a);
	json_line(&o->json);
	return 0;
}

static int
to_table(void *ctx, const struct entry *e, const struct aftermath *a,
    struct err *err)
{
	struct output *o = ctx;

	(void)err;
	o->shown++;
	audit_table_add(o->pager, e, a);
	return 0;
}

static int
to_groups(void *ctx, const struct entry *e, const struct aftermath *a,
    struct err *err)
{
	struct output *o = ctx;

	(void)a;
	o->shown++;
	return audit_groups_add(o->groups, e, err);
}

static void
tell(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

/* What was shown, and what the recordings could not see. */
static int
summary(const struct output *o, const struct args *args, struct store *st,
    FILE *out, struct err *err)
{
	struct time_range range = { args->filter.since, args->filter.until };

	fprintf(out, "%s%" PRIu64 " %s\n",
	    o->shown > 0 && args->by == NULL ? "\n" : "", o->shown,
	    text_plural(o->shown, "deletion", "deletions"));
	return unseen_tell(st, &range, tell, out, err);
}

static int
history(struct output *o, const struct args *args, struct store *st, FILE *out,
    struct err *err)
{
	int status;

	if (args->json)
		return audit_visit(st, &args->filter, to_json, o, err);
	o->pager = audit_table_new(out);
	status = audit_visit(st, &args->filter, to_table, o, err);
	pager_free(o->pager);
	return status;
}

static int
grouped(struct output *o, const struct args *args, struct store *st, FILE *out,
    struct err *err)
{
	int status;

	o->groups =
	    audit_groups_new(audit_by_of_name(args->by), AUDIT_GROUP_BYTES);
	status = audit_visit(st, &args->filter, to_groups, o, err);
	if (status == 0 && args->json)
		audit_groups_json(o->groups, &o->json);
	else if (status == 0)
		audit_groups_print(o->groups, out);
	audit_groups_free(o->groups);
	return status;
}

/* The archive's name without its folders. */
static const char *
title(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
page(const struct args *args, struct store *st, struct cmd_ctx *ctx,
    struct err *err)
{
	struct outfile file;
	uint64_t omitted;

	if (outfile_open(&file, args->html, ctx->out, OUTFILE_OWN, err) < 0)
		return -1;
	if (audit_html(st, &args->filter, title(ctx->operands[0]), file.f,
		&omitted, err) < 0) {
		outfile_abandon(&file);
		return -1;
	}
	if (omitted > 0)
		fprintf(ctx->log,
		    "obit audit: %" PRIu64 " deletions are counted in %s and "
		    "not listed; narrow it with filters\n",
		    omitted, args->html);
	return outfile_commit(&file, err);
}

static int
audit(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct output o = { .json = JSON_INIT(ctx->out) };
	int status;

	if (args->secrets)
		return audit_secrets(st, &args->rules, args->json, ctx, err);
	if (args->html != NULL)
		return page(args, st, ctx, err);
	status = args->by != NULL ? grouped(&o, args, st, ctx->out, err)
				  : history(&o, args, st, ctx->out, err);
	if (status < 0 || args->json)
		return status;
	return summary(&o, args, st, ctx->out, err);
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
}

/* Secrets are looked for everywhere. */
static int
check_secrets(const struct args *args, struct err *err)
{
	const struct audit_filter *f = &args->filter;

	if (!args->secrets && args->rules.count > 0)
		return err_set(err, ERR_USAGE, "--rules goes with --secrets");
	if (args->secrets &&
	    (args->by != NULL || args->html != NULL || f->target != NULL ||
		f->type != NULL || f->outcome != NULL || f->client != NULL ||
		f->operation != NULL || f->host != NULL || f->since.given ||
		f->until.given || f->findings))
		return err_set(err, ERR_USAGE,
		    "--secrets goes with --rules and --json alone");
	return 0;
}

static int
check(const struct args *args, const char *archive, struct err *err)
{
	const char *outcome = args->filter.outcome;

	if (check_secrets(args, err) < 0)
		return -1;

	if (outcome != NULL &&
	    outcome_of_name(span_of_str(outcome)) == OUTCOME_COUNT)
		return err_set(err, ERR_USAGE,
		    "--outcome: \"%s\" is no outcome", outcome);
	if (args->by != NULL && audit_by_of_name(args->by) == BY_COUNT)
		return err_set(err, ERR_USAGE,
		    "--by: \"%s\" is not target, principal, operation or day",
		    args->by);
	if (args->html != NULL && (args->by != NULL || args->json))
		return err_set(err, ERR_USAGE,
		    "--html goes with neither --by nor --json");
	if (args->html != NULL && is_same_file(args->html, archive))
		return err_set(err, ERR_USAGE,
		    "--html: \"%s\" is the archive itself", args->html);
	return 0;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	if (check(ctx->args, ctx->operands[0], err) < 0)
		return -1;
	return archive_read(ctx->operands[0], audit, ctx, err);
}

extern const struct cmd cmd_audit;
const struct cmd cmd_audit = {
	.name = "audit",
	.summary = "show the deletion history",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
