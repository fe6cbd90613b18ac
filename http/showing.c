#include "http/showing.h"

#include "http/fields.h"

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

llhttp_errno_t
showing_add(struct reading *r, struct span bytes)
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
 * llhttp takes a bare LF after every line but the request line, and nothing
 * behind a version, where servers pass over blanks (RFC 9112, 3): the end of
 * that line is shown to it as CRLF.
 */
static llhttp_errno_t
show_request_line(struct reading *r, struct span line)
{
	static const struct span crlf = SPAN_LITERAL("\r\n"),
				 stand_in = SPAN_LITERAL(" /");
	size_t n = fields_token(line), end = span_find(line, '\n');
	struct span rest, target;
	bool odd;
	llhttp_errno_t e;

	if (n == 0 || n >= end || end == line.len || line.p[n] != ' ')
		return HPE_INVALID_METHOD;
	end -= line.p[end - 1] == '\r';
	while (line.p[end - 1] == ' ')
		end--;
	rest = span_sub(line, n, end - n);
	target = target_of(rest);
	odd = is_odd_target(target);
	r->out.head.method = span_sub(line, 0, n);
	showing_add(r, shown_method(r->out.head.method));
	if (odd) {
		showing_add(r, stand_in);
		rest = span_sub(rest, (size_t)(target.p + target.len - rest.p),
		    end);
	}
	showing_add(r, rest);
	/* That would be the target, if there is no version. */
	if (!odd)
		target = r->out.head.target;
	e = showing_add(r, crlf);
	r->out.head.target = target;
	return e;
}

static size_t
without_end(struct span line)
{
	size_t n = line.len;

	while (n > 0 && (line.p[n - 1] == '\n' || line.p[n - 1] == '\r'))
		n--;
	return n;
}

/* The value of this line if it has that name; else absent. */
static struct span
value_of(struct span line, const char *name)
{
	size_t colon = fields_token(line);

	if (colon == line.len || line.p[colon] != ':' ||
	    !span_eq_nocase(span_sub(line, 0, colon), span_of_str(name)))
		return (struct span){ NULL, 0 };
	line.len = without_end(line);
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
		r->bad = line.p;
		return HPE_USER;
	}
	r->fields[r->count++] = (struct field){
		.name = span_sub(line, 0, fields_token(line)),
		.value = value,
	};
	return HPE_OK;
}

/* Show a line of whose value only a part is to be seen. */
static llhttp_errno_t
show_part(struct reading *r, struct span line, struct span value,
    struct span part)
{
	size_t end = (size_t)(part.p + part.len - line.p);
	llhttp_errno_t e = showing_add(r, span_sub(line, 0, end));

	if (e == HPE_OK)
		e = showing_add(r, span_sub(line, without_end(line), line.len));
	if (r->count > 0)
		r->fields[r->count - 1].value = value;
	return e;
}

bool
showing_omits_coding(enum head_side side, struct span value)
{
	return side == HEAD_RESPONSE &&
	    span_eq_nocase(value, span_of_str("identity"));
}

/*
 * A length that is said twice is one (RFC 9110, 8.6), and a blank may stand
 * behind a value (RFC 9112, 5); llhttp takes neither everywhere.
 */
static llhttp_errno_t
show_field(struct reading *r, struct span line, struct span *known)
{
	struct span coding = value_of(line, "Transfer-Encoding");
	struct span list = value_of(line, "Content-Length");
	struct span length = only_length(list);

	if (showing_omits_coding(r->out.head.side, coding)) {
		r->identity = true;
		return add_unseen(r, line, coding);
	}
	if (coding.len > 0)
		return show_part(r, line, coding, coding);
	if (length.len == 0)
		return showing_add(r, line);
	if (known->p != NULL)
		return span_eq(length, *known) ? add_unseen(r, line, list)
					       : showing_add(r, line);
	*known = length;
	return show_part(r, line, list, length);
}

/* Is a blank between name and colon (RFC 9112, 5.1)?  llhttp takes some. */
static bool
is_loose(struct span line)
{
	size_t n = fields_token(line);

	return n > 0 && n < line.len && (line.p[n] == ' ' || line.p[n] == '\t');
}

static llhttp_errno_t
show_fields(struct reading *r, struct span rest)
{
	struct span known = { NULL, 0 };
	llhttp_errno_t e = HPE_OK;

	while (rest.len > 0 && e == HPE_OK) {
		size_t n = span_find(rest, '\n') + 1;
		struct span line = span_sub(rest, 0, n);
		bool folded;

		rest = span_sub(rest, n, rest.len);
		folded =
		    rest.len > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t');
		if (is_loose(line)) {
			r->bad = line.p;
			return HPE_INVALID_HEADER_TOKEN;
		}
		e = folded ? showing_add(r, line) : show_field(r, line, &known);
	}
	return e;
}

llhttp_errno_t
showing_head(struct reading *r, struct span bytes)
{
	size_t end = span_find(bytes, '\n') + 1;
	struct span line = span_sub(bytes, 0, end);
	llhttp_errno_t e;

	r->plain = false;
	r->count = 0;
	e = r->out.head.side == HEAD_REQUEST ? show_request_line(r, line)
					     : showing_add(r, line);
	return e == HPE_OK ? show_fields(r, span_sub(bytes, end, bytes.len))
			   : e;
}
