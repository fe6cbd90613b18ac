#include "formats/html.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/xalloc.h"
#include "formats/html_chart.h"
#include "formats/html_exchange.h"
#include "formats/html_row.h"
#include "formats/html_text.h"
#include "formats/page.h"
#include "http/digest.h"

#define NS_PER_DAY ((int64_t)86400 * 1000000000)

enum part {
	PART_HEAD,
	PART_UNSEEN,
	PART_DELETIONS,
	PART_FOLLOW_UPS,
	PART_END,
};

struct html {
	FILE *out;
	enum part part;
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t deletions, findings; /* counted */
	int64_t first, last;
	struct timeline timeline;
	uint64_t listed, omitted;      /* deletions */
	uint64_t followed, unfollowed; /* follow-ups, listed and not */
	int64_t day; /* of the row before, in days since 1970 */
};

struct html *
html_new(FILE *out)
{
	struct html *h = xcalloc(1, sizeof(*h));

	h->out = out;
	h->day = INT64_MIN;
	return h;
}

void
html_free(struct html *h)
{
	free(h);
}

void
html_count(struct html *h, const struct html_deletion *d)
{
	enum outcome outcome = d->reading->deletion.outcome;
	int64_t t = exchange_time(d->exchange);

	if (h->deletions == 0 || t < h->first)
		h->first = t;
	if (h->deletions == 0 || t > h->last)
		h->last = t;
	h->deletions++;
	h->findings += d->findings != 0;
	h->outcomes[outcome]++;
	timeline_add(&h->timeline, t, outcome);
}

/* A source expression of Content Security Policy Level 3. */
static void
put_source(FILE *out, const char *text)
{
	uint8_t digest[DIGEST_SIZE];

	digest_of(digest, span_of_str(text));
	fputs("'sha256-", out);
	base64_write(out, (struct span){ digest, sizeof(digest) });
	fputs("'", out);
}

static void
put_head(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src ",
	    out);
	put_source(out, page_css);
	fputs("; script-src ", out);
	put_source(out, page_js);
	fputs("; base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" "
	      "content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	    out);
	html_str(out, title);
	fprintf(out, " - deletions</title>\n<style>%s</style>\n</head>\n",
	    page_css);
}

/* In days since 1970. */
static int64_t
day_of(int64_t t)
{
	return t / NS_PER_DAY - (t % NS_PER_DAY < 0);
}

static void
put_range(struct html *h)
{
	fputs("<p class=\"range\">", h->out);
	html_day(h->out, h->first);
	putc(' ', h->out);
	html_clock(h->out, h->first);
	fputs(" to ", h->out);
	if (day_of(h->first) != day_of(h->last)) {
		html_day(h->out, h->last);
		putc(' ', h->out);
	}
	html_clock(h->out, h->last);
	fputs(" UTC</p>\n", h->out);
}

static void
put_chips(struct html *h)
{
	fputs("<div class=\"chips\">\n", h->out);
	for (int o = 0; o < OUTCOME_COUNT; o++)
		if (h->outcomes[o] > 0)
			fprintf(h->out,
			    "<button type=\"button\" class=\"chip\" "
			    "aria-pressed=\"false\" data-outcome=\"%s\">"
			    "<i class=\"%s\"></i><b>%" PRIu64 "</b> %s"
			    "</button>\n",
			    outcome_name(o), outcome_name(o), h->outcomes[o],
			    outcome_name(o));
	if (h->findings > 0)
		fprintf(h->out,
		    "<button type=\"button\" class=\"chip\" "
		    "aria-pressed=\"false\" data-outcome=\"finding\">"
		    "<i class=\"finding\"></i><b>%" PRIu64 "</b> with findings"
		    "</button>\n",
		    h->findings);
	fputs("</div>\n", h->out);
}

void
html_begin(struct html *h, const char *title, const char *filters)
{
	put_head(h->out, title);
	fprintf(h->out, "<body>\n<header>\n<h1>%" PRIu64 " %s <span>in ",
	    h->deletions, h->deletions == 1 ? "deletion" : "deletions");
	html_str(h->out, title);
	fputs("</span></h1>\n", h->out);
	if (h->deletions > 0)
		put_range(h);
	if (filters[0] != '\0') {
		fputs("<p class=\"range\">Only ", h->out);
		html_str(h->out, filters);
		fputs("</p>\n", h->out);
	}
	fputs("</header>\n<main>\n", h->out);
	put_chips(h);
	html_chart(h->out, &h->timeline);
	fputs("<section class=\"unseen\"><h2>What was not visible</h2>\n"
	      "<ul>\n",
	    h->out);
	h->part = PART_UNSEEN;
}

void
html_unseen(struct html *h, const char *line)
{
	fputs("<li>", h->out);
	html_str(h->out, line);
	fputs("</li>\n", h->out);
}

static void
omission(struct html *h, uint64_t omitted)
{
	if (omitted > 0)
		fprintf(h->out,
		    "<p class=\"note\">%" PRIu64 " more are counted above and "
		    "not listed; a page for a shorter time has them.</p>\n",
		    omitted);
}

static void
end_part(struct html *h)
{
	if (h->part == PART_UNSEEN) {
		fputs("</ul></section>\n", h->out);
		return;
	}
	fputs("</div>\n", h->out);
	omission(h, h->part == PART_DELETIONS ? h->omitted : h->unfollowed);
	fputs("</section>\n", h->out);
}

static void
begin_part(struct html *h)
{
	h->day = INT64_MIN;
	if (h->part == PART_DELETIONS)
		fputs("<section>\n<h2>Deletions</h2>\n"
		      "<p id=\"find\" hidden><input type=\"search\" "
		      "placeholder=\"Search target, operation, principal, "
		      "client...\" aria-label=\"Search\" autocomplete=\"off\">"
		      " <output></output></p>\n"
		      "<div class=\"rows\" id=\"deletions\">\n",
		    h->out);
	else if (h->part == PART_FOLLOW_UPS)
		fputs("<section>\n<h2>What followed</h2>\n"
		      "<div class=\"rows\">\n",
		    h->out);
}

/* Close what is open and open what comes next, up to this part. */
static void
enter(struct html *h, enum part part)
{
	while (h->part < part) {
		end_part(h);
		h->part++;
		begin_part(h);
	}
}

/* A line of its own where a day begins. */
static void
day_line(struct html *h, const struct exchange *x)
{
	int64_t t = exchange_time(x);
	int64_t day = day_of(t);

	if (day == h->day)
		return;
	h->day = day;
	fputs("<h3>", h->out);
	html_day(h->out, t);
	fputs(" <span>UTC</span></h3>\n", h->out);
}

void
html_deletion(struct html *h, const struct html_deletion *d)
{
	enter(h, PART_DELETIONS);
	if (h->listed == HTML_MAX_DELETIONS) {
		h->omitted++;
		return;
	}
	h->listed++;
	day_line(h, d->exchange);
	html_deletion_row(h->out, d);
}

void
html_follow_up(struct html *h, uint64_t id, const struct exchange *x,
    const struct reading *r)
{
	enter(h, PART_FOLLOW_UPS);
	if (h->followed == HTML_MAX_FOLLOW_UPS) {
		h->unfollowed++;
		return;
	}
	h->followed++;
	day_line(h, x);
	html_follow_up_row(h->out, id, x, r);
}

void
html_end(struct html *h)
{
	enter(h, PART_DELETIONS);
	end_part(h);
	h->part = PART_END;
	fprintf(h->out,
	    "</main>\n<footer>Made by obit from packets. Secrets are "
	    "masked as they are in the archive.</footer>\n"
	    "<script>%s</script>\n</body>\n</html>\n",
	    page_js);
}

uint64_t
html_omitted(const struct html *h)
{
	return h->omitted;
}
