/*
 * Every flow, given to the parser in pieces of every kind: the events must
 * be those of the bytes given at once.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/parser.h"
#include "tests/lib/flow.h"
#include "tests/lib/unit.h"

#define MAX_SENT ((size_t)8 << 20)

/* What a parser said, as text, with runs of bytes joined. */
struct log {
	FILE *out;
	struct parser *parser;
	struct digest *raw, *entity;
	uint64_t raw_len, entity_len;
};

static void
on_begin(void *ctx)
{
	struct log *log = ctx;

	fprintf(log->out, "begin %" PRIu64 "\n", parser_position(log->parser));
}

static bool
on_head(void *ctx, const struct parser_head *h)
{
	struct log *log = ctx;

	fprintf(log->out, "head %zu %d %" PRIu64 " %d %zu %d\n", h->bytes.len,
	    (int)h->framing, h->length, h->head.status, h->head.field_count,
	    h->keep_alive);
	return true;
}

static void
on_fragment(void *ctx, const struct parser_head *h)
{
	struct log *log = ctx;

	fprintf(log->out, "fragment %zu %zu\n", h->bytes.len,
	    h->head.field_count);
}

static void
on_raw(void *ctx, struct span bytes)
{
	struct log *log = ctx;

	digest_add(log->raw, bytes);
	log->raw_len += bytes.len;
}

static void
on_entity(void *ctx, struct span bytes)
{
	struct log *log = ctx;

	digest_add(log->entity, bytes);
	log->entity_len += bytes.len;
}

static void
put_digest(FILE *out, struct digest *d, uint64_t *len)
{
	uint8_t sum[DIGEST_SIZE];

	digest_finish(d, sum);
	fprintf(out, " %" PRIu64 ":%02x%02x%02x%02x", *len, sum[0], sum[1],
	    sum[2], sum[3]);
	*len = 0;
}

static void
on_end(void *ctx, enum parser_end how, const char *detail)
{
	struct log *log = ctx;

	fprintf(log->out, "end %d %s %" PRIu64, (int)how,
	    detail == NULL ? "-" : detail, parser_position(log->parser));
	put_digest(log->out, log->raw, &log->raw_len);
	put_digest(log->out, log->entity, &log->entity_len);
	fputc('\n', log->out);
}

static const struct parser_events events = { on_begin, on_head, on_raw,
	on_entity, on_end, on_fragment };

/* Pieces of at most `most` bytes; 0: all at once. */
static char *
parse(struct span bytes, enum head_side side, size_t most, unsigned seed)
{
	char *text;
	size_t size;
	struct log log = { .out = open_memstream(&text, &size),
		.raw = digest_new(),
		.entity = digest_new() };

	log.parser = parser_new(side, &events, &log);
	while (bytes.len > 0) {
		size_t n =
		    most == 0 ? bytes.len : 1 + (size_t)rand_r(&seed) % most;
		struct span piece = span_sub(bytes, 0, n);

		if (parser_feed(log.parser, piece) < piece.len)
			break;
		bytes = span_sub(bytes, n, bytes.len);
	}
	parser_finish(log.parser);
	parser_free(log.parser);
	digest_free(log.raw);
	digest_free(log.entity);
	fclose(log.out);
	return text;
}

static void
check_side(const char *path, struct span bytes, enum head_side side)
{
	static const size_t most[] = { 1, 2, 7, 40, 1500 };
	char *whole = parse(bytes, side, 0, 0);

	for (unsigned i = 0; i < ARRAY_LEN(most); i++) {
		char *cut = parse(bytes, side, most[i], i + 1);

		ck_assert_msg(strcmp(cut, whole) == 0,
		    "%s, pieces of %zu:\n%s\nnot\n%s", path, most[i], cut,
		    whole);
		free(cut);
	}
	free(whole);
}

/* What one side sent until the first gap, on any connection. */
static void
gather(struct buf *out, const struct flow *f, enum flow_side side)
{
	struct err err;

	for (size_t i = 0; i < f->event_count; i++) {
		const struct flow_event *e = &f->events[i];

		if (e->side != side)
			continue;
		if (e->kind != FLOW_DATA)
			return;
		ck_assert_int_eq(buf_add(out, e->bytes, &err), 0);
	}
}

static void
check_flow(const char *path)
{
	struct flow f = FLOW_INIT;
	struct buf sent = BUF_INIT(MAX_SENT);
	struct err err;

	ck_assert_msg(flow_read(&f, path, &err) == 0, "%s", err.text);
	gather(&sent, &f, FLOW_CLIENT);
	check_side(path, buf_span(&sent), HEAD_REQUEST);
	buf_reset(&sent);
	gather(&sent, &f, FLOW_SERVER);
	check_side(path, buf_span(&sent), HEAD_RESPONSE);
	buf_release(&sent);
	flow_release(&f);
}

START_TEST(pieces_give_the_events_of_the_whole)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct dirent *entry;
	DIR *dir;
	int count = 0;

	snprintf(path, sizeof(path), "%s/tests/flows", top ? top : ".");
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strstr(entry->d_name, ".flow") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/tests/flows/%s",
		    top ? top : ".", entry->d_name);
		check_flow(path);
		count++;
	}
	closedir(dir);
	ck_assert_int_ge(count, 40);
}
END_TEST

UNIT_MAIN("flow_split", pieces_give_the_events_of_the_whole)
