#include "http/reading.h"

#include "http/fields.h"

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
	h->cl_and_te =
	    (l->flags & F_CONTENT_LENGTH) && (l->flags & F_TRANSFER_ENCODING);
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

/*
 * llhttp knows a list of methods, some of them only in other protocols, and
 * numbers DELETE as 0.  The framing of a request depends on its method only
 * for CONNECT, so the method is read here and llhttp is shown another one.
 */
static struct span
shown_method(struct span method)
{
	static const struct span connect = SPAN_LITERAL("CONNECT"),
				 other = SPAN_LITERAL("POST");

	return span_eq(method, connect) ? connect : other;
}

static llhttp_errno_t
show(struct reading *r, struct span bytes)
{
	return llhttp_execute(&r->after, (const char *)bytes.p, bytes.len);
}

/* What is between the method and the version of a request line. */
static struct span
target_of(struct span rest)
{
	size_t from = 0, to = rest.len;

	while (from < to && rest.p[from] == ' ')
		from++;
	while (to > from && rest.p[to - 1] != ' ')
		to--;
	while (to > from && rest.p[to - 1] == ' ')
		to--;
	return span_sub(rest, from, to - from);
}

/* Servers take such a target, llhttp does not. */
static bool
is_odd_target(struct span target)
{
	bool odd = false;

	for (size_t i = 0; i < target.len; i++) {
		if (target.p[i] < ' ' || target.p[i] == 0x7f)
			return false;
		odd |= target.p[i] == ' ' || target.p[i] > 0x7f;
	}
	return odd;
}

/*
 * llhttp takes a bare LF after every line but the request line, so the end
 * of that line is shown to it as CRLF.
 */
static llhttp_errno_t
show_request_line(struct reading *r, struct span line)
{
	static const struct span crlf = SPAN_LITERAL("\r\n"),
				 stand_in = SPAN_LITERAL(" /");
	size_t n = fields_token(line), end = span_find(line, '\n');
	struct span rest, target;
	llhttp_errno_t e;

	if (n == 0 || n >= end || end == line.len || line.p[n] != ' ')
		return HPE_INVALID_METHOD;
	end -= line.p[end - 1] == '\r';
	rest = span_sub(line, n, end - n);
	target = target_of(rest);
	r->out.head.method = span_sub(line, 0, n);
	show(r, shown_method(r->out.head.method));
	if (!is_odd_target(target)) {
		show(r, rest);
		return show(r, crlf);
	}
	show(r, stand_in);
	show(r, span_sub(rest, (size_t)(target.p + target.len - rest.p), end));
	e = show(r, crlf);
	r->out.head.target = target;
	return e;
}

/* The value of this line if it is Content-Length; else absent. */
static struct span
length_value(struct span line)
{
	static const struct span name = SPAN_LITERAL("Content-Length");
	size_t colon = fields_token(line);

	if (colon == line.len || line.p[colon] != ':' ||
	    !span_eq_nocase(span_sub(line, 0, colon), name))
		return (struct span){ NULL, 0 };
	while (line.len > 0 &&
	    (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
		line.len--;
	return span_trim(span_sub(line, colon + 1, line.len));
}

/* The only number in a list that may repeat it; else absent. */
static struct span
only_length(struct span list)
{
	struct span first = span_trim(span_cut(&list, ','));

	while (list.p != NULL)
		if (!span_eq(span_trim(span_cut(&list, ',')), first))
			return (struct span){ NULL, 0 };
	return first;
}

static llhttp_errno_t
add_unseen(struct reading *r, struct span line, struct span value)
{
	if (r->count == HEAD_MAX_FIELDS) {
		r->too_many = true;
		return HPE_USER;
	}
	r->fields[r->count++] = (struct field){
		.name = span_sub(line, 0, fields_token(line)),
		.value = value,
	};
	return HPE_OK;
}

/* Show a list as the number that it repeats. */
static llhttp_errno_t
show_list(struct reading *r, struct span line, struct span list,
    struct span length)
{
	size_t from = (size_t)(length.p + length.len - line.p),
	       to = (size_t)(list.p + list.len - line.p);
	llhttp_errno_t e = show(r, span_sub(line, 0, from));

	if (e == HPE_OK)
		e = show(r, span_sub(line, to, line.len));
	if (r->count > 0)
		r->fields[r->count - 1].value = list;
	return e;
}

/*
 * A length that is said twice is one (RFC 9110, 8.6); llhttp, which refuses
 * that, is shown it once.
 */
static llhttp_errno_t
show_fields(struct reading *r, struct span rest)
{
	struct span known = { NULL, 0 };
	llhttp_errno_t e = HPE_OK;

	while (rest.len > 0 && e == HPE_OK) {
		size_t n = span_find(rest, '\n') + 1;
		struct span line = span_sub(rest, 0, n);
		struct span list = length_value(line), length;

		rest = span_sub(rest, n, rest.len);
		length = only_length(list);
		/* A value may go on in the next line. */
		if (length.len == 0 || rest.len == 0 || rest.p[0] == ' ' ||
		    rest.p[0] == '\t')
			e = show(r, line);
		else if (known.p == NULL)
			e = show_list(r, line, list, length);
		else if (span_eq(length, known))
			e = add_unseen(r, line, list);
		else
			e = show(r, line);
		if (known.p == NULL && length.len > 0)
			known = length;
	}
	return e;
}

static llhttp_errno_t
show_all(struct reading *r, struct span bytes)
{
	size_t end = span_find(bytes, '\n') + 1;
	struct span line = span_sub(bytes, 0, end);
	llhttp_errno_t e;

	r->plain = false;
	r->count = 0;
	e = r->out.head.side == HEAD_REQUEST ? show_request_line(r, line)
					     : show(r, line);
	return e == HPE_OK ? show_fields(r, span_sub(bytes, end, bytes.len))
			   : e;
}

/* What llhttp, after it was shown all up to the end, does not like. */
static const char *
complaint(const struct reading *r, llhttp_errno_t e, const uint8_t *end)
{
	const char *why;

	if (r->too_many)
		return "too many fields";
	if (e != HPE_OK && e != HPE_PAUSED && e != HPE_PAUSED_UPGRADE) {
		why = llhttp_get_error_reason(&r->after);
		return why != NULL && *why != '\0' ? why : "not a start line";
	}
	if (!r->headed ||
	    (e != HPE_OK &&
		(const uint8_t *)llhttp_get_error_pos(&r->after) != end))
		return "the head does not end where its empty line is";
	return NULL;
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
add_field(struct extract *e, const struct field *f, const uint8_t *end)
{
	static const struct span length = SPAN_LITERAL("Content-Length");
	struct span value = f->value;

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
		    !add_field(e, f, i + 1 < r->count ? f[1].name.p : end))
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
	if (complaint(r, show(r, (struct span){ e->bytes, e->len }),
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
	wrong = complaint(r, show_all(r, bytes), end);
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
	const uint8_t *at = (const uint8_t *)llhttp_get_error_pos(&r->after);

	if (at < bytes.p || at > bytes.p + bytes.len)
		at = bytes.p;
	while (at > bytes.p && at[-1] != '\n')
		at--;
	return span_sub(bytes, 0, (size_t)(at - bytes.p));
}
