#include "http/parser.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/fields.h"
#include "http/reading.h"

struct parser {
	const struct parser_events *events;
	void *ctx;
	uint64_t position;
	uint64_t known; /* of the body or chunk, still to come */
	enum head_side side;
	enum parser_state state;
	enum framing framing; /* of the body; valid in PARSER_BODY */
	bool pause_asked;
	bool done;          /* llhttp has seen the last chunk */
	struct buf pending; /* the start of a head that was split */
	llhttp_t llhttp;    /* valid in a body of chunks */
};

_Static_assert(sizeof(struct parser) <= PARSER_SIZE, "its users count on it");

static int
on_chunk_data(llhttp_t *l, const char *at, size_t len)
{
	struct parser *p = l->data;

	p->known -= len;
	p->events->entity(p->ctx, (struct span){ (const uint8_t *)at, len });
	return 0;
}

static int
on_chunk_header(llhttp_t *l)
{
	struct parser *p = l->data;

	p->known = l->content_length;
	return 0;
}

static int
on_last_chunk(llhttp_t *l)
{
	struct parser *p = l->data;

	p->done = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t chunk_settings = {
	.on_body = on_chunk_data,
	.on_chunk_header = on_chunk_header,
	.on_message_complete = on_last_chunk,
};

int
parser_read_head(struct head *h, enum head_side side, struct span bytes,
    struct field *fields, struct err *err)
{
	struct reading r;
	const char *wrong;

	if (bytes.len > HEAD_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "head above %d bytes",
		    HEAD_MAX_BYTES);
	r.plain =
	    reading_begin(&r, side, fields, bytes) == bytes.len && r.plain;
	wrong = reading_run(&r, bytes);
	if (wrong != NULL)
		return err_set(err, r.too_many ? ERR_LIMIT : ERR_FORMAT, "%s",
		    wrong);
	*h = r.out.head;
	return 0;
}

struct parser *
parser_new(enum head_side side, const struct parser_events *events, void *ctx)
{
	struct parser *p = xcalloc(1, sizeof(*p));

	p->side = side;
	p->events = events;
	p->ctx = ctx;
	p->pending = BUF_INIT(HEAD_MAX_BYTES);
	return p;
}

void
parser_free(struct parser *p)
{
	if (p == NULL)
		return;
	buf_release(&p->pending);
	free(p);
}

static void
end_with(struct parser *p, enum parser_end how, const char *detail, bool failed)
{
	buf_release(&p->pending);
	p->known = 0;
	p->done = false;
	p->state = failed    ? PARSER_FAILED
	    : p->pause_asked ? PARSER_PAUSED
			     : PARSER_IDLE;
	p->pause_asked = false;
	p->events->end(p->ctx, how, detail);
	if (p->pause_asked && p->state == PARSER_IDLE) {
		p->state = PARSER_PAUSED;
		p->pause_asked = false;
	}
}

static void
end_message(struct parser *p, enum parser_end how, const char *detail)
{
	end_with(p, how, detail,
	    how == PARSER_MALFORMED || how == PARSER_LIMIT);
}

/* Does a body follow?  The head event decides that, too. */
static bool
announce(struct parser *p, struct reading *r)
{
	bool body = p->events->head(p->ctx, &r->out);
	bool empty = r->out.framing == FRAMING_NONE ||
	    (r->out.framing == FRAMING_LENGTH && r->out.length == 0);

	return body && !empty && !r->complete;
}

/* Of lines that could not be read the first len bytes, or the first line. */
static struct span
fewer_lines(struct span lines, size_t len)
{
	size_t first = span_find(lines, '\n') + 1;

	if (len == 0 || len >= lines.len)
		len = first < lines.len ? first : 0;
	return span_sub(lines, 0, len);
}

/* Does any line of this head, even one that cannot be read, tell of a body? */
static bool
speaks_of_body(struct span head)
{
	static const struct span length = SPAN_LITERAL("Content-Length"),
				 coding = SPAN_LITERAL("Transfer-Encoding");

	while (head.len > 0) {
		struct span line = span_trim(span_cut(&head, '\n'));
		struct span name = span_sub(line, 0, fields_token(line));

		if (span_eq_nocase(name, length) ||
		    span_eq_nocase(name, coding))
			return true;
	}
	return false;
}

/*
 * Tell of the lines of a head that are there, but for any after a bad one.
 * Return whether there were any.
 */
static bool
tell_fragment(struct parser *p, struct span lines)
{
	static const struct span empty_line = SPAN_LITERAL("\r\n");
	struct field fields[HEAD_MAX_FIELDS];
	struct buf head = BUF_INIT(HEAD_MAX_BYTES);
	struct reading r;
	struct err err;
	bool told = false;

	lines = span_sub(lines, 0, HEAD_MAX_BYTES - empty_line.len);
	while (lines.len > 0 && lines.p[lines.len - 1] != '\n')
		lines.len--;
	while (p->events->fragment != NULL && lines.len > 0 && !told) {
		buf_reset(&head);
		if (buf_add(&head, lines, &err) < 0 ||
		    buf_add(&head, empty_line, &err) < 0)
			break;
		reading_begin(&r, p->side, fields, buf_span(&head));
		told = reading_run(&r, buf_span(&head)) == NULL;
		r.out.framing = FRAMING_NONE;
		if (told)
			p->events->fragment(p->ctx, &r.out);
		else
			lines = fewer_lines(lines,
			    reading_before(&r, buf_span(&head)).len);
	}
	buf_release(&head);
	return told;
}

/* A head that is as long as may be has no end. */
static void
end_long_head(struct parser *p)
{
	tell_fragment(p, buf_span(&p->pending));
	end_message(p, PARSER_LIMIT, "the head is too long");
}

/* A head that is whole, but something is wrong with it. */
static void
refuse_head(struct parser *p, const struct reading *r, struct span bytes,
    const char *wrong)
{
	bool fragment =
	    !r->headed && tell_fragment(p, reading_before(r, bytes));

	end_with(p, r->too_many ? PARSER_LIMIT : PARSER_MALFORMED, wrong,
	    !fragment || p->side == HEAD_RESPONSE || speaks_of_body(bytes));
}

/* Take one whole head, which reading_begin() has seen. */
static void
take_head(struct parser *p, struct reading *r, struct span bytes)
{
	const char *wrong = reading_run(r, bytes);
	bool body;

	p->state = PARSER_BODY;
	body = r->headed && announce(p, r);
	if (wrong != NULL) {
		refuse_head(p, r, bytes, wrong);
		return;
	}
	if (!body) {
		end_message(p, PARSER_COMPLETE, NULL);
		return;
	}
	buf_release(&p->pending);
	p->framing = r->out.framing;
	p->known = r->out.length;
	p->done = false;
	if (p->framing != FRAMING_CHUNKED)
		return;
	p->llhttp = r->after;
	p->llhttp.data = p;
	p->llhttp.settings = (void *)(uintptr_t)&chunk_settings;
}

static size_t
feed_split_head(struct parser *p, struct span data)
{
	size_t old = p->pending.len, room = HEAD_MAX_BYTES - old;
	size_t take = data.len < room ? data.len : room, len;
	struct field fields[HEAD_MAX_FIELDS];
	struct reading r;
	struct span head;
	struct err err;

	if (buf_add(&p->pending, span_sub(data, 0, take), &err) < 0)
		take = 0;
	len = fields_head_length(buf_span(&p->pending), old > 2 ? old - 2 : 0);
	if (len == 0) {
		p->position += take;
		if (take < data.len || p->pending.len == HEAD_MAX_BYTES)
			end_long_head(p);
		return take;
	}
	p->position += len - old;
	head = span_sub(buf_span(&p->pending), 0, len);
	reading_begin(&r, p->side, fields, head);
	take_head(p, &r, head);
	return len - old;
}

/* Fields are on the stack because there may be so many. */
static size_t
feed_head(struct parser *p, struct span data)
{
	struct field fields[HEAD_MAX_FIELDS];
	struct reading r;
	size_t len;

	if (p->pending.len > 0)
		return feed_split_head(p, data);
	/* Nobody should wait for the end of what is no head. */
	if (fields_token(span_sub(data, 0, 1)) == 0) {
		end_message(p, PARSER_MALFORMED, "no start line");
		return 0;
	}
	len = reading_begin(&r, p->side, fields, data);
	if (len == 0 || len > HEAD_MAX_BYTES)
		return feed_split_head(p, data);
	p->position += len;
	take_head(p, &r, span_sub(data, 0, len));
	return len;
}

/* Empty lines before a start line are no message (RFC 9112, 2.2). */
static size_t
feed_idle(struct parser *p, struct span data)
{
	size_t n = 0;

	while (n < data.len && (data.p[n] == '\r' || data.p[n] == '\n'))
		n++;
	p->position += n;
	if (n < data.len) {
		p->state = PARSER_HEAD;
		p->events->begin(p->ctx);
	}
	return n;
}

static size_t
feed_chunks(struct parser *p, struct span data)
{
	llhttp_errno_t e =
	    llhttp_execute(&p->llhttp, (const char *)data.p, data.len);
	size_t used = data.len;

	if (e != HPE_OK)
		used =
		    (size_t)((const uint8_t *)llhttp_get_error_pos(&p->llhttp) -
			data.p);
	p->position += used;
	if (used > 0)
		p->events->raw(p->ctx, span_sub(data, 0, used));
	if (p->done)
		end_message(p, PARSER_COMPLETE, NULL);
	else if (e != HPE_OK)
		end_message(p, PARSER_MALFORMED,
		    llhttp_get_error_reason(&p->llhttp));
	return used;
}

/* A body without chunks is all entity; there is nothing to parse. */
static size_t
feed_plain(struct parser *p, struct span data)
{
	if (p->framing == FRAMING_LENGTH) {
		data = span_sub(data, 0,
		    p->known < data.len ? (size_t)p->known : data.len);
		p->known -= data.len;
	}
	p->position += data.len;
	p->events->entity(p->ctx, data);
	p->events->raw(p->ctx, data);
	if (p->framing == FRAMING_LENGTH && p->known == 0)
		end_message(p, PARSER_COMPLETE, NULL);
	return data.len;
}

static size_t
feed_body(struct parser *p, struct span data)
{
	return p->framing == FRAMING_CHUNKED ? feed_chunks(p, data)
					     : feed_plain(p, data);
}

static size_t
feed_once(struct parser *p, struct span data)
{
	switch (p->state) {
	case PARSER_IDLE:
		return feed_idle(p, data);
	case PARSER_HEAD:
		return feed_head(p, data);
	case PARSER_BODY:
		return feed_body(p, data);
	case PARSER_PAUSED:
	case PARSER_FAILED:
		break;
	}
	return 0;
}

size_t
parser_feed(struct parser *p, struct span data)
{
	size_t used = 0;

	while (used < data.len && p->state != PARSER_PAUSED &&
	    p->state != PARSER_FAILED)
		used += feed_once(p, span_sub(data, used, data.len));
	return used;
}

uint64_t
parser_known(const struct parser *p)
{
	return p->state == PARSER_BODY ? p->known : 0;
}

void
parser_fill(struct parser *p, uint64_t n)
{
	static const uint8_t zeros[4096];

	assert(n <= parser_known(p));
	while (n > 0) {
		size_t part = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		feed_body(p, (struct span){ zeros, part });
		n -= part;
	}
}

void
parser_finish(struct parser *p)
{
	if (p->state == PARSER_BODY && p->framing == FRAMING_CLOSE)
		end_message(p, PARSER_COMPLETE, NULL);
	else
		parser_cut(p);
}

void
parser_cut(struct parser *p)
{
	if (p->state == PARSER_HEAD)
		tell_fragment(p, buf_span(&p->pending));
	if (p->state == PARSER_HEAD || p->state == PARSER_BODY)
		end_message(p, PARSER_TRUNCATED, "bytes are missing");
}

void
parser_pause(struct parser *p)
{
	if (p->state == PARSER_IDLE)
		p->state = PARSER_PAUSED;
	else
		p->pause_asked = true;
}

void
parser_restart(struct parser *p, uint64_t position)
{
	buf_release(&p->pending);
	p->state = PARSER_IDLE;
	p->pause_asked = p->done = false;
	p->known = 0;
	p->position = position;
}

enum parser_state
parser_state(const struct parser *p)
{
	return p->state;
}

uint64_t
parser_position(const struct parser *p)
{
	return p->position;
}

size_t
parser_held(const struct parser *p)
{
	return p->pending.cap;
}
