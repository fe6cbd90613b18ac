#include "formats/html_exchange.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"
#include "formats/html.h"
#include "formats/html_text.h"
#include "http/body.h"

#define DECODED_MAX (8u * 1024 * 1024)

/* At most len bytes of text that end with a whole character. */
static struct span
cut_text(struct span text, size_t len)
{
	struct span part = span_sub(text, 0, len);

	for (int i = 0; i < 3 && part.len < text.len && part.len > 0 &&
	     (text.p[part.len] & 0xc0) == 0x80;
	     i++)
		part.len--;
	return part;
}

static bool
is_text(struct span s)
{
	return utf8_is_valid(s) && span_find(s, 0) == s.len;
}

static void
body_of(FILE *out, const struct message *m, struct arena *arena)
{
	struct span text, part;
	struct err err;

	if (body_decoded(m, DECODED_MAX, arena, &text, &err) < 0)
		text = body_entity(m, arena);
	part = cut_text(text, HTML_MAX_BODY);
	if (text.p == NULL) {
		fprintf(out,
		    "<p class=\"note\">%" PRIu64 " bytes that were %s"
		    "</p>\n",
		    m->wire_len, m->purged != NULL ? "purged" : "not kept");
	} else if (!is_text(part)) {
		fprintf(out,
		    "<p class=\"note\">%zu bytes that are no text</p>\n",
		    text.len);
	} else {
		fputs("<pre>", out);
		html_lines(out, part);
		fputs("</pre>\n", out);
	}
	if (text.p != NULL && part.len < text.len)
		fprintf(out,
		    "<p class=\"note\">the first %zu of %zu bytes</p>\n",
		    part.len, text.len);
}

/* Without the empty line at its end. */
static struct span
visible_head(struct span head)
{
	while (head.len > 0 &&
	    (head.p[head.len - 1] == '\n' || head.p[head.len - 1] == '\r'))
		head.len--;
	return head;
}

static void
message(FILE *out, const char *name, const struct message *m)
{
	struct arena arena = ARENA_INIT;

	fprintf(out, "<section><h4>%s</h4>\n<pre>", name);
	html_lines(out, m->interim);
	html_lines(out, visible_head(m->head));
	fputs("</pre>\n", out);
	if (m->wire_len > 0)
		body_of(out, m, &arena);
	if (!m->complete)
		fputs("<p class=\"note\">not complete</p>\n", out);
	fputs("</section>\n", out);
	arena_release(&arena);
}

void
html_exchange(FILE *out, const struct exchange *x)
{
	fputs("<div class=\"messages\">\n", out);
	if (x->request != NULL)
		message(out, "Request", x->request);
	if (x->response != NULL)
		message(out, "Response", x->response);
	else
		fprintf(out,
		    "<section><h4>Response</h4>"
		    "<p class=\"note\">unknown: %s</p></section>\n",
		    reason_name(x->reason));
	fputs("</div>\n", out);
}

void
html_status(FILE *out, const struct exchange *x)
{
	if (x->response != NULL)
		fprintf(out, "%d", exchange_status(x));
	else
		html_str(out, reason_name(x->reason));
}
