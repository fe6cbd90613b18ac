#include "cli/audit_html.h"

#include <stdlib.h>

#include "base/stamp.h"
#include "base/xalloc.h"
#include "cli/unseen.h"
#include "formats/html.h"

struct page {
	struct html *html;
	uint64_t last; /* id; what comes later is passed over */
	uint64_t *listed;
	size_t count; /* of listed, ascending */
	bool begun;   /* all are counted */
};

static void
describe(struct html_deletion *out, const struct entry *e,
    const struct aftermath *a)
{
	uint64_t *evidence = arena_alloc(&e->exchange->arena,
	    (a->count + 1) * sizeof(*evidence));

	for (size_t i = 0; i < a->count; i++)
		evidence[i] = a->evidence[i].exchange;
	*out = (struct html_deletion){
		.id = e->id,
		.exchange = e->exchange,
		.reading = &e->reading,
		.findings = record_findings(&e->reading.deletion, a),
		.followed = a->expected,
		.verdict = a->verdict,
		.state = a->state,
		.time = a->time,
		.evidence = evidence,
		.evidence_count = a->count,
	};
}

static void
list(struct page *p, const struct html_deletion *d)
{
	html_deletion(p->html, d);
	if (p->count < HTML_MAX_DELETIONS)
		p->listed[p->count++] = d->id;
}

static int
take(void *ctx, const struct entry *e, const struct aftermath *a,
    struct err *err)
{
	struct page *p = ctx;
	struct html_deletion d;

	(void)err;
	if (e->id > p->last)
		return 0;
	describe(&d, e, a);
	if (p->begun)
		list(p, &d);
	else
		html_count(p->html, &d);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
follows_listed(const struct page *p, const struct reading *r)
{
	for (size_t i = 0; i < r->follow_up_count; i++)
		if (bsearch(&r->follow_ups[i].deletion, p->listed, p->count,
			sizeof(*p->listed), compare) != NULL)
			return true;
	return false;
}

static int
follow_ups(struct page *p, struct store *st, struct err *err)
{
	struct selection which = { .by_kind = true, .kind = KIND_FOLLOW_UP };
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	int more;

	if (cursor_open(&c, st, &which, err) < 0)
		return -1;
	while ((more = cursor_next(c, &e, err)) > 0 && e.id <= p->last)
		if (follows_listed(p, &e.reading))
			html_follow_up(p->html, e.id, e.exchange, &e.reading);
	entry_release(&e);
	cursor_close(c);
	return more < 0 ? -1 : 0;
}

static void
add_word(FILE *out, const char *name, const char *value)
{
	if (value != NULL)
		fprintf(out, "%s%s %s", ftell(out) > 0 ? ", " : "", name,
		    value);
}

static void
add_time(FILE *out, const char *name, const struct opt_time *t)
{
	char text[STAMP_SIZE];

	if (t->given)
		add_word(out, name, stamp_format(text, t->t));
}

/* The filters in words, as the options name them; owned by the caller. */
static char *
filter_words(const struct audit_filter *f)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		xalloc_failed();
	add_word(out, "target", f->target);
	add_word(out, "type", f->type);
	add_word(out, "outcome", f->outcome);
	add_word(out, "operation", f->operation);
	add_word(out, "host", f->host);
	add_word(out, "client", f->client);
	add_time(out, "since", &f->since);
	add_time(out, "until", &f->until);
	if (f->findings)
		add_word(out, "with", "findings");
	if (fclose(out) != 0)
		xalloc_failed();
	return text;
}

static void
unseen(void *arg, const char *line)
{
	html_unseen(arg, line);
}

static int
write_page(struct page *p, struct store *st, const struct audit_filter *f,
    const char *title, struct err *err)
{
	struct time_range range = { f->since, f->until };
	char *words;

	if (audit_visit(st, f, take, p, err) < 0)
		return -1;
	p->begun = true;
	words = filter_words(f);
	html_begin(p->html, title, words);
	free(words);
	if (unseen_tell(st, &range, unseen, p->html, err) < 0 ||
	    audit_visit(st, f, take, p, err) < 0 || follow_ups(p, st, err) < 0)
		return -1;
	html_end(p->html);
	return 0;
}

int
audit_html(struct store *st, const struct audit_filter *filter,
    const char *title, FILE *out, uint64_t *omitted, struct err *err)
{
	struct page p = { 0 };
	int status;

	if (store_last_id(st, &p.last, err) < 0)
		return -1;
	p.html = html_new(out);
	p.listed = xcalloc(HTML_MAX_DELETIONS, sizeof(*p.listed));
	status = write_page(&p, st, filter, title, err);
	*omitted = html_omitted(p.html);
	free(p.listed);
	html_free(p.html);
	return status;
}
