#include "cli/rewrite.h"

#include "base/err.h"
#include "cli/check.h"
#include "cli/cmd.h"
#include "cli/progress.h"
#include "store/copy.h"
#include "store/fresh.h"
#include "store/store.h"

int
rewrite_check(struct rewrite *r, struct cmd_ctx *ctx, struct err *err)
{
	if (check_archive(r->from, NULL, &r->origin, ctx, err) < 0)
		return -1;
	if (r->origin.fault == FAULT_NONE)
		return 0;
	check_report(ctx->log, ctx->operands[0], &r->origin);
	return EXIT_DIFFERENT;
}

static void
on_exchange(void *ctx, struct entry *e)
{
	struct rewrite *r = ctx;

	r->exchanges++;
	if (r->progress != NULL)
		progress_show_count(r->progress, r->exchanges,
		    r->origin.exchanges);
	r->exchange(r->ctx, e);
}

static void
on_recording(void *ctx, struct recording *rec, struct arena *arena)
{
	struct rewrite *r = ctx;

	if (r->recording != NULL)
		r->recording(r->ctx, rec, arena);
}

static int
copy(struct rewrite *r, struct store *to, FILE *log, struct err *err)
{
	struct progress progress = PROGRESS_INIT(log);
	struct copy c = { r->from, to, on_exchange, on_recording, r };
	int rc;

	r->progress = progress_is_wanted(&progress) ? &progress : NULL;
	rc = copy_archive(&c, err);
	progress_end(&progress);
	r->progress = NULL;
	if (rc == 0 && r->check != NULL)
		rc = r->check(r->ctx, to, err);
	return rc;
}

int
rewrite_write(struct rewrite *r, struct cmd_ctx *ctx, struct err *err)
{
	struct fresh fresh;

	if (fresh_open(&fresh, r->output, err) < 0)
		return -1;
	if (copy(r, fresh.st, ctx->log, err) < 0) {
		fresh_abandon(&fresh);
		return -1;
	}
	return fresh_commit(&fresh, err);
}
