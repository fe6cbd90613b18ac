#include "formats/html_row.h"

#include <inttypes.h>

#include "formats/html_exchange.h"
#include "formats/html_text.h"

/* A name and its value, if there is one. */
static void
fact(FILE *out, const char *name, struct span value)
{
	if (value.len == 0)
		return;
	fprintf(out, "<dt>%s</dt><dd>", name);
	html_text(out, value);
	fputs("</dd>\n", out);
}

static void
addresses(FILE *out, const struct exchange *x)
{
	char text[ENDPOINT_SIZE];

	fact(out, "Client", span_of_str(endpoint_format(text, &x->client)));
	fact(out, "Server", span_of_str(endpoint_format(text, &x->server)));
	if (x->request == NULL)
		return;
	fact(out, "Host", head_field(&x->request->parsed, "Host"));
	fact(out, "User agent", head_field(&x->request->parsed, "User-Agent"));
}

static void
flaws(FILE *out, flaw_set set)
{
	for (int f = 0; f < FLAW_COUNT; f++)
		if (flaw_has(set, f))
			fprintf(out, "<dt>Flaw</dt><dd>%s: %s</dd>\n",
			    flaw_name(f), flaw_text(f));
}

static void
attempt(FILE *out, const struct deletion *d, uint64_t id)
{
	if (d->attempt_of == id)
		return;
	fprintf(out,
	    "<dt>Attempt</dt><dd>%u of <a href=\"#x%" PRIu64 "\">%" PRIu64
	    "</a></dd>\n",
	    d->attempt_number, d->attempt_of, d->attempt_of);
}

static void
flags(FILE *out, const struct deletion *d)
{
	if (d->dry_run)
		fact(out, "Dry run", span_of_str("only tried out"));
	if (d->force)
		fact(out, "Force", span_of_str("asked for"));
	if (d->set_delete)
		fact(out, "Aim", span_of_str("a selector, not ids"));
}

static void
verdict(FILE *out, enum verdict v, struct span state)
{
	fputs(verdict_name(v), out);
	if (state.len == 0)
		return;
	fputs(" as &quot;", out);
	html_text(out, state);
	fputs("&quot;", out);
}

static void
follow_ups(FILE *out, const struct html_deletion *d)
{
	if (!d->followed)
		return;
	fputs("<dt>Followed</dt><dd>", out);
	verdict(out, d->verdict, d->state);
	if (d->evidence_count > 0) {
		fputs(" at ", out);
		html_clock(out, d->time);
	}
	for (size_t i = 0; i < d->evidence_count; i++)
		fprintf(out, "%s<a href=\"#x%" PRIu64 "\">%" PRIu64 "</a>",
		    i > 0 ? ", " : "; seen in ", d->evidence[i],
		    d->evidence[i]);
	fputs("</dd>\n", out);
}

static void
findings(FILE *out, uint32_t set, const char *before, const char *after)
{
	for (int f = 0; f < FINDING_COUNT; f++)
		if ((set & FINDING_BIT(f)) != 0)
			fprintf(out, "%s%s%s", before, finding_text(f), after);
}

static void
facts(FILE *out, const struct html_deletion *d)
{
	const struct deletion *del = &d->reading->deletion;

	fputs("<dl>\n", out);
	findings(out, d->findings, "<dt>Finding</dt><dd class=\"found\">",
	    "</dd>\n");
	fact(out, "Principal", d->reading->principal);
	addresses(out, d->exchange);
	fact(out, "Token", del->token);
	attempt(out, del, d->id);
	flags(out, del);
	fact(out, "Basis",
	    span_of_str(del->contract ? "contract" : "convention"));
	fact(out, "Code", del->code);
	fact(out, "Message", del->message);
	fact(out, "Request id", del->request_id);
	follow_ups(out, d);
	flaws(out, d->exchange->flaws);
	fputs("</dl>\n", out);
}

static void
outcome(FILE *out, enum outcome o)
{
	fprintf(out, "<i class=\"%s\"></i>%s", outcome_name(o),
	    outcome_name(o));
}

static void
target_cells(FILE *out, const struct target *t)
{
	fputs("<tr><td>", out);
	html_text(out, t->id);
	fputs("</td><td>", out);
	html_text(out, t->type);
	fputs("</td><td>", out);
	html_text(out, t->scope);
	fputs("</td><td class=\"outcome\">", out);
	outcome(out, t->outcome);
	fputs("</td><td>", out);
	html_text(out, t->code);
	fputs("</td></tr>\n", out);
}

static void
targets(FILE *out, const struct deletion *d)
{
	size_t n = d->target_count;

	if (n == 0)
		return;
	fputs("<table><thead><tr><th>Target</th><th>Type</th><th>Scope</th>"
	      "<th>Outcome</th><th>Code</th></tr></thead><tbody>\n",
	    out);
	for (size_t i = 0; i < n && i < HTML_MAX_TARGETS; i++)
		target_cells(out, &d->targets[i]);
	fputs("</tbody></table>\n", out);
	if (n > HTML_MAX_TARGETS)
		fprintf(out,
		    "<p class=\"note\">the first %d of %zu targets</p>\n",
		    HTML_MAX_TARGETS, n);
}

static void
begin_row(FILE *out, uint64_t id, int64_t t)
{
	fprintf(out,
	    "id=\"x%" PRIu64 "\">\n<summary><span class=\"id\">%" PRIu64
	    "</span><span class=\"time\">",
	    id, id);
	html_clock(out, t);
	fputs("</span>", out);
}

static void
target_cell(FILE *out, const struct deletion *d)
{
	if (d->target_count == 1)
		html_text(out, d->targets[0].id);
	else if (d->target_count == 0)
		fputs("a selector", out);
	else
		fprintf(out, "%zu targets", d->target_count);
}

static void
summary(FILE *out, const struct html_deletion *d)
{
	const struct deletion *del = &d->reading->deletion;

	begin_row(out, d->id, exchange_time(d->exchange));
	fputs("<span class=\"outcome\">", out);
	outcome(out, del->outcome);
	fputs("</span><span class=\"answer\">", out);
	html_status(out, d->exchange);
	putc(' ', out);
	html_text(out, del->code);
	fputs("</span><span class=\"operation\">", out);
	html_text(out, del->operation);
	fputs("</span><span class=\"target\">", out);
	target_cell(out, del);
	fputs("</span><span class=\"marks\">", out);
	findings(out, d->findings, "<em>", "</em>");
	fputs("</span></summary>\n", out);
}

void
html_deletion_row(FILE *out, const struct html_deletion *d)
{
	fprintf(out, "<details data-outcome=\"%s%s\" ",
	    outcome_name(d->reading->deletion.outcome),
	    d->findings != 0 ? " finding" : "");
	summary(out, d);
	fputs("<div class=\"inside\">\n", out);
	facts(out, d);
	targets(out, &d->reading->deletion);
	html_exchange(out, d->exchange);
	fputs("</div></details>\n", out);
}

static void
request_line(FILE *out, const struct exchange *x)
{
	if (x->request == NULL)
		return;
	html_text(out, x->request->parsed.method);
	putc(' ', out);
	html_text(out, x->request->parsed.target);
}

static void
followed(FILE *out, const struct reading *r)
{
	for (size_t i = 0; i < r->follow_up_count; i++) {
		const struct follow_up *f = &r->follow_ups[i];

		if (f->deletion != 0)
			fprintf(out,
			    "<dt>Of</dt><dd><a href=\"#x%" PRIu64 "\">%" PRIu64
			    "</a>: ",
			    f->deletion, f->deletion);
		else
			fputs("<dt>Of</dt><dd>an earlier archive: ", out);
		verdict(out, f->verdict, f->state);
		fputs("</dd>\n", out);
	}
}

void
html_follow_up_row(FILE *out, uint64_t id, const struct exchange *x,
    const struct reading *r)
{
	fputs("<details class=\"after\" ", out);
	begin_row(out, id, exchange_time(x));
	fputs("<span class=\"outcome\">", out);
	if (r->follow_up_count > 0)
		html_str(out, verdict_name(r->follow_ups[0].verdict));
	fputs("</span><span class=\"answer\">", out);
	html_status(out, x);
	fputs("</span><span class=\"line\">", out);
	request_line(out, x);
	fputs("</span></summary>\n<div class=\"inside\">\n<dl>\n", out);
	followed(out, r);
	fact(out, "Principal", r->principal);
	addresses(out, x);
	flaws(out, x->flaws);
	fputs("</dl>\n", out);
	html_exchange(out, x);
	fputs("</div></details>\n", out);
}
