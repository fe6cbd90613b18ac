#include "http/fields.h"

/* Which bytes are in a token. */
static const bool token[256] = {
	/* clang-format off */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
	0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0,
	/* clang-format on */
};

size_t
fields_token(struct span s)
{
	size_t n = 0;

	while (n < s.len && token[s.p[n]])
		n++;
	return n;
}

size_t
fields_head_length(struct span s, size_t from)
{
	while (from < s.len) {
		size_t i = from + span_find(span_sub(s, from, s.len), '\n');
		size_t next = i + 1;

		if (next < s.len && s.p[next] == '\r')
			next++;
		if (next < s.len && s.p[next] == '\n')
			return next + 1;
		from = i + 1;
	}
	return 0;
}

static bool
split_line(struct span line, struct field *field)
{
	size_t name = fields_token(line);

	if (name == 0 || name == line.len || line.p[name] != ':' ||
	    span_find(line, '\r') < line.len)
		return false;
	field->name = span_sub(line, 0, name);
	field->value = span_trim(span_sub(line, name + 1, line.len));
	return true;
}

bool
fields_split(struct span lines, struct field *fields, size_t *count)
{
	size_t n = 0;

	for (;;) {
		size_t end = span_find(lines, '\n');

		if (end == lines.len || end == 0 || lines.p[end - 1] != '\r')
			return false;
		if (end == 1)
			break;
		if (n == HEAD_MAX_FIELDS ||
		    !split_line(span_sub(lines, 0, end - 1), &fields[n]))
			return false;
		n++;
		lines = span_sub(lines, end + 1, lines.len);
	}
	*count = n;
	return lines.len == 2;
}

bool
fields_may_frame(struct span name)
{
	uint8_t first = name.p[0] | 32;

	switch (name.len) {
	case sizeof("Upgrade") - 1:
		return first == 'u';
	case sizeof("Connection") - 1:
	case sizeof("Content-Length") - 1:
		return first == 'c';
	case sizeof("Proxy-Connection") - 1:
		return first == 'p';
	case sizeof("Transfer-Encoding") - 1:
		return first == 't';
	default:
		return false;
	}
}
