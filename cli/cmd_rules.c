/*
 * obit rules - check rule files, and explain what rules made of an
 * exchange.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/archive.h"
#include "cli/opt.h"
#include "cli/text.h"
#include "deletion/explain.h"

struct args {
	struct opt_list rules;
	bool json;
};

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write JSON objects, one for each line" },
	{ 0, "rules", OPT_LIST, offsetof(struct args, rules), "FILE",
	    "explain with the rules in this file before the built-in ones" },
	{ 0 },
};

struct checking {
	FILE *out;
	bool json;
};

static void
tell(void *arg, const char *mistake)
{
	struct checking *c = arg;
	struct json j = JSON_INIT(c->out);

	if (!c->json) {
		text_put_line(c->out, span_of_str(mistake));
		putc('\n', c->out);
		return;
	}
	json_object(&j, NULL);
	json_text(&j, "mistake", span_of_str(mistake));
	json_end(&j);
	json_line(&j);
}

static int
check(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct checking c = { ctx->out, args->json };
	int status = EXIT_OK;

	for (int i = 1; i < ctx->operand_count; i++) {
		int n = rules_check(ctx->operands[i], tell, &c, err);

		if (n < 0)
			return -1;
		if (n > 0)
			status = EXIT_DIFFERENT;
	}
	return status;
}

static void
put_place(FILE *out, struct place place)
{
	if (place.file == NULL)
		return;
	fputs("  (", out);
	text_put_line(out, span_of_str(place.file));
	fprintf(out, ":%u)", place.line);
}

/* Long values are cut: what matters is where they stand. */
static void
put_value(FILE *out, struct span value)
{
	enum { MOST = 200 };

	if (value.p == NULL) {
		fputs("nothing", out);
		return;
	}
	putc('"', out);
	text_put_line(out, span_sub(value, 0, MOST));
	fputs(value.len > MOST ? "...\"" : "\"", out);
}

static void
put_nears(FILE *out, const struct explanation *e)
{
	for (size_t i = 0; i < e->near_count; i++) {
		const struct near_miss *n = &e->nears[i];

		fputs("nearly     ", out);
		text_put_line(out, n->rule);
		put_place(out, n->place);
		fputs("\n           ", out);
		text_put_line(out, n->line);
		fprintf(out, "\n           %s: wanted ", n->what);
		put_value(out, n->wanted);
		fputs(", saw ", out);
		put_value(out, n->seen);
		putc('\n', out);
	}
}

static void
put_origins(FILE *out, const struct explanation *e)
{
	for (size_t i = 0; i < e->origin_count; i++) {
		const struct origin *o = &e->origins[i];

		fprintf(out, "%-11s", o->what);
		put_value(out, o->value);
		fputs(" from ", out);
		text_put_line(out, o->source);
		put_place(out, o->place);
		putc('\n', out);
	}
}

static void
put_outcome(FILE *out, const struct explanation *e)
{
	fprintf(out, "outcome    %s, by %s\n",
	    outcome_name(e->deletion.outcome),
	    e->deletion.contract ? "contract" : "convention");
	for (size_t i = 0; i < e->decision_count; i++) {
		fputs("           ", out);
		text_put_line(out, e->decisions[i].how);
		put_place(out, e->decisions[i].place);
		putc('\n', out);
	}
}

static void
put_follow_ups(FILE *out, const struct reading *r)
{
	for (size_t i = 0; i < r->follow_up_count; i++)
		fprintf(out, "           a follow-up of %" PRIu64 ": %s\n",
		    r->follow_ups[i].deletion,
		    verdict_name(r->follow_ups[i].verdict));
}

static void
print(FILE *out, const struct reading *r, const struct explanation *e)
{
	if (!e->is_deletion) {
		fputs("rule       none matches\n", out);
		put_follow_ups(out, r);
		put_nears(out, e);
		return;
	}
	fputs("rule       ", out);
	text_put_line(out, e->deletion.operation);
	put_place(out, e->place);
	fputs("\nmatch      ", out);
	text_put_line(out, e->line);
	putc('\n', out);
	put_origins(out, e);
	if (e->deletion.set_delete)
		fputs("set        aimed at a selector, not at ids\n", out);
	put_outcome(out, e);
	put_nears(out, e);
}

static void
json_place(struct json *j, struct place place)
{
	if (place.file == NULL) {
		json_null(j, "file");
		json_null(j, "line");
		return;
	}
	json_text(j, "file", span_of_str(place.file));
	json_uint(j, "line", place.line);
}

static void
json_nears(struct json *j, const struct explanation *e)
{
	json_array(j, "nearly");
	for (size_t i = 0; i < e->near_count; i++) {
		const struct near_miss *n = &e->nears[i];

		json_object(j, NULL);
		json_text(j, "rule", n->rule);
		json_text(j, "match", n->line);
		json_place(j, n->place);
		json_text(j, "what", span_of_str(n->what));
		json_text(j, "wanted", n->wanted);
		json_text(j, "seen", n->seen);
		json_end(j);
	}
	json_end(j);
}

static void
json_reasons(struct json *j, const struct explanation *e)
{
	json_array(j, "values");
	for (size_t i = 0; i < e->origin_count; i++) {
		const struct origin *o = &e->origins[i];

		json_object(j, NULL);
		json_text(j, "what", span_of_str(o->what));
		json_text(j, "value", o->value);
		json_text(j, "source", o->source);
		json_place(j, o->place);
		json_end(j);
	}
	json_end(j);
	json_array(j, "because");
	for (size_t i = 0; i < e->decision_count; i++) {
		json_object(j, NULL);
		json_text(j, "how", e->decisions[i].how);
		json_place(j, e->decisions[i].place);
		json_end(j);
	}
	json_end(j);
}

static void
object(FILE *out, uint64_t id, const struct explanation *e)
{
	struct json j = JSON_INIT(out);

	json_object(&j, NULL);
	json_uint(&j, "id", id);
	json_bool(&j, "deletion", e->is_deletion);
	if (e->is_deletion) {
		json_text(&j, "rule", e->deletion.operation);
		json_text(&j, "match", e->line);
		json_place(&j, e->place);
		json_text(&j, "outcome",
		    span_of_str(outcome_name(e->deletion.outcome)));
		json_bool(&j, "contract", e->deletion.contract);
		json_bool(&j, "set_delete", e->deletion.set_delete);
		json_reasons(&j, e);
	}
	json_nears(&j, e);
	json_end(&j);
	json_line(&j);
}

static int
explain_entry(const struct entry *entry, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct exchange *x = entry->exchange;
	struct explanation e;
	struct rules *rules;

	if (x->request == NULL)
		return err_set(err, ERR_NOT_FOUND,
		    "exchange %" PRIu64 " has no request", entry->id);
	if (rules_open(&rules, args->rules.items, args->rules.count, err) < 0)
		return -1;
	deletion_explain(rules, x, &x->arena, &e);
	if (args->json)
		object(ctx->out, entry->id, &e);
	else
		print(ctx->out, &entry->reading, &e);
	rules_close(rules);
	return e.is_deletion ? EXIT_OK : EXIT_DIFFERENT;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const char *verb = ctx->operands[0];

	if (strcmp(verb, "check") == 0)
		return check(ctx, err);
	if (strcmp(verb, "explain") != 0)
		return err_set(err, ERR_USAGE,
		    "\"check\" or \"explain\", not \"%s\"", verb);
	if (ctx->operand_count != 3)
		return err_set(err, ERR_USAGE,
		    "explain takes an archive and the number of an exchange");
	return archive_read_one(ctx->operands[1], ctx->operands[2],
	    explain_entry, ctx, err);
}

extern const struct cmd cmd_rules;
const struct cmd cmd_rules = {
	.name = "rules",
	.summary =
	    "check rule files, and explain what rules made of an exchange",
	.operands = "check FILE... | explain ARCHIVE ID",
	.min_operands = 2,
	.max_operands = -1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
