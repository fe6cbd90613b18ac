/*
 * obit show - one exchange, every byte.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/stamp.h"
#include "base/utf8.h"
#include "cli/archive.h"
#include "cli/opt.h"
#include "cli/record.h"
#include "cli/text.h"
#include "http/body.h"

/* A decoded body for people; one that is longer is not text to read. */
#define MAX_DECODED ((size_t)64 << 20)

struct args {
	const char *raw, *body;
	bool json;
};

static const struct opt opts[] = {
	{ 'j', "json", OPT_FLAG, offsetof(struct args, json), NULL,
	    "write one JSON object with the fields and the decoded bodies" },
	{ 0, "raw", OPT_STRING, offsetof(struct args, raw), "SIDE",
	    "write the bytes of the \"request\" or \"response\" as recorded" },
	{ 0, "body", OPT_STRING, offsetof(struct args, body), "SIDE",
	    "write the body of that side, decoded" },
	{ 0 },
};

static void
put(FILE *out, struct span s)
{
	if (s.len > 0)
		fwrite(s.p, 1, s.len, out);
}

static int
side(const struct entry *e, const char *name, const struct message **out,
    struct err *err)
{
	const struct exchange *x = e->exchange;

	if (strcmp(name, "request") == 0)
		*out = x->request;
	else
		*out = x->response;
	if (*out != NULL)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "exchange %" PRIu64 " has no %s",
	    e->id, name);
}

/* Is there a body to show, if there was one? */
static int
check_stored(const struct message *m, const char *name, struct err *err)
{
	if (m->purged != NULL)
		return err_set(err, ERR_NOT_FOUND,
		    "the body of that %s was purged", name);
	if (m->body.p == NULL && m->wire_len > 0)
		return err_set(err, ERR_NOT_FOUND,
		    "the body of that %s was not stored", name);
	return 0;
}

static int
show_raw(const struct entry *e, const char *name, FILE *out, struct err *err)
{
	const struct message *m;

	if (side(e, name, &m, err) < 0 || check_stored(m, name, err) < 0)
		return -1;
	put(out, m->interim);
	put(out, m->head);
	put(out, m->body);
	return EXIT_OK;
}

static int
show_body(const struct entry *e, const char *name, FILE *out, struct err *err)
{
	const struct message *m;
	struct span body;

	if (side(e, name, &m, err) < 0 || check_stored(m, name, err) < 0)
		return -1;
	if (body_decoded(m, MAX_DECODED, &e->exchange->arena, &body, err) < 0)
		return -1;
	put(out, body);
	return EXIT_OK;
}

static bool
is_text(struct span s)
{
	return utf8_is_valid(s) && span_find(s, 0) == s.len;
}

static void
print_purged(const struct purged *p, FILE *out)
{
	fprintf(out, "(a body of %" PRIu64 " bytes, purged; its SHA-256 was ",
	    p->len);
	text_put_hex(out, p->sha256, DIGEST_SIZE);
	fputs(")\n", out);
}

static void
print_body(const struct message *m, struct arena *arena, FILE *out)
{
	struct err why;
	struct span body;

	if (m->purged != NULL)
		print_purged(m->purged, out);
	else if (m->wire_len == 0)
		return;
	else if (m->body.p == NULL)
		fprintf(out, "(a body of %" PRIu64 " bytes, not stored)\n",
		    m->body_len);
	else if (body_decoded(m, MAX_DECODED, arena, &body, &why) < 0)
		fprintf(out, "(a body of %" PRIu64 " bytes: %s)\n", m->body_len,
		    why.text);
	else if (!is_text(body))
		fprintf(out, "(a body of %zu bytes that are no text)\n",
		    body.len);
	else {
		text_put(out, body);
		if (body.len > 0 && body.p[body.len - 1] != '\n')
			putc('\n', out);
	}
}

static void
print_message(const struct message *m, struct arena *arena, FILE *out)
{
	putc('\n', out);
	text_put(out, m->interim);
	text_put(out, m->head);
	print_body(m, arena, out);
	for (size_t i = 0; i < m->hole_count; i++)
		fprintf(out,
		    "(%" PRIu64 " bytes at %" PRIu64
		    " of the body were never captured)\n",
		    m->holes[i].len, m->holes[i].offset);
}

static void
print_target(const struct target *t, FILE *out)
{
	fputs("  target     ", out);
	text_put_line(out, t->type);
	putc(' ', out);
	text_put_line(out, t->id);
	fprintf(out, ": %s", outcome_name(t->outcome));
	if (t->code.len > 0) {
		putc(' ', out);
		text_put_line(out, t->code);
	}
	putc('\n', out);
}

static void
print_deletion(const struct deletion *d, FILE *out)
{
	fputs("  operation  ", out);
	text_put_line(out, d->operation);
	fprintf(out, "\n  outcome    %s, by %s\n", outcome_name(d->outcome),
	    d->contract ? "contract" : "convention");
	for (size_t i = 0; i < d->target_count; i++)
		print_target(&d->targets[i], out);
}

static void
print_follow_ups(const struct reading *r, FILE *out)
{
	for (size_t i = 0; i < r->follow_up_count; i++) {
		const struct follow_up *f = &r->follow_ups[i];

		if (f->deletion != 0)
			fprintf(out, "  follow-up  of %" PRIu64 ": ",
			    f->deletion);
		else
			fputs("  follow-up  of an earlier archive: ", out);
		fputs(verdict_name(f->verdict), out);
		if (f->state.p != NULL) {
			fputs(", ", out);
			text_put_line(out, f->state);
		}
		putc('\n', out);
	}
}

static void
print_flaws(flaw_set set, FILE *out)
{
	for (int f = 0; f < FLAW_COUNT; f++)
		if (flaw_has(set, f))
			fprintf(out, "  flaw       %s: %s\n", flaw_name(f),
			    flaw_text(f));
}

static void
print_addresses(const struct exchange *x, FILE *out)
{
	char client[ENDPOINT_SIZE], server[ENDPOINT_SIZE];

	fprintf(out,
	    "  between    %s and %s\n"
	    "             connection %" PRIu64 ", request %" PRIu32 "\n",
	    endpoint_format(client, &x->client),
	    endpoint_format(server, &x->server), x->connection, x->number);
}

static void
print(const struct entry *e, FILE *out)
{
	struct exchange *x = e->exchange;
	char text[STAMP_SIZE];

	fprintf(out, "exchange %" PRIu64 " of recording %" PRIu64 ": %s\n",
	    e->id, e->recording, kind_name(e->reading.kind));
	fprintf(out, "  time       %s\n", stamp_format(text, exchange_time(x)));
	print_addresses(x, out);
	if (e->reading.kind == KIND_DELETION)
		print_deletion(&e->reading.deletion, out);
	print_follow_ups(&e->reading, out);
	print_flaws(x->flaws, out);
	if (x->request != NULL)
		print_message(x->request, &x->arena, out);
	if (x->response != NULL)
		print_message(x->response, &x->arena, out);
	else
		fprintf(out, "\n(status unknown: %s)\n",
		    reason_name(x->reason));
}

static void
json_body(struct json *j, const struct message *m, struct arena *arena)
{
	struct span body = { 0 };
	struct err why;

	if (m->body.p != NULL &&
	    body_decoded(m, MAX_DECODED, arena, &body, &why) < 0)
		body = (struct span){ 0 };
	if (body.p != NULL && !is_text(body)) {
		json_null(j, "body");
		json_base64(j, "body_base64", body);
	} else {
		json_text(j, "body", body);
		json_null(j, "body_base64");
	}
}

static void
json_message(struct json *j, const char *name, const struct message *m,
    struct arena *arena)
{
	if (m == NULL)
		return;
	json_object(j, name);
	json_array(j, "fields");
	for (size_t i = 0; i < m->parsed.field_count; i++) {
		json_array(j, NULL);
		json_text(j, NULL, m->parsed.fields[i].name);
		json_text(j, NULL, m->parsed.fields[i].value);
		json_end(j);
	}
	json_end(j);
	json_body(j, m, arena);
	json_end(j);
}

static void
object(const struct entry *e, FILE *out)
{
	struct json j = JSON_INIT(out);
	struct exchange *x = e->exchange;

	json_object(&j, NULL);
	record_exchange(&j, e);
	json_object(&j, "decoded");
	json_message(&j, "request", x->request, &x->arena);
	json_message(&j, "response", x->response, &x->arena);
	json_end(&j);
	json_end(&j);
	json_line(&j);
}

static int
show(const struct entry *e, struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	FILE *out = ctx->out;

	if (args->raw != NULL)
		return show_raw(e, args->raw, out, err);
	if (args->body != NULL)
		return show_body(e, args->body, out, err);
	if (args->json)
		object(e, out);
	else
		print(e, out);
	return EXIT_OK;
}

static int
check_side(const char *option, const char *name, struct err *err)
{
	if (name == NULL || strcmp(name, "request") == 0 ||
	    strcmp(name, "response") == 0)
		return 0;
	return err_set(err, ERR_USAGE,
	    "--%s takes \"request\" or \"response\", not \"%s\"", option, name);
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;

	if (check_side("raw", args->raw, err) < 0 ||
	    check_side("body", args->body, err) < 0)
		return -1;
	if ((args->raw != NULL) + (args->body != NULL) + args->json > 1)
		return err_set(err, ERR_USAGE,
		    "--raw, --body and --json exclude each other");
	return archive_read_one(ctx->operands[0], ctx->operands[1], show, ctx,
	    err);
}

extern const struct cmd cmd_show;
const struct cmd cmd_show = {
	.name = "show",
	.summary = "show one exchange, every byte",
	.operands = "ARCHIVE ID",
	.min_operands = 2,
	.max_operands = 2,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
