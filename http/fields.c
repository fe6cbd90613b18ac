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

/* How many bytes at the start of s are in the set. */
static size_t
count_leading(struct span s, const bool set[256])
{
	size_t n = 0;

	while (n < s.len && set[s.p[n]])
		n++;
	return n;
}

size_t
fields_token(struct span s)
{
	return count_leading(s, token);
}

/* Unreserved, reserved but for "#[]", and "%". */
static const bool target[256] = {
	/* clang-format off */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
	0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0,
	/* clang-format on */
};

size_t
fields_target(struct span s)
{
	return count_leading(s, target);
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

/* The position of the next byte, from i on, that is no text, or the end. */
static size_t
next_control(struct span s, size_t i)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t word;

	/* Eight at once: is any of them below 32? */
	for (; s.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		if ((word - 32 * ones) & ~word & 128 * ones)
			break;
	}
	while (i < s.len && s.p[i] >= ' ')
		i++;
	return i;
}

/* Where the line that goes on at i ends in CRLF, or 0 if it does not. */
static size_t
line_end(struct span s, size_t i)
{
	i = next_control(s, i);
	while (i < s.len && s.p[i] != '\r' && s.p[i] != '\n')
		i = next_control(s, i + 1);
	return s.len - i >= 2 && s.p[i] == '\r' && s.p[i + 1] == '\n' ? i : 0;
}

/* Read the line at `at`; return where it ends, or 0 if it is no plain field. */
static size_t
split_line(struct span s, size_t at, struct field *field)
{
	size_t colon = at + fields_token(span_sub(s, at, s.len)), end;

	if (colon == at || colon == s.len || s.p[colon] != ':')
		return 0;
	end = line_end(s, colon + 1);
	if (end == 0)
		return 0;
	field->name = span_sub(s, at, colon - at);
	field->value = span_trim(span_sub(s, colon + 1, end - colon - 1));
	return end;
}

size_t
fields_split(struct span s, struct field *fields, size_t *count)
{
	size_t n = 0, end = line_end(s, 0);

	while (end > 0) {
		size_t at = end + 2;

		if (s.len - at >= 2 && s.p[at] == '\r' && s.p[at + 1] == '\n') {
			*count = n;
			return at + 2;
		}
		if (n == HEAD_MAX_FIELDS)
			break;
		end = split_line(s, at, &fields[n++]);
	}
	return 0;
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
