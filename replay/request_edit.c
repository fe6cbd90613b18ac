#include "replay/request.h"

#include "base/err.h"
#include "replay/request_part.h"

struct span
request_header(const struct request *r, const char *name)
{
	size_t at = parts_find(&r->headers, name, true);

	return at < r->headers.count ? r->headers.at[at].value
				     : (struct span){ 0 };
}

size_t
request_remove_header(struct request *r, const char *name)
{
	return parts_remove(&r->headers, name, true);
}

static bool
is_token(struct span s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.len; i++)
		if (!((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    (s.p[i] == 0 || strchr(others, s.p[i]) == NULL))
			return false;
	return s.len > 0;
}

/* Field values have no control characters but tab (RFC 9110, 5.5). */
static bool
is_value(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

/* What a colon may follow, and no line may end in. */
static int
check_header(struct span name, struct value value, struct err *err)
{
	if (!is_token(name))
		return err_set(err, ERR_USAGE, "\"%.*s\" is no header name",
		    (int)name.len, (const char *)name.p);
	if (span_eq_nocase(name, span_of_str("Content-Length")) ||
	    span_eq_nocase(name, span_of_str("Transfer-Encoding")))
		return err_set(err, ERR_USAGE,
		    "%.*s follows from the body and cannot be set",
		    (int)name.len, (const char *)name.p);
	if (!is_value(value.bytes) || !is_value(value.shown))
		return err_set(err, ERR_USAGE,
		    "the value for %.*s has a control character in it",
		    (int)name.len, (const char *)name.p);
	return 0;
}

/* "NAME: VALUE" with the line end that this head has. */
static struct span
header_line(struct request *r, struct span name, struct span value)
{
	return arena_printf(&r->arena, "%.*s: %.*s%.*s", (int)name.len,
	    (const char *)name.p, (int)value.len,
	    value.len > 0 ? (const char *)value.p : "", (int)r->end.len,
	    (const char *)r->end.p);
}

static struct part
make_header(struct request *r, struct span name, struct value value)
{
	struct part part = part_of_header(header_line(r, name, value.bytes));

	if (value.shown.p != NULL)
		part.shown = header_line(r, name, value.shown);
	part.secret = value.secret;
	return part;
}

/* The name as it stands in the request, or as it is given. */
static struct span
name_as_is(const struct request *r, const char *name)
{
	size_t at = parts_find(&r->headers, name, true);

	return at < r->headers.count ? r->headers.at[at].name
				     : span_of_str(name);
}

int
request_set_header(struct request *r, const char *name, struct value value,
    struct err *err)
{
	if (check_header(span_of_str(name), value, err) < 0)
		return -1;
	return parts_put(&r->headers, r, name, true,
	    make_header(r, name_as_is(r, name), value), err);
}

int
request_add_header(struct request *r, const char *name, struct value value,
    struct err *err)
{
	if (check_header(span_of_str(name), value, err) < 0)
		return -1;
	return parts_add(&r->headers, r,
	    make_header(r, span_of_str(name), value), err);
}

struct span
request_query(const struct request *r, const char *name)
{
	size_t at = parts_find(&r->query, name, false);

	return at < r->query.count ? r->query.at[at].value : (struct span){ 0 };
}

size_t
request_remove_query(struct request *r, const char *name)
{
	size_t removed = parts_remove(&r->query, name, false);

	if (r->query.count == 0)
		r->has_query = false;
	return removed;
}

static bool
is_unreserved(uint8_t c)
{
	static const char others[] = "-._~";

	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c >= '0' && c <= '9') || (c != 0 && strchr(others, c) != NULL);
}

/* Percent-encode all but unreserved characters (RFC 3986, 2.3). */
static struct span
encode(struct request *r, struct span s)
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t *out = arena_alloc(&r->arena, 3 * s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (is_unreserved(s.p[i])) {
			out[n++] = s.p[i];
			continue;
		}
		out[n++] = '%';
		out[n++] = (uint8_t)digits[s.p[i] >> 4];
		out[n++] = (uint8_t)digits[s.p[i] & 15];
	}
	return (struct span){ out, n };
}

static struct span
pair_text(struct request *r, struct span name, struct span value)
{
	return arena_printf(&r->arena, "%.*s=%.*s", (int)name.len,
	    (const char *)name.p, (int)value.len, (const char *)value.p);
}

static struct part
make_query(struct request *r, const char *name, struct value value)
{
	struct span as = encode(r, span_of_str(name));
	struct part part =
	    part_of_query(r, pair_text(r, as, encode(r, value.bytes)));

	if (value.shown.p != NULL)
		part.shown = pair_text(r, as, value.shown);
	part.secret = value.secret;
	return part;
}

static int
check_query(const char *name, struct value value, struct err *err)
{
	for (size_t i = 0; i < value.shown.len; i++)
		if (value.shown.p[i] <= ' ' || value.shown.p[i] >= 0x7f)
			return err_set(err, ERR_USAGE,
			    "what is shown of %s has a blank in it", name);
	return 0;
}

int
request_set_query(struct request *r, const char *name, struct value value,
    struct err *err)
{
	if (check_query(name, value, err) < 0)
		return -1;
	r->has_query = true;
	return parts_put(&r->query, r, name, false, make_query(r, name, value),
	    err);
}

int
request_add_query(struct request *r, const char *name, struct value value,
    struct err *err)
{
	if (check_query(name, value, err) < 0)
		return -1;
	r->has_query = true;
	return parts_add(&r->query, r, make_query(r, name, value), err);
}

int
request_set_body(struct request *r, struct span body, struct err *err)
{
	struct span length = arena_printf(&r->arena, "%zu", body.len);
	struct part line = make_header(r, name_as_is(r, "Content-Length"),
	    (struct value){ .bytes = length });

	r->body = body.len > 0 ? arena_copy(&r->arena, body) : span_of_str("");
	(void)request_remove_header(r, "Transfer-Encoding");
	(void)request_remove_header(r, "Trailer");
	return parts_put(&r->headers, r, "Content-Length", true, line, err);
}
