#include "base/json.h"

#include <assert.h>
#include <inttypes.h>

#include "base/base64.h"
#include "base/stamp.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

static void
put_char(FILE *f, uint8_t c)
{
	switch (c) {
	case '"':
	case '\\':
		fprintf(f, "\\%c", c);
		break;
	case '\n':
		fputs("\\n", f);
		break;
	case '\r':
		fputs("\\r", f);
		break;
	case '\t':
		fputs("\\t", f);
		break;
	default:
		if (c < 0x20 || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			putc(c, f);
	}
}

static void
put_text(FILE *f, struct span s)
{
	putc('"', f);
	while (s.len > 0) {
		size_t n = utf8_length(s);

		if (n == 0)
			fputs(REPLACEMENT, f);
		else if (n == 1)
			put_char(f, s.p[0]);
		else
			fwrite(s.p, 1, n, f);
		s = span_sub(s, n > 0 ? n : 1, s.len);
	}
	putc('"', f);
}

/* What stands before every value: a comma, and inside an object its name. */
static void
begin(struct json *j, const char *name)
{
	assert((name != NULL) == (j->depth > 0 && j->close[j->depth] == '}'));
	if (j->again[j->depth] && j->depth > 0)
		putc(',', j->out);
	j->again[j->depth] = true;
	if (name == NULL)
		return;
	put_text(j->out, span_of_str(name));
	putc(':', j->out);
}

static void
open_value(struct json *j, const char *name, char opening, char closing)
{
	begin(j, name);
	assert(j->depth < JSON_DEPTH);
	putc(opening, j->out);
	j->depth++;
	j->again[j->depth] = false;
	j->close[j->depth] = closing;
}

void
json_object(struct json *j, const char *name)
{
	open_value(j, name, '{', '}');
}

void
json_array(struct json *j, const char *name)
{
	open_value(j, name, '[', ']');
}

void
json_end(struct json *j)
{
	assert(j->depth > 0);
	putc(j->close[j->depth--], j->out);
}

void
json_text(struct json *j, const char *name, struct span text)
{
	if (text.p == NULL) {
		json_null(j, name);
		return;
	}
	begin(j, name);
	put_text(j->out, text);
}

void
json_str(struct json *j, const char *name, const char *text)
{
	struct span none = { 0 };

	json_text(j, name, text != NULL ? span_of_str(text) : none);
}

void
json_int(struct json *j, const char *name, int64_t n)
{
	begin(j, name);
	fprintf(j->out, "%" PRId64, n);
}

void
json_uint(struct json *j, const char *name, uint64_t n)
{
	begin(j, name);
	fprintf(j->out, "%" PRIu64, n);
}

void
json_real(struct json *j, const char *name, double n)
{
	begin(j, name);
	fprintf(j->out, "%.3f", n);
}

void
json_bool(struct json *j, const char *name, bool yes)
{
	begin(j, name);
	fputs(yes ? "true" : "false", j->out);
}

void
json_null(struct json *j, const char *name)
{
	begin(j, name);
	fputs("null", j->out);
}

void
json_time(struct json *j, const char *name, int64_t t)
{
	char text[STAMP_SIZE];

	json_str(j, name, stamp_format(text, t));
}

void
json_hex(struct json *j, const char *name, struct span bytes)
{
	if (bytes.p == NULL) {
		json_null(j, name);
		return;
	}
	begin(j, name);
	putc('"', j->out);
	for (size_t i = 0; i < bytes.len; i++)
		fprintf(j->out, "%02x", bytes.p[i]);
	putc('"', j->out);
}

void
json_base64(struct json *j, const char *name, struct span bytes)
{

	if (bytes.p == NULL) {
		json_null(j, name);
		return;
	}
	begin(j, name);
	putc('"', j->out);
	base64_write(j->out, bytes);
	putc('"', j->out);
}

void
json_line(struct json *j)
{
	assert(j->depth == 0);
	putc('\n', j->out);
	j->again[0] = false;
}
