#include "tests/lib/flow_dump.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "http/body.h"

/* The exchanges of a capture, in the order in which they were finished. */
struct list {
	struct exchange **all; /* owned, and so is what they point at */
	size_t count;
};

static unsigned
want_all(void *ctx, const struct head *request)
{
	(void)ctx;
	(void)request;
	return 1;
}

static int
keep(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	struct list *list = ctx;

	(void)flaws;
	(void)err;
	list->all = xrealloc(list->all, (list->count + 1) * sizeof(*list->all));
	list->all[list->count++] = x;
	*kept = true;
	body_digests(x);
	return 0;
}

/* By connection; within one, insertion below keeps the order of finishing. */
static void
sort(struct list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		struct exchange *x = list->all[i];
		size_t j = i;

		for (; j > 0 && list->all[j - 1]->connection > x->connection;
		     j--)
			list->all[j] = list->all[j - 1];
		list->all[j] = x;
	}
}

/* At most 60 bytes of it; what does not print becomes a dot. */
static void
put_text(FILE *out, struct span text)
{
	for (size_t i = 0; i < text.len && i < 60; i++)
		fputc(text.p[i] > ' ' && text.p[i] < 0x7f ? text.p[i] : '.',
		    out);
	if (text.len > 60)
		fprintf(out, "...(%zu)", text.len);
}

static void
put_body(FILE *out, const struct message *m)
{
	static const char *const names[] = { "no body", "length", "chunked",
		"close" };

	fputs(names[m->framing], out);
	if (m->framing == FRAMING_NONE)
		return;
	fprintf(out, " %" PRIu64, m->wire_len);
	if (m->body_len != m->wire_len)
		fprintf(out, " (%" PRIu64 ")", m->body_len);
	fputs(m->has_digest ? ", sha256 " : ", no digest", out);
	for (int i = 0; m->has_digest && i < 8; i++)
		fprintf(out, "%02x", m->body_sha256[i]);
	if (m->body.p == NULL && m->wire_len > 0)
		fputs(", not kept", out);
}

static void
put_message(FILE *out, const char *side, const struct message *m)
{
	if (m == NULL)
		return;
	fprintf(out, "  %-9s head %zu", side, m->head.len);
	if (m->interim.len > 0)
		fprintf(out, " after %zu", m->interim.len);
	fputs(", ", out);
	put_body(out, m);
	for (size_t i = 0; i < m->hole_count; i++)
		fprintf(out, ", hole %" PRIu64 "+%" PRIu64, m->holes[i].offset,
		    m->holes[i].len);
	fputs(m->complete ? "\n" : ", incomplete\n", out);
}

static void
put_first_line(FILE *out, const struct exchange *x)
{
	if (x->request == NULL) {
		fputc('-', out);
	} else {
		put_text(out, x->request->parsed.method);
		fputc(' ', out);
		put_text(out, x->request->parsed.target);
	}
	if (exchange_status(x) != 0)
		fprintf(out, " -> %d\n", exchange_status(x));
	else
		fprintf(out, " -> - (%s)\n",
		    x->reason == REASON_NONE ? "?" : reason_name(x->reason));
}

static void
put_exchange(FILE *out, const struct exchange *x)
{
	put_first_line(out, x);
	put_message(out, "request", x->request);
	put_message(out, "response", x->response);
	if (x->flaws != 0)
		fputs("  flaws    ", out);
	for (int f = 0; f < FLAW_COUNT; f++) {
		if (flaw_has(x->flaws, (enum flaw)f))
			fprintf(out, " %s", flaw_name((enum flaw)f));
	}
	if (x->flaws != 0)
		fputc('\n', out);
	if (x->missing > 0)
		fprintf(out, "  missing   %" PRIu64 "\n", x->missing);
}

static void
put_coverage(FILE *out, const struct coverage *c)
{
	fprintf(out,
	    "flows: %" PRIu64 " http, %" PRIu64 " other, %" PRIu64
	    " undecided\n",
	    c->flows.http, c->flows.other, c->flows.undecided);
	if (c->exchanges.orphans > 0)
		fprintf(out, "orphans: %" PRIu64 "\n", c->exchanges.orphans);
	if (c->unseen_bytes > 0)
		fprintf(out, "unseen: %" PRIu64 " bytes\n", c->unseen_bytes);
}

static int
reconcile(const struct coverage *c, const struct list *list, struct err *err)
{
	uint64_t layers = 0, incomplete = 0;

	for (int i = 0; i < LAYER_COUNT; i++)
		layers += c->layers[i];
	for (size_t i = 0; i < list->count; i++)
		incomplete += !exchange_is_complete(list->all[i]);
	if (layers != c->packets)
		return err_set(err, ERR_CORRUPT, "packets do not reconcile");
	incomplete += c->exchanges.orphans;
	if (c->exchanges.seen !=
		c->exchanges.kept + c->exchanges.filtered +
		    c->exchanges.incomplete ||
	    c->exchanges.kept + incomplete !=
		list->count + c->exchanges.orphans)
		return err_set(err, ERR_CORRUPT,
		    "%" PRIu64 " exchanges seen, %" PRIu64 " kept, %" PRIu64
		    " filtered, %zu taken",
		    c->exchanges.seen, c->exchanges.kept, c->exchanges.filtered,
		    list->count);
	if (c->flows.http + c->flows.other + c->flows.undecided == 0)
		return err_set(err, ERR_CORRUPT, "no flow was counted");
	if (c->exchanges.incomplete != incomplete)
		return err_set(err, ERR_CORRUPT,
		    "%" PRIu64 " incomplete, not "
		    "%" PRIu64,
		    incomplete, c->exchanges.incomplete);
	return 0;
}

static int
run(FILE *out, struct capture *c, struct list *list, struct err *err)
{
	uint64_t connection = 0;

	if (capture_run(c, err) < 0)
		return -1;
	sort(list);
	for (size_t i = 0; i < list->count; i++) {
		const struct exchange *x = list->all[i];

		if (x->connection != connection)
			fprintf(out, "connection %" PRIu64 "\n", x->connection);
		connection = x->connection;
		put_exchange(out, x);
	}
	put_coverage(out, capture_coverage(c));
	return reconcile(capture_coverage(c), list, err);
}

int
flow_dump(FILE *out, const char *path, uint64_t max_body, uint64_t memory,
    struct err *err)
{
	struct list list = { NULL, 0 };
	const struct capture_options options = {
		.files = &path,
		.file_count = 1,
		.max_body = max_body,
		.memory = memory,
	};
	const struct capture_sink sink = { &list, want_all, keep, NULL };
	struct capture *c = NULL;
	int rc = capture_open(&c, &options, &sink, err);

	if (rc == 0)
		rc = run(out, c, &list, err);
	capture_close(c);
	for (size_t i = 0; i < list.count; i++)
		exchange_free(list.all[i]);
	free(list.all);
	return rc;
}
