#include "replay/secret_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

static int
read_all(FILE *f, struct buf *out, struct err *err)
{
	uint8_t block[4096];
	size_t n;

	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		if (buf_add(out, (struct span){ block, n }, err) < 0)
			return -1;
	return ferror(f) ? err_sys(err, "cannot read") : 0;
}

/* The line without its end; more than one is none that was meant. */
static int
one_line(struct span *line, struct err *err)
{
	if (line->len > 0 && line->p[line->len - 1] == '\n')
		line->len--;
	if (line->len > 0 && line->p[line->len - 1] == '\r')
		line->len--;
	if (line->len == 0)
		return err_set(err, ERR_FORMAT, "there is nothing in it");
	for (size_t i = 0; i < line->len; i++) {
		if (line->p[i] == '\n')
			return err_set(err, ERR_FORMAT,
			    "it has more than one line");
		if (line->p[i] < ' ' || line->p[i] == 0x7f)
			return err_set(err, ERR_FORMAT,
			    "there is a control character in it");
	}
	return 0;
}

static int
from_file(struct span *out, const char *path, size_t limit, struct arena *arena,
    struct err *err)
{
	struct buf b = BUF_INIT(limit + 2);
	FILE *f = fopen(path, "re");
	struct span line;
	int rc;

	if (f == NULL)
		return err_sys(err, "%s", path);
	rc = read_all(f, &b, err);
	fclose(f);
	line = buf_span(&b);
	if (rc == 0)
		rc = one_line(&line, err);
	if (rc == 0 && line.len > limit)
		rc = err_set(err, ERR_LIMIT, "more than %zu bytes", limit);
	if (rc == 0)
		*out = arena_copy(arena, line);
	if (b.len > 0)
		explicit_bzero(b.p, b.len);
	buf_release(&b);
	return rc < 0 ? err_prefix(err, "%s", path) : 0;
}

static int
from_environment(struct span *out, const char *name, size_t limit,
    struct arena *arena, struct err *err)
{
	const char *value = getenv(name);
	struct span line;

	if (name[0] == '\0')
		return err_set(err, ERR_USAGE,
		    "\"$\" needs the name of a variable behind it");
	if (value == NULL)
		return err_set(err, ERR_USAGE, "%s is not in the environment",
		    name);
	line = span_of_str(value);
	if (line.len > limit)
		return err_set(err, ERR_LIMIT, "%s: more than %zu bytes", name,
		    limit);
	if (one_line(&line, err) < 0)
		return err_prefix(err, "%s", name);
	*out = arena_copy(arena, line);
	return 0;
}

int
secret_value_read(struct secret_value *out, const char *text, size_t limit,
    struct arena *arena, struct err *err)
{
	char first = text[0];

	*out = (struct secret_value){ 0 };
	if ((first == '@' || first == '$') && text[1] != first) {
		out->hidden = true;
		return first == '@'
		    ? from_file(&out->bytes, text + 1, limit, arena, err)
		    : from_environment(&out->bytes, text + 1, limit, arena,
			  err);
	}
	if (first == '@' || first == '$')
		text++;
	out->bytes = arena_copy(arena, span_of_str(text));
	if (out->bytes.len > limit)
		return err_set(err, ERR_LIMIT, "more than %zu bytes", limit);
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(err, ERR_USAGE,
			    "there is a control character in a value");
	return 0;
}
