#include "http/parser.h"

#include <assert.h>
#include <llhttp.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "http/fields.h"

struct parser {
	llhttp_t llhttp; /* first: llhttp hands it to the callbacks */
	const struct parser_events *events;
	void *ctx;
	enum head_side side;
	enum parser_state state;
	bool pause_asked;
	bool done;            /* llhttp has seen the end of the message */
	enum framing framing; /* of the body; valid in PARSER_BODY */
	struct buf pending;   /* the start of a head that was split */
	uint64_t position;
	uint64_t known; /* of the body or chunk, still to come */
};

_Static_assert(sizeof(struct parser) <= PARSER_SIZE, "its users count on it");

/* What is collected while llhttp reads one head; lives on the stack. */
struct reading {
	struct parser *parser; /* NULL: nobody wants to know about the body */
	struct parser_head out;
	struct field *fields;
	size_t count;
	bool split; /* the fields are there already */
	bool in_value;
	bool too_many;
	bool complete;
};

static int
on_url(llhttp_t *l, const char *at, size_t len)
{
	struct reading *r = l->data;

	r->out.head.target = (struct span){ (const uint8_t *)at, len };
	return 0;
}

static int
on_status(llhttp_t *l, const char *at, size_t len)
{
	struct reading *r = l->data;

	r->out.head.reason = (struct span){ (const uint8_t *)at, len };
	return 0;
}

static int
on_field(llhttp_t *l, const char *at, size_t len)
{
	struct reading *r = l->data;
	struct span name = { (const uint8_t *)at, len };

	if (r->split)
		return 0;
	if (r->count == HEAD_MAX_FIELDS) {
		r->too_many = true;
		return -1;
	}
	r->fields[r->count++] = (struct field){
		.name = name,
		.value = { name.p + len, 0 },
	};
	r->in_value = false;
	return 0;
}

/* A folded value comes in several parts; it reaches to the last of them. */
static int
on_value(llhttp_t *l, const char *at, size_t len)
{
	struct reading *r = l->data;
	struct span *value = &r->fields[r->count - 1].value;
	const uint8_t *p = (const uint8_t *)at;

	if (r->split)
		return 0;
	if (!r->in_value)
		value->p = p;
	value->len = (size_t)(p + len - value->p);
	r->in_value = true;
	return 0;
}

static bool
never_has_body(const struct reading *r)
{
	int status = r->out.head.status;

	return r->out.head.side == HEAD_RESPONSE &&
	    (status / 100 == 1 || status == 204 || status == 304);
}

static enum framing
framing_of(const llhttp_t *l, const struct reading *r)
{
	if (never_has_body(r))
		return FRAMING_NONE;
	if (l->flags & F_CHUNKED)
		return FRAMING_CHUNKED;
	if (r->out.head.side == HEAD_RESPONSE && llhttp_message_needs_eof(l))
		return FRAMING_CLOSE;
	if (l->flags & F_CONTENT_LENGTH)
		return FRAMING_LENGTH;
	return FRAMING_NONE;
}

static int
on_headers_complete(llhttp_t *l)
{
	struct reading *r = l->data;
	struct parser_head *h = &r->out;

	r->complete = true;
	for (size_t i = 0; i < r->count && !r->split; i++)
		r->fields[i].value = span_trim(r->fields[i].value);
	h->head.fields = r->fields;
	h->head.field_count = r->count;
	h->head.major = l->http_major;
	h->head.minor = l->http_minor;
	h->head.status = l->status_code;
	h->cl_and_te =
	    (l->flags & F_CONTENT_LENGTH) && (l->flags & F_TRANSFER_ENCODING);
	h->keep_alive = llhttp_should_keep_alive(l);
	h->framing = framing_of(l, r);
	h->length = h->framing == FRAMING_LENGTH ? l->content_length : 0;
	if (r->parser == NULL)
		return 1;
	if (!r->parser->events->head(r->parser->ctx, h) ||
	    h->framing == FRAMING_NONE)
		return 1;
	r->parser->known = h->length;
	r->parser->framing = h->framing;
	return 0;
}

static int
on_head_message_complete(llhttp_t *l)
{
	struct reading *r = l->data;

	if (r->parser != NULL)
		r->parser->done = true;
	return HPE_PAUSED;
}

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

static const llhttp_settings_t head_settings = {
	.on_url = on_url,
	.on_status = on_status,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_headers_complete,
	.on_message_complete = on_head_message_complete,
};

static const llhttp_settings_t chunk_settings = {
	.on_body = on_chunk_data,
	.on_chunk_header = on_chunk_header,
	.on_message_complete = on_last_chunk,
};

static void
set_up(llhttp_t *l, enum head_side side, void *data)
{
	llhttp_init(l, side == HEAD_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE,
	    &head_settings);
	l->data = data;
	llhttp_set_lenient_headers(l, 1);
	llhttp_set_lenient_chunked_length(l, 1);
	llhttp_set_lenient_keep_alive(l, 1);
	llhttp_set_lenient_version(l, 1);
	llhttp_set_lenient_optional_cr_before_lf(l, 1);
	llhttp_set_lenient_spaces_after_chunk_size(l, 1);
}

/*
 * llhttp knows a list of methods, some of them only in other protocols, and
 * numbers DELETE as 0.  The framing of a request depends on its method only
 * for CONNECT, so the method is read here and llhttp is shown another one.
 */
static const char *
shown_method(struct span method)
{
	return span_eq_str(method, "CONNECT") ? "CONNECT" : "POST";
}

static llhttp_errno_t
show(llhttp_t *l, struct span bytes)
{
	return llhttp_execute(l, (const char *)bytes.p, bytes.len);
}

/*
 * llhttp takes a bare LF after every line but the request line, so the end
 * of that line is shown to it as CRLF.
 */
static llhttp_errno_t
show_request_line(llhttp_t *l, struct reading *r, struct span line)
{
	size_t n = fields_token(line), end = span_find(line, '\n');
	struct span method = span_sub(line, 0, n);

	if (n == 0 || n >= end || end == line.len || line.p[n] != ' ')
		return HPE_INVALID_METHOD;
	r->out.head.method = method;
	show(l, span_of_str(shown_method(method)));
	if (line.p[end - 1] == '\r')
		return show(l, span_sub(line, n, line.len));
	show(l, span_sub(line, n, end - n));
	return show(l, (struct span)SPAN_LITERAL("\r\n"));
}

/* Of fields that are split, llhttp need not see what frames nothing. */
static void
show_framing(llhttp_t *l, const struct reading *r, struct span lines)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span name = r->fields[i].name, rest;

		if (!fields_may_frame(name))
			continue;
		rest = span_sub(lines, (size_t)(name.p - lines.p), lines.len);
		show(l, span_sub(rest, 0, span_find(rest, '\n') + 1));
	}
}

static llhttp_errno_t
execute_head(llhttp_t *l, struct reading *r, struct span bytes)
{
	size_t end = span_find(bytes, '\n') + 1;
	struct span line = span_sub(bytes, 0, end);
	struct span rest = span_sub(bytes, end, bytes.len);
	llhttp_errno_t e;

	e = r->out.head.side == HEAD_REQUEST ? show_request_line(l, r, line)
					     : show(l, line);
	if (e != HPE_OK)
		return e;
	r->split = fields_split(rest, r->fields, &r->count);
	if (!r->split)
		return show(l, rest);
	show_framing(l, r, rest);
	return show(l, span_sub(rest, rest.len - 2, 2));
}

/* Parse bytes, one whole head; return what is wrong with it, or NULL. */
static const char *
read_head(llhttp_t *l, struct reading *r, struct span bytes)
{
	llhttp_errno_t e;
	const uint8_t *stop;

	r->out.bytes = bytes;
	e = execute_head(l, r, bytes);
	if (r->too_many)
		return "too many fields";
	if (e != HPE_OK && e != HPE_PAUSED && e != HPE_PAUSED_UPGRADE) {
		const char *why = llhttp_get_error_reason(l);

		return why != NULL && *why != '\0' ? why : "not a start line";
	}
	stop = (const uint8_t *)llhttp_get_error_pos(l);
	if (!r->complete || (e != HPE_OK && stop != bytes.p + bytes.len))
		return "the head does not end where its empty line is";
	return NULL;
}

int
parser_read_head(struct head *h, enum head_side side, struct span bytes,
    struct field *fields, struct err *err)
{
	struct reading r = { .out.head.side = side, .fields = fields };
	llhttp_t l;
	const char *wrong;

	if (bytes.len > HEAD_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "head above %d bytes",
		    HEAD_MAX_BYTES);
	set_up(&l, side, &r);
	wrong = read_head(&l, &r, bytes);
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
	set_up(&p->llhttp, side, NULL);
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
end_message(struct parser *p, enum parser_end how, const char *detail)
{
	bool failed = how == PARSER_MALFORMED || how == PARSER_LIMIT;

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

/* Parse one whole head; fields are on the stack because they are many. */
static void
take_head(struct parser *p, struct span bytes)
{
	struct field fields[HEAD_MAX_FIELDS];
	struct reading r = { .parser = p, .fields = fields };
	const char *wrong;

	r.out.head.side = p->side;
	p->state = PARSER_BODY;
	p->done = false;
	llhttp_reset(&p->llhttp);
	p->llhttp.data = &r;
	p->llhttp.settings = (void *)(uintptr_t)&head_settings;
	wrong = read_head(&p->llhttp, &r, bytes);
	if (wrong != NULL) {
		end_message(p, r.too_many ? PARSER_LIMIT : PARSER_MALFORMED,
		    wrong);
		return;
	}
	p->llhttp.data = p;
	p->llhttp.settings = (void *)(uintptr_t)&chunk_settings;
	if (p->done)
		end_message(p, PARSER_COMPLETE, NULL);
	else
		buf_release(&p->pending);
}

static size_t
feed_split_head(struct parser *p, struct span data)
{
	size_t old = p->pending.len, room = HEAD_MAX_BYTES - old;
	size_t take = data.len < room ? data.len : room, len;
	struct err err;

	if (buf_add(&p->pending, span_sub(data, 0, take), &err) < 0)
		take = 0;
	len = fields_head_length(buf_span(&p->pending), old > 2 ? old - 2 : 0);
	if (len == 0) {
		p->position += take;
		if (take < data.len || p->pending.len == HEAD_MAX_BYTES)
			end_message(p, PARSER_LIMIT, "the head is too long");
		return take;
	}
	p->position += len - old;
	take_head(p, span_sub(buf_span(&p->pending), 0, len));
	return len - old;
}

static size_t
feed_head(struct parser *p, struct span data)
{
	size_t len;

	if (p->pending.len > 0)
		return feed_split_head(p, data);
	/* Nobody should wait for the end of what is no head. */
	if (fields_token(span_sub(data, 0, 1)) == 0) {
		end_message(p, PARSER_MALFORMED, "no start line");
		return 0;
	}
	len = fields_head_length(data, 0);
	if (len == 0 || len > HEAD_MAX_BYTES)
		return feed_split_head(p, data);
	p->position += len;
	take_head(p, span_sub(data, 0, len));
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
