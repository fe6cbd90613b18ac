#include "cli/audit_secrets.h"

#include <inttypes.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/cmd.h"
#include "cli/text.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "store/store.h"

struct search {
	struct redactor *redactor;
	FILE *out;
	bool json;
	uint64_t id;        /* of the exchange that is looked at; 0: none */
	uint64_t recording; /* or of the recording */
	uint64_t found, exchanges;
};

/* What was found, where: all that is ever said of a secret. */
struct suspicion {
	const char *part; /* "request", "response", "deletion"... */
	const char *place;
	struct span name;
	const char *kind;
	size_t len;
};

static void
finding_json(struct search *s, const struct suspicion *f)
{
	struct json j = JSON_INIT(s->out);

	json_object(&j, NULL);
	if (s->id != 0)
		json_uint(&j, "id", s->id);
	else
		json_null(&j, "id");
	json_uint(&j, "recording", s->recording);
	json_str(&j, "part", f->part);
	json_str(&j, "place", f->place);
	json_text(&j, "name", f->name);
	json_str(&j, "kind", f->kind);
	json_uint(&j, "bytes", f->len);
	json_end(&j);
	json_line(&j);
}

static void
report(struct search *s, const struct suspicion *f)
{
	s->found++;
	if (s->json) {
		finding_json(s, f);
		return;
	}
	if (s->id != 0)
		fprintf(s->out, "exchange %" PRIu64, s->id);
	else
		fprintf(s->out, "recording %" PRIu64, s->recording);
	fprintf(s->out, ", %s %s", f->part, f->place);
	if (f->name.len > 0) {
		putc(' ', s->out);
		text_put_line(s->out, f->name);
	}
	fprintf(s->out, ": %s, %zu %s\n", f->kind, f->len,
	    text_plural(f->len, "byte", "bytes"));
}

static void
on_hit(void *ctx, const struct redact_hit *hit)
{
	report(ctx,
	    &(struct suspicion){ hit->request ? "request" : "response",
		hit->place, hit->name, hit->kind, hit->raw.len });
}

/* A text of a reading or of a recording: the rules' words, or the wire's. */
static void
look_at(struct search *s, struct arena *arena, struct span text, bool whole,
    const char *part, const char *place)
{
	struct span copy = arena_copy(arena, text);

	redactor_text(s->redactor, copy, whole);
	if (!span_eq(copy, text))
		report(s,
		    &(struct suspicion){ part, place, { 0 }, "random",
			text.len });
}

static void
look_at_deletion(struct search *s, struct arena *arena,
    const struct deletion *d)
{
	static const char part[] = "deletion";

	look_at(s, arena, d->code, true, part, "code");
	look_at(s, arena, d->message, true, part, "message");
	look_at(s, arena, d->request_id, false, part, "request-id");
	look_at(s, arena, d->token, false, part, "token");
	for (size_t i = 0; i < d->target_count; i++) {
		const struct target *t = &d->targets[i];

		look_at(s, arena, t->id, true, part, "target");
		look_at(s, arena, t->scope, true, part, "scope");
		look_at(s, arena, t->code, true, part, "target-code");
	}
}

static void
look_at_entry(struct search *s, struct entry *e)
{
	struct arena *arena = &e->exchange->arena;
	const struct reading *r = &e->reading;

	s->id = e->id;
	s->recording = e->recording;
	s->exchanges++;
	redactor_apply(s->redactor, e->exchange);
	if (r->kind == KIND_DELETION)
		look_at_deletion(s, arena, &r->deletion);
	for (size_t i = 0; i < r->follow_up_count; i++)
		look_at(s, arena, r->follow_ups[i].state, true, "follow-up",
		    "state");
}

static int
look_at_recordings(struct search *s, struct store *st, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct recording rec;
	int got;

	s->id = 0;
	for (s->recording = 1;; s->recording++) {
		arena_reset(&arena);
		got = store_recording(st, s->recording, &arena, &rec, err);
		if (got < 1)
			break;
		look_at(s, &arena, rec.source, false, "recording", "source");
		look_at(s, &arena, rec.filter, false, "recording", "filter");
		look_at(s, &arena, rec.program, false, "recording", "program");
	}
	arena_release(&arena);
	return got;
}

static int
look_at_all(struct search *s, struct store *st, struct err *err)
{
	struct selection all = { 0 };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int got;

	if (look_at_recordings(s, st, err) < 0 ||
	    cursor_open(&c, st, &all, err) < 0)
		return -1;
	while ((got = cursor_next(c, &e, err)) == 1)
		look_at_entry(s, &e);
	entry_release(&e);
	cursor_close(c);
	return got;
}

int
audit_secrets(struct store *st, const struct opt_list *files, bool json,
    struct cmd_ctx *ctx, struct err *err)
{
	/* No mask is kept, so that any key will do. */
	static const uint8_t key[REDACT_KEY_SIZE];
	struct search s = { .out = ctx->out, .json = json };
	struct rules *rules;
	int rc;

	if (rules_open(&rules, files->items, files->count, err) < 0)
		return -1;
	s.redactor = redactor_new(rules, key);
	redactor_look_harder(s.redactor);
	redactor_watch(s.redactor, on_hit, &s);
	rc = look_at_all(&s, st, err);
	redactor_free(s.redactor);
	rules_close(rules);
	if (rc < 0)
		return -1;
	if (!json)
		fprintf(ctx->out,
		    "%" PRIu64 " %s that look like secrets in %" PRIu64 " %s\n",
		    s.found, text_plural(s.found, "place", "places"),
		    s.exchanges,
		    text_plural(s.exchanges, "exchange", "exchanges"));
	return s.found > 0 ? EXIT_DIFFERENT : EXIT_OK;
}
