/*
 * obit ls - list the exchanges in an archive.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "cli/archive.h"
#include "cli/opt.h"
#include "cli/pager.h"
#include "cli/record.h"
#include "cli/text.h"

struct args {
	bool json;
	const char *target, *path, *key;
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, AT(json), NULL,
	    "write one JSON object per exchange" },
	{ 0, "target", OPT_STRING, AT(target), "ID",
	    "only deletions of this target" },
	{ 0, "path", OPT_STRING, AT(path), "PATH",
	    "only requests of this path, whatever their query" },
	{ 0, "key", OPT_STRING, AT(key), "HEX",
	    "only exchanges with this match key, as JSON has it" },
	{ 0 },
};

enum { ID, TIME, METHOD, STATUS, KIND, HOST, TARGET, FLAWS };

static const struct column columns[] = {
	[ID] = { "ID", COLUMN_NUMBER, 0 },
	[TIME] = { "TIME", COLUMN_TEXT, 0 },
	[METHOD] = { "METHOD", COLUMN_TEXT, 0 },
	[STATUS] = { "STATUS", COLUMN_NUMBER, 0 },
	[KIND] = { "KIND", COLUMN_TEXT, 0 },
	[HOST] = { "HOST", COLUMN_TEXT, 10 },
	[TARGET] = { "TARGET", COLUMN_TAIL, 18 },
	[FLAWS] = { "FLAWS", COLUMN_TEXT, 5 },
};

static void
flaw_cells(struct table *t, flaw_set set)
{
	struct arena arena = ARENA_INIT;
	struct span text = { 0 };

	for (int f = 0; f < FLAW_COUNT; f++)
		if (flaw_has(set, f))
			text = arena_printf(&arena, "%.*s%s%s", (int)text.len,
			    (const char *)text.p, text.len > 0 ? " " : "",
			    flaw_name(f));
	table_cell(t, FLAWS, text);
	arena_release(&arena);
}

static void
request_cells(struct table *t, const struct exchange *x)
{
	const struct head *h = &x->request->parsed;

	table_cell(t, METHOD, h->method);
	table_cell(t, HOST, record_host(x));
	table_cell(t, TARGET, h->target);
}

static void
row(struct table *t, const struct entry *e)
{
	const struct exchange *x = e->exchange;
	char clock[TEXT_SIZE];

	table_row(t);
	table_cellf(t, ID, "%" PRIu64, e->id);
	table_cellf(t, TIME, "%s", text_clock(clock, exchange_time(x)));
	if (x->request != NULL)
		request_cells(t, x);
	if (x->response != NULL)
		table_cellf(t, STATUS, "%d", exchange_status(x));
	else
		table_cellf(t, STATUS, "-");
	table_cellf(t, KIND, "%s", kind_name(e->reading.kind));
	flaw_cells(t, x->flaws);
}

static void
object(struct json *j, const struct entry *e)
{
	json_object(j, NULL);
	record_exchange(j, e);
	json_end(j);
	json_line(j);
}

static int
list_json(struct cursor *c, FILE *out, struct err *err)
{
	struct json j = JSON_INIT(out);
	struct entry e = ENTRY_INIT;
	int more;

	while ((more = cursor_next(c, &e, err)) > 0)
		object(&j, &e);
	entry_release(&e);
	return more;
}

static int
list_table(struct cursor *c, FILE *out, struct err *err)
{
	struct pager *p = pager_new(columns, ARRAY_LEN(columns), out);
	struct entry e = ENTRY_INIT;
	int more;

	while ((more = cursor_next(c, &e, err)) > 0)
		row(pager_at(p, exchange_time(e.exchange)), &e);
	entry_release(&e);
	pager_free(p);
	return more;
}

static int
parse_key(uint8_t key[MATCH_KEY_SIZE], const char *text, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(text);

	if (len != (size_t)2 * MATCH_KEY_SIZE || strspn(text, digits) != len)
		return err_set(err, ERR_USAGE,
		    "--key: \"%s\" is not %d hexadecimal digits", text,
		    2 * MATCH_KEY_SIZE);
	for (size_t i = 0; i < MATCH_KEY_SIZE; i++)
		key[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) * 16 +
		    (strchr(digits, text[2 * i + 1]) - digits));
	return 0;
}

static int
list(struct store *st, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct selection which = { 0 };
	uint8_t key[MATCH_KEY_SIZE];
	struct cursor *c;
	int status;

	if (args->key != NULL && parse_key(key, args->key, err) == 0)
		which.key = key;
	if (args->target != NULL)
		which.target = span_of_str(args->target);
	if (args->path != NULL)
		which.path = span_of_str(args->path);
	if (cursor_open(&c, st, &which, err) < 0)
		return -1;
	if (args->json)
		status = list_json(c, ctx->out, err);
	else
		status = list_table(c, ctx->out, err);
	cursor_close(c);
	return status;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	uint8_t key[MATCH_KEY_SIZE];

	if (args->key != NULL && parse_key(key, args->key, err) < 0)
		return -1;
	return archive_read(ctx->operands[0], list, ctx, err);
}

extern const struct cmd cmd_ls;
const struct cmd cmd_ls = {
	.name = "ls",
	.summary = "list the exchanges in an archive",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
