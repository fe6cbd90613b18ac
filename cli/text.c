#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/base.h"
#include "base/stamp.h"
#include "base/utf8.h"

#define DAY_LEN    10 /* of "2026-11-20" */
#define CLOCK_FROM 11
#define CLOCK_LEN  8

const char *
text_bytes(char text[TEXT_SIZE], uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double n = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, TEXT_SIZE, "%u B", (unsigned)bytes);
		return text;
	}
	for (; n >= 1023.95 && unit + 1 < ARRAY_LEN(units); unit++)
		n /= 1024;
	snprintf(text, TEXT_SIZE, "%.1f %s", n, units[unit]);
	return text;
}

const char *
text_duration(char text[TEXT_SIZE], int64_t ns)
{
	double s = (double)ns / 1e9;

	if (ns < 1000000)
		snprintf(text, TEXT_SIZE, "%" PRId64 " us", ns / 1000);
	else if (s < 1)
		snprintf(text, TEXT_SIZE, "%.1f ms", s * 1e3);
	else if (s < 120)
		snprintf(text, TEXT_SIZE, "%.2f s", s);
	else
		snprintf(text, TEXT_SIZE, "%" PRId64 " min %02d s",
		    ns / 60000000000, (int)(ns / 1000000000 % 60));
	return text;
}

static const char *
part_of_stamp(char *text, int64_t t, size_t from, size_t len)
{
	char stamp[STAMP_SIZE];

	stamp_format(stamp, t);
	memcpy(text, stamp + from, len);
	text[len] = '\0';
	return text;
}

const char *
text_day(char text[TEXT_SIZE], int64_t t)
{
	return part_of_stamp(text, t, 0, DAY_LEN);
}

const char *
text_clock(char text[TEXT_SIZE], int64_t t)
{
	return part_of_stamp(text, t, CLOCK_FROM, CLOCK_LEN);
}

const char *
text_plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

void
text_put_hex(FILE *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", bytes[i]);
}

/* The length of the character at the start of s if it is safe, or 0. */
static size_t
safe_length(struct span s)
{
	size_t n = utf8_length(s);

	if (n == 1)
		return s.p[0] >= ' ' && s.p[0] < 0x7f;
	/* U+0080 to U+009F are control characters to a terminal. */
	return n == 2 && s.p[0] == 0xc2 && s.p[1] < 0xa0 ? 0 : n;
}

static struct span
put_one(FILE *out, struct span s)
{
	size_t n = safe_length(s);

	if (n > 0)
		fwrite(s.p, 1, n, out);
	else
		fprintf(out, "\\x%02x", s.p[n++]);
	return span_sub(s, n, s.len);
}

void
text_put_line(FILE *out, struct span s)
{
	while (s.len > 0)
		s = put_one(out, s);
}

void
text_put(FILE *out, struct span s)
{
	while (s.len > 0) {
		uint8_t c = s.p[0];

		if (c == '\n' || c == '\t')
			putc(c, out);
		if (c == '\n' || c == '\t' || c == '\r')
			s = span_sub(s, 1, s.len);
		else
			s = put_one(out, s);
	}
}

size_t
text_columns(FILE *out)
{
	const char *set = getenv("COLUMNS");
	struct winsize w;
	int fd = fileno(out);

	if (set != NULL && atoi(set) > 0)
		return (size_t)atoi(set);
	if (fd >= 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &w) == 0)
		return w.ws_col;
	return 0;
}

/* The bytes of the character at the start of s, and its columns. */
static size_t
measure(struct span s, size_t *columns)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t n = mbrtowc(&c, (const char *)s.p, s.len, &state);
	int w;

	*columns = 1;
	if (n == 0 || n > s.len)
		return 1;
	if ((w = wcwidth(c)) >= 0)
		*columns = (size_t)w;
	return n;
}

/* The bytes of s that fit so many columns; *all tells whether s does. */
static size_t
fitting(struct span s, size_t columns, bool *all)
{
	size_t at = 0, used = 0, w;

	while (at < s.len) {
		size_t n = measure(span_sub(s, at, SIZE_MAX), &w);

		if (used + w > columns)
			break;
		at += n;
		used += w;
	}
	*all = at == s.len;
	return at;
}

void
text_put_cut(FILE *out, struct span line, size_t columns)
{
	bool all = true;
	size_t n = line.len;

	if (columns > 0)
		n = fitting(line, columns, &all);
	if (!all)
		n = fitting(line, columns > 3 ? columns - 3 : 0, &all);
	fwrite(line.p, 1, n, out);
	fputs(n == line.len ? "\n" : "...\n", out);
}
