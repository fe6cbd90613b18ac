#include "capture/detect.h"

#include <string.h>

#include "base/base.h"

#define MAX_METHOD 24
#define MAX_PROXY  107 /* a header of version 1 */
#define LONG_LINE  512 /* bytes of one segment without an end of line */

static const struct span version = SPAN_LITERAL("HTTP/1.");
static const struct span protocol = SPAN_LITERAL("HTTP/");

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Letters, and inside a method also "-" and "_". */
static size_t
method_length(struct span s)
{
	size_t n = 0;

	while (n < s.len &&
	    (is_letter(s.p[n]) || (n > 0 && (s.p[n] == '-' || s.p[n] == '_'))))
		n++;
	return n;
}

/* "HTTP/1.1 204", then a blank or the end of the line. */
static enum detected
detect_status_line(struct span s)
{
	static const char shape[] = "HTTP/1.d ddd";

	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (i == s.len)
			return DETECT_MORE;
		if (shape[i] == 'd' ? !is_digit(s.p[i])
				    : s.p[i] != (uint8_t)shape[i])
			return DETECT_NOTHING;
	}
	if (s.len == sizeof(shape) - 1)
		return DETECT_MORE;
	return s.p[sizeof(shape) - 1] <= ' ' ? DETECT_RESPONSE : DETECT_NOTHING;
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

/* Does the request line, without its LF, end in a version we know? */
static bool
ends_in_version(struct span line)
{
	size_t tail = version.len + 2; /* " HTTP/1.d" */

	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	while (line.len > 0 && line.p[line.len - 1] == ' ')
		line.len--;
	return line.len > tail && line.p[line.len - tail] == ' ' &&
	    span_has_prefix(span_sub(line, line.len - tail + 1, tail),
		version) &&
	    is_digit(line.p[line.len - 1]) && !has_control(line);
}

static enum detected
detect_request_line(struct span s, bool *whole)
{
	size_t method = method_length(s), end = span_find(s, '\n');

	*whole = end < s.len;
	if (method > MAX_METHOD)
		return DETECT_NOTHING;
	if (method == s.len)
		return s.len == 0 || method > 0 ? DETECT_MORE : DETECT_NOTHING;
	if (method == 0 || s.p[method] != ' ')
		return DETECT_NOTHING;
	/* The preface of HTTP/2 (RFC 9113, section 3.4). */
	if (span_eq_str(span_sub(s, 0, method), "PRI"))
		return DETECT_NOTHING;
	if (*whole)
		return ends_in_version(span_sub(s, 0, end)) ? DETECT_REQUEST
							    : DETECT_NOTHING;
	if (s.len <= method + 1)
		return DETECT_MORE;
	if (s.p[s.len - 1] == '\r')
		s.len--;
	return s.p[method + 1] == ' ' || has_control(s) ? DETECT_NOTHING
							: DETECT_REQUEST;
}

enum detected
detect_start(struct span s)
{
	enum detected d;
	bool whole;

	while (s.len > 0 && (s.p[0] == '\r' || s.p[0] == '\n'))
		s = span_sub(s, 1, s.len);
	d = detect_status_line(s);
	return d != DETECT_NOTHING ? d : detect_request_line(s, &whole);
}

bool
detect_is_response(struct span s)
{
	return s.len < protocol.len ? span_has_prefix(protocol, s)
				    : span_has_prefix(s, protocol);
}

int
detect_status_class(struct span s)
{
	size_t at = sizeof("HTTP/1.1 ") - 1;
	uint8_t digit = s.len > at && detect_is_response(s) ? s.p[at] : 0;

	return digit >= '1' && digit <= '5' ? digit - '0' : 0;
}

bool
detect_is_common(struct span s)
{
	static const struct span methods[] = {
		SPAN_LITERAL("DELETE /"),
		SPAN_LITERAL("GET /"),
		SPAN_LITERAL("POST /"),
		SPAN_LITERAL("PUT /"),
		SPAN_LITERAL("HEAD /"),
		SPAN_LITERAL("PATCH /"),
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (span_has_prefix(s, methods[i]))
			return true;
	return false;
}

/*
 * A method that somebody registered (RFC 9110, section 16.1.1).  Behind a
 * gap any other may be the tail of one: "LETE /a HTTP/1.1".
 */
static bool
has_known_method(struct span s)
{
	static const char names[] =
	    " ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE "
	    "GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL "
	    "MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST "
	    "PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH TRACE "
	    "UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF "
	    "VERSION-CONTROL ";
	size_t n = method_length(s);
	const char *p = names;

	while ((p = strchr(p, ' ')) != NULL && *++p != '\0')
		if (strncmp(p, (const char *)s.p, n) == 0 && p[n] == ' ')
			return true;
	return false;
}

enum detected
detect_resume(struct span s)
{
	bool whole;

	switch (detect_status_line(s)) {
	case DETECT_RESPONSE:
		return DETECT_RESPONSE;
	case DETECT_MORE:
	case DETECT_NOTHING:
	case DETECT_REQUEST:
		break;
	}
	if (detect_request_line(s, &whole) != DETECT_REQUEST ||
	    !has_known_method(s))
		return DETECT_NOTHING;
	return whole || (s.len >= LONG_LINE && detect_is_common(s))
	    ? DETECT_REQUEST
	    : DETECT_NOTHING;
}

size_t
detect_count_requests(struct span s)
{
	size_t n = 0;

	while (s.len > 0) {
		s = span_sub(s, span_find(s, '\n') + 1, s.len);
		if (s.len > 1 && s.p[0] == '\r')
			s = span_sub(s, 1, s.len);
		if (s.len > 0 && s.p[0] == '\n' &&
		    detect_resume(span_sub(s, 1, s.len)) == DETECT_REQUEST)
			n++;
	}
	return n;
}

size_t
detect_preamble(struct span s)
{
	static const struct span one = SPAN_LITERAL("PROXY "),
				 two = SPAN_LITERAL("\r\n\r\n\0\r\nQUIT\n");
	size_t n = 0;

	if (span_has_prefix(s, one)) {
		n = span_find(s, '\n') + 1;
		if (n > MAX_PROXY)
			n = 0;
	} else if (span_has_prefix(s, two) && s.len >= two.len + 4) {
		n = two.len + 4 + ((size_t)s.p[two.len + 2] << 8) +
		    s.p[two.len + 3];
	}
	return n <= s.len ? n : 0;
}
