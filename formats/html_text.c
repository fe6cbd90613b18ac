#include "formats/html_text.h"

#include "base/base.h"
#include "base/stamp.h"
#include "base/utf8.h"

static void
put_ascii(FILE *out, uint8_t c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			putc(c, out);
	}
}

/* The code point of a valid character of two bytes or more. */
static uint32_t
code_point(struct span c)
{
	uint32_t code = c.p[0] & (0x7fu >> c.len);

	for (size_t i = 1; i < c.len; i++)
		code = code << 6 | (c.p[i] & 0x3fu);
	return code;
}

/* Unicode 15: controls, format characters and separators of lines. */
static bool
is_invisible(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x80, 0x9f },
		{ 0xad, 0xad },
		{ 0x61c, 0x61c },
		{ 0x180e, 0x180e },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },
		{ 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

void
html_text(FILE *out, struct span text)
{
	while (text.len > 0) {
		size_t n = utf8_length(text);
		struct span c = span_sub(text, 0, n > 0 ? n : 1);

		if (n == 0)
			fprintf(out, "\\x%02x", c.p[0]);
		else if (n == 1)
			put_ascii(out, c.p[0]);
		else if (is_invisible(code_point(c)))
			fprintf(out, "\\u{%x}", code_point(c));
		else
			fwrite(c.p, 1, c.len, out);
		text = span_sub(text, c.len, text.len);
	}
}

void
html_str(FILE *out, const char *text)
{
	html_text(out, span_of_str(text));
}

void
html_lines(FILE *out, struct span text)
{
	while (text.p != NULL) {
		struct span line = span_cut(&text, '\n');

		if (text.p != NULL && line.len > 0 &&
		    line.p[line.len - 1] == '\r')
			line.len--;
		html_text(out, line);
		if (text.p != NULL)
			putc('\n', out);
	}
}

void
html_day(FILE *out, int64_t t)
{
	char stamp[STAMP_SIZE];

	fprintf(out, "%.10s", stamp_format(stamp, t));
}

void
html_clock(FILE *out, int64_t t)
{
	char stamp[STAMP_SIZE];

	fprintf(out, "%.12s", stamp_format(stamp, t) + 11);
}
