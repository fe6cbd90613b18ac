/*
 * html.h - the deletion history as one page that needs nothing else.
 *
 * The page is written in one go and holds nothing in memory but counts.  It
 * shows nothing but what it is given: no time at which it was made, so that
 * the same deletions give the same page.  Everything recorded is text in it
 * (html_text.h), and its Content-Security-Policy allows its own style and
 * its own script by their digests, and nothing else.  It can be read without
 * the script.
 *
 *	html = html_new(out);
 *	for each deletion, html_count(html, &deletion);
 *	html_begin(html, title, filters);
 *	for each line about what was not visible, html_unseen(html, line);
 *	for each deletion again, html_deletion(html, &deletion);
 *	for each exchange that follows them, html_follow_up(html, id, x, r);
 *	html_end(html);
 *	html_free(html);
 */
#ifndef FORMATS_HTML_H
#define FORMATS_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "base/span.h"
#include "deletion/deletion.h"
#include "http/exchange.h"

enum {
	HTML_MAX_DELETIONS = 10000,  /* listed; all are counted */
	HTML_MAX_FOLLOW_UPS = 10000, /* listed */
	HTML_MAX_TARGETS = 1000,     /* listed, of one deletion */
	HTML_MAX_BODY = 64 * 1024,   /* bytes shown of one body */
};

struct html;

/* Everything is borrowed for the call. */
struct html_deletion {
	uint64_t id;
	const struct exchange *exchange;
	const struct reading *reading;
	uint32_t findings; /* those of the reading, and what readers add */
	bool followed;     /* the rest is valid */
	enum verdict verdict;
	struct span state;
	int64_t time;             /* of the last evidence */
	const uint64_t *evidence; /* ids of exchanges */
	size_t evidence_count;
};

struct html *html_new(FILE *out);
void html_free(struct html *h); /* NULL is allowed */

void html_count(struct html *h, const struct html_deletion *d);

/* What the page is about; filters in words, empty if there are none. */
void html_begin(struct html *h, const char *title, const char *filters);
void html_unseen(struct html *h, const char *line);
void html_deletion(struct html *h, const struct html_deletion *d);
void html_follow_up(struct html *h, uint64_t id, const struct exchange *x,
    const struct reading *r);
void html_end(struct html *h);

/* How many deletions were given and not listed. */
uint64_t html_omitted(const struct html *h);

#endif
