#include "http/reading.h"

#include "http/fields.h"
#include "http/showing.h"

/* An extract is not longer; few heads need half of it. */
#define EXTRACT_MAX 192

/* So many digits do not overflow. */
#define LENGTH_DIGITS 18

/* What llhttp was shown, and what it said. */
struct answer {
	uint8_t extract[EXTRACT_MAX];
	size_t len;
	llhttp_t after;
	enum framing framing;
	bool keep_alive, cl_and_te, complete;
	size_t reason, reason_len; /* of a response, in the extract */
};

#define ANSWERS 64 /* a power of two */

static _Thread_local struct answer answers[ANSWERS];

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

	if (r->plain)
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

	if (r->plain)
		return 0;
	if (!r->in_value)
		value->p = p;
	value->len = (size_t)(p + len - value->p);
	r->in_value = true;
	return 0;
}

static bool
never_has_body(const llhttp_t *l)
{
	int status = l->status_code;

	return l->type == HTTP_RESPONSE &&
	    (status / 100 == 1 || status == 204 || status == 304);
}

static enum framing
framing_of(const llhttp_t *l)
{
	if (never_has_body(l))
		return FRAMING_NONE;
	if (l->flags & F_CHUNKED)
		return FRAMING_CHUNKED;
	if (l->type == HTTP_RESPONSE && llhttp_message_needs_eof(l))
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

	r->headed = true;
	r->coded = (l->flags & F_TRANSFER_ENCODING) != 0;
	h->cl_and_te =
	    (l->flags & F_CONTENT_LENGTH) && (r->coded || r->identity);
	h->keep_alive = llhttp_should_keep_alive(l);
	h->framing = framing_of(l);
	h->length = h->framing == FRAMING_LENGTH ? l->content_length : 0;
	return h->framing == FRAMING_NONE;
}

static int
on_message_complete(llhttp_t *l)
{
	struct reading *r = l->data;

	r->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_status = on_status,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_headers_complete,
	.on_message_complete = on_message_complete,
};

static void
set_up(struct reading *r)
{
	llhttp_t *l = &r->after;

	r->in_value = r->too_many = r->headed = r->complete = false;
	r->coded = r->identity = false;
	r->bad = NULL;
	llhttp_init(l,
	    r->out.head.side == HEAD_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE,
	    &settings);
	l->data = r;
	llhttp_set_lenient_headers(l, 1);
	llhttp_set_lenient_chunked_length(l, 1);
	llhttp_set_lenient_keep_alive(l, 1);
	llhttp_set_lenient_version(l, 1);
	llhttp_set_lenient_optional_cr_before_lf(l, 1);
	llhttp_set_lenient_spaces_after_chunk_size(l, 1);
}

size_t
reading_begin(struct reading *r, enum head_side side, struct field *fields,
    struct span bytes)
{
	size_t len = fields_split(bytes, fields, &r->count);

	r->out = (struct parser_head){ .head.side = side };
	r->fields = fields;
	r->plain = len > 0;
	return r->plain ? len : fields_head_length(bytes, 0);
}

static bool
ends_in_chunked(struct span value)
{
	static const struct span chunked = SPAN_LITERAL("chunked");
	size_t n = value.len, from;

	while (n > 0 && value.p[n - 1] <= ' ')
		n--;
	from = n > chunked.len ? n - chunked.len : 0;
	return span_eq_nocase(span_sub(value, from, n - from), chunked) &&
	    (from == 0 || value.p[from - 1] == ',' || value.p[from - 1] <= ' ');
}

/*
 * What is wrong with the last Transfer-Encoding?  A request must end in
 * chunked, a response ends with the connection otherwise (RFC 9112, 6.3); and
 * llhttp must have read it so, too.
 */
static const char *
coding_fault(struct reading *r)
{
	static const struct span name = SPAN_LITERAL("Transfer-Encoding");
	size_t i = r->count;
	bool chunked;

	if (!r->coded || never_has_body(&r->after))
		return NULL;
	while (i > 0 &&
	    (!span_eq_nocase(r->fields[i - 1].name, name) ||
		showing_omits_coding(r->out.head.side, r->fields[i - 1].value)))
		i--;
	if (i == 0)
		return "no Transfer-Encoding";
	chunked = ends_in_chunked(r->fields[i - 1].value);
	if (chunked == (r->out.framing == FRAMING_CHUNKED) &&
	    (chunked || r->out.head.side == HEAD_RESPONSE))
		return NULL;
	r->bad = r->fields[i - 1].name.p;
	return chunked ? "Transfer-Encoding is folded"
		       : "Transfer-Encoding does not end in chunked";
}

/* What llhttp, after it was shown all up to the end, does not like. */
static const char *
complaint(struct reading *r, llhttp_errno_t e, const uint8_t *end)
{
	const char *why;

	if (r->too_many)
		return "too many fields";
	if (r->bad != NULL)
		return "a blank before a colon";
	if (e != HPE_OK && e != HPE_PAUSED && e != HPE_PAUSED_UPGRADE) {
		why = llhttp_get_error_reason(&r->after);
		return why != NULL && *why != '\0' ? why : "not a start line";
	}
	if (!r->headed ||
	    (e != HPE_OK &&
		(const uint8_t *)llhttp_get_error_pos(&r->after) != end))
		return "the head does not end where its empty line is";
	why = coding_fault(r);
	r->headed = why == NULL;
	return why;
}

struct extract {
	uint8_t bytes[EXTRACT_MAX];
	size_t len;
	uint64_t length; /* Content-Length; in the extract it is 0 or 1 */
};

static bool
add(struct extract *e, const uint8_t *from, const uint8_t *to)
{
	size_t n = (size_t)(to - from);

	if (n > EXTRACT_MAX - e->len)
		return false;
	memcpy(e->bytes + e->len, from, n);
	e->len += n;
	return true;
}

/* Any target that is certainly well-formed frames like any other. */
static bool
add_request_line(struct extract *e, struct reading *r, struct span line)
{
	static const uint8_t start[] = "POST /";
	size_t n = fields_token(line);
	struct span rest = span_sub(line, n + 1, line.len), target;

	r->out.head.method = span_sub(line, 0, n);
	target = span_sub(rest, 0, fields_target(rest));
	r->out.head.target = target;
	return n > 0 && line.p[n] == ' ' && target.len > 0 &&
	    target.p[0] == '/' && rest.p[target.len] == ' ' &&
	    !span_eq_str(r->out.head.method, "CONNECT") &&
	    add(e, start, start + sizeof(start) - 1) &&
	    add(e, target.p + target.len, line.p + line.len);
}

/* Only whether the length is zero decides anything. */
static bool
add_length(struct extract *e, struct span value)
{
	static const uint8_t digits[] = "01";
	const uint8_t *shown;

	if (value.len == 0 || value.len > LENGTH_DIGITS)
		return false;
	e->length = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
		e->length = e->length * 10 + (value.p[i] - '0');
	}
	shown = digits + (e->length > 0);
	return add(e, shown, shown + 1);
}

static bool
add_field(struct extract *e, enum head_side side, const struct field *f,
    const uint8_t *end)
{
	static const struct span length = SPAN_LITERAL("Content-Length"),
				 coding = SPAN_LITERAL("Transfer-Encoding");
	struct span value = f->value;

	if (showing_omits_coding(side, value) &&
	    span_eq_nocase(f->name, coding))
		return false;
	if (!span_eq_nocase(f->name, length))
		return add(e, f->name.p, end);
	return add(e, f->name.p, value.p) && add_length(e, value) &&
	    add(e, value.p + value.len, end);
}

/* Return whether all that can decide anything is in the extract. */
static bool
make_extract(struct extract *e, struct reading *r, struct span bytes)
{
	const uint8_t *end = bytes.p + bytes.len - 2; /* its empty line */
	const uint8_t *lines = r->count > 0 ? r->fields[0].name.p : end;
	struct span line = span_sub(bytes, 0, (size_t)(lines - bytes.p));

	e->len = 0;
	if (r->out.head.side == HEAD_REQUEST
		? !add_request_line(e, r, line)
		: !add(e, line.p, line.p + line.len))
		return false;
	for (size_t i = 0; i < r->count; i++) {
		const struct field *f = &r->fields[i];

		if (fields_may_frame(f->name) &&
		    !add_field(e, r->out.head.side, f,
			i + 1 < r->count ? f[1].name.p : end))
			return false;
	}
	return add(e, end, end + 2);
}

static struct answer *
place_of(const struct extract *e)
{
	uint64_t hash = e->len, word;
	size_t i = 0;

	for (; e->len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, e->bytes + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
	}
	for (; i < e->len; i++)
		hash = hash * 31 + e->bytes[i];
	return &answers[(hash ^ hash >> 7) % ANSWERS];
}

static bool
is_known(const struct answer *a, const struct extract *e)
{
	return a->len == e->len && memcmp(a->extract, e->bytes, e->len) == 0;
}

static void
remember(struct answer *a, const struct reading *r, const struct extract *e)
{
	const struct parser_head *h = &r->out;
	struct span reason = h->head.reason;

	a->after = r->after;
	a->framing = h->framing;
	a->keep_alive = h->keep_alive;
	a->cl_and_te = h->cl_and_te;
	a->complete = r->complete;
	a->reason = reason.len > 0 ? (size_t)(reason.p - e->bytes) : 0;
	a->reason_len = reason.len;
	a->len = e->len;
	memcpy(a->extract, e->bytes, e->len);
}

/* Say of bytes what was said of their extract. */
static void
recall(struct reading *r, const struct answer *a, const struct extract *e,
    struct span bytes)
{
	struct parser_head *h = &r->out;

	r->after = a->after;
	r->headed = true;
	r->complete = a->complete;
	h->framing = a->framing;
	h->keep_alive = a->keep_alive;
	h->cl_and_te = a->cl_and_te;
	h->length = a->framing == FRAMING_LENGTH ? e->length : 0;
	if (a->reason_len > 0)
		h->head.reason = span_sub(bytes, a->reason, a->reason_len);
}

/* Let llhttp read the extract; return whether it has no complaint. */
static bool
ask(struct reading *r, const struct extract *e, struct answer *a)
{
	struct span target = r->out.head.target;

	set_up(r);
	if (complaint(r, showing_add(r, (struct span){ e->bytes, e->len }),
		e->bytes + e->len) != NULL)
		return false;
	r->out.head.target = target;
	remember(a, r, e);
	return true;
}

/* Try to do without showing all of the head to llhttp. */
static bool
run_extract(struct reading *r, struct span bytes)
{
	struct extract e;
	struct answer *a;

	if (!r->plain || !make_extract(&e, r, bytes))
		return false;
	a = place_of(&e);
	if (!is_known(a, &e) && !ask(r, &e, a))
		return false;
	recall(r, a, &e, bytes);
	return true;
}

static const char *
run_all(struct reading *r, struct span bytes)
{
	const uint8_t *end = bytes.p == NULL ? NULL : bytes.p + bytes.len;
	const char *wrong;

	set_up(r);
	wrong = complaint(r, showing_head(r, bytes), end);
	for (size_t i = 0; i < r->count; i++)
		r->fields[i].value = span_trim(r->fields[i].value);
	return wrong;
}

const char *
reading_run(struct reading *r, struct span bytes)
{
	struct head *h = &r->out.head;
	const char *wrong = run_extract(r, bytes) ? NULL : run_all(r, bytes);

	r->out.bytes = bytes;
	h->fields = r->fields;
	h->field_count = r->count;
	h->major = r->after.http_major;
	h->minor = r->after.http_minor;
	h->status = r->after.status_code;
	return wrong;
}

/* Bytes that were not shown have no line. */
struct span
reading_before(const struct reading *r, struct span bytes)
{
	const uint8_t *at = r->bad != NULL
	    ? r->bad
	    : (const uint8_t *)llhttp_get_error_pos(&r->after);

	if (at < bytes.p || at > bytes.p + bytes.len)
		at = bytes.p;
	while (at > bytes.p && at[-1] != '\n')
		at--;
	return span_sub(bytes, 0, (size_t)(at - bytes.p));
}
