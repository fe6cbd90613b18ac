#include "replay/request.h"

#include "base/buf.h"
#include "base/err.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/url.h"
#include "replay/request_part.h"
#include "store/store.h"

static const struct {
	const char *name, *text;
} warnings[] = {
#define X(id, name, text) { name, text },
	WARNINGS(X)
#undef X
};

const char *
warning_name(enum warning w)
{
	return warnings[w].name;
}

const char *
warning_text(enum warning w)
{
	return warnings[w].text;
}

/* The line at the start of *rest, with its end; absent if there is none. */
static struct span
next_line(struct span *rest)
{
	size_t at = span_find(*rest, '\n');
	struct span line = span_sub(*rest, 0, at + 1);

	if (at == rest->len)
		return (struct span){ 0 };
	*rest = span_sub(*rest, at + 1, rest->len);
	return line;
}

static bool
is_empty_line(struct span line)
{
	return span_eq_str(line, "\n") || span_eq_str(line, "\r\n");
}

static int
no_request(struct err *err)
{
	return err_set(err, ERR_FORMAT, "its request cannot be sent again");
}

/*
 * Parsed spans point into the head, so their place in it says what stands
 * before and after them.
 */
static int
take_start(struct request *r, const struct message *m, struct span line,
    struct err *err)
{
	const struct head *h = &m->parsed;
	size_t from, to;

	if (line.p == NULL || h->target.p < line.p ||
	    h->target.p + h->target.len > line.p + line.len)
		return no_request(err);
	from = (size_t)(h->target.p - line.p);
	to = from + h->target.len;
	r->method = arena_copy(&r->arena, h->method);
	r->before = arena_copy(&r->arena, span_sub(line, 0, from));
	r->after = arena_copy(&r->arena, span_sub(line, to, line.len));
	return 0;
}

static int
take_target(struct request *r, struct span method, struct span target,
    struct err *err)
{
	struct url url = url_split(method, target);
	struct span rest = url.query;

	if (url.path.p == NULL)
		return err_set(err, ERR_FORMAT,
		    "its request asks for a tunnel");
	r->path = arena_copy(&r->arena, url.path);
	r->has_query = url.query.p != NULL;
	while (rest.p != NULL) {
		struct part part = { .bytes = span_cut(&rest, '&') };

		if (parts_add(&r->query, r, part_of_query(r, part.bytes), err) <
		    0)
			return -1;
	}
	return 0;
}

/* Take one header with the lines that continue it (RFC 9112, 5.2). */
static int
take_header(struct request *r, struct span line, struct span *rest,
    struct err *err)
{
	while (rest->len > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		line.len += next_line(rest).len;
	if (span_find(line, ':') == line.len)
		return no_request(err);
	return parts_add(&r->headers, r,
	    part_of_header(arena_copy(&r->arena, line)), err);
}

static int
take_head(struct request *r, const struct message *m, struct err *err)
{
	struct span rest = m->head, line = next_line(&rest);

	if (take_start(r, m, line, err) < 0 ||
	    take_target(r, m->parsed.method, m->parsed.target, err) < 0)
		return -1;
	while ((line = next_line(&rest)).p != NULL && !is_empty_line(line))
		if (take_header(r, line, &rest, err) < 0)
			return -1;
	r->end = arena_copy(&r->arena, line);
	return line.p != NULL && rest.len == 0 ? 0 : no_request(err);
}

struct span
request_recorded_host(const struct entry *e)
{
	const struct head *h = &e->exchange->request->parsed;
	struct span host = url_split(h->method, h->target).authority;

	return host.p != NULL ? host : head_field(h, "Host");
}

int
request_of(struct request *r, const struct entry *e, struct err *err)
{
	const struct message *m = e->exchange->request;

	request_reset(r);
	r->source = e;
	if (m == NULL || m->body.p == NULL)
		return err_set(err, ERR_FORMAT,
		    "its request is not whole in the recording");
	r->body = arena_copy(&r->arena, m->body);
	return take_head(r, m, err);
}

/* Of a body, of conditions, or of another method than the line says. */
static bool
is_out_of_place(struct span name)
{
	static const char *const names[] = { "Content-Length",
		"Transfer-Encoding", "Trailer", "TE", "Expect",
		"Content-Encoding", "Content-MD5", "Digest", "Content-Digest",
		"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override",
		"If-Match", "If-None-Match", "If-Modified-Since",
		"If-Unmodified-Since", "If-Range", "Range" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_eq_nocase(name, span_of_str(names[i])))
			return true;
	return false;
}

int
request_make_get(struct request *r, struct span target, struct err *err)
{
	struct span get = span_of_str("GET");
	size_t kept = 0;

	r->method = get;
	r->before = span_of_str("GET ");
	r->body = span_of_str("");
	r->query.count = 0;
	for (size_t i = 0; i < r->headers.count; i++)
		if (!is_out_of_place(r->headers.at[i].name))
			r->headers.at[kept++] = r->headers.at[i];
	r->headers.count = kept;
	return take_target(r, get, arena_copy(&r->arena, target), err);
}

void
request_reset(struct request *r)
{
	struct arena arena = r->arena;

	arena_reset(&arena);
	*r = (struct request){ .arena = arena };
}

void
request_release(struct request *r)
{
	arena_release(&r->arena);
	*r = REQUEST_INIT;
}

void
request_warn(struct request *r, enum warning what, struct span detail)
{
	struct warned **at = &r->warned;

	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->what == what && span_eq((*at)->detail, detail))
			return;
	*at = arena_alloc(&r->arena, sizeof(**at));
	(*at)->what = what;
	(*at)->detail = arena_copy(&r->arena, detail);
}

static struct span
form_of(const struct part *p, enum request_form form)
{
	return form == REQUEST_SHOWN && p->shown.p != NULL ? p->shown
							   : p->bytes;
}

static int
add_target(const struct request *r, enum request_form form, struct buf *out,
    struct err *err)
{
	if (buf_add(out, r->path, err) < 0)
		return -1;
	if (r->has_query && buf_add(out, span_of_str("?"), err) < 0)
		return -1;
	for (size_t i = 0; i < r->query.count; i++) {
		if (i > 0 && buf_add(out, span_of_str("&"), err) < 0)
			return -1;
		if (buf_add(out, form_of(&r->query.at[i], form), err) < 0)
			return -1;
	}
	return 0;
}

static bool
parts_are_open(const struct parts *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].secret || list->at[i].shown.p != NULL)
			return false;
	return true;
}

bool
request_is_open(const struct request *r)
{
	return parts_are_open(&r->query) && parts_are_open(&r->headers);
}

int
request_head(const struct request *r, enum request_form form, struct buf *out,
    struct err *err)
{
	buf_reset(out);
	if (buf_add(out, r->before, err) < 0 ||
	    add_target(r, form, out, err) < 0 ||
	    buf_add(out, r->after, err) < 0)
		return -1;
	for (size_t i = 0; i < r->headers.count; i++)
		if (buf_add(out, form_of(&r->headers.at[i], form), err) < 0)
			return -1;
	return buf_add(out, r->end, err);
}

int
request_render(const struct request *r, enum request_form form, struct buf *out,
    struct err *err)
{
	if (request_head(r, form, out, err) < 0)
		return -1;
	return buf_add(out, r->body, err);
}

static enum framing
framing_of(const struct head *h)
{
	if (head_has_token(h, "Transfer-Encoding", "chunked"))
		return FRAMING_CHUNKED;
	return head_field(h, "Content-Length").p != NULL ? FRAMING_LENGTH
							 : FRAMING_NONE;
}

struct message *
request_parse_bytes(struct span head, struct span body, struct arena *arena,
    struct err *err)
{
	struct message *m = arena_alloc(arena, sizeof(*m));

	m->head = arena_copy(arena, head);
	if (head_parse(&m->parsed, HEAD_REQUEST, m->head, arena, err) < 0)
		return NULL;
	m->interim = span_sub(m->head, 0, 0);
	m->body = arena_copy(arena, body);
	m->wire_len = m->body.len;
	m->framing = framing_of(&m->parsed);
	m->body_len = body_entity(m, arena).len;
	m->complete = true;
	return m;
}

struct message *
request_parse(const struct request *r, enum request_form form,
    struct arena *arena, struct err *err)
{
	struct buf head = BUF_INIT(HEAD_MAX_BYTES);
	struct message *m = NULL;

	if (request_head(r, form, &head, err) == 0)
		m = request_parse_bytes(buf_span(&head), r->body, arena, err);
	buf_release(&head);
	return m;
}

int
request_message(struct request *r, const struct message **out, struct err *err)
{
	*out = request_parse(r, REQUEST_WIRE, &r->arena, err);
	return *out != NULL ? 0 : -1;
}

int
dressing_apply(const struct dressing *d, struct request *r, int64_t now,
    struct err *err)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->at[i].dress(d->at[i].ctx, r, now, err) < 0)
			return err_prefix(err, "exchange %llu",
			    (unsigned long long)r->source->id);
	return 0;
}
