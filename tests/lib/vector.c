#include "tests/lib/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/stamp.h"

static void
must(int status, const struct err *err)
{
	if (status >= 0)
		return;
	fprintf(stderr, "vector: %s\n", err->text);
	abort();
}

static struct span
text(struct vector *v, const char *s)
{
	return arena_copy(&v->x->arena, span_of_str(s));
}

/* Head lines end in "\n" in the file, and in CRLF in a request. */
static void
load_request(struct vector *v, struct span all)
{
	struct message *m = arena_alloc(&v->x->arena, sizeof(*m));
	uint8_t *head = arena_alloc(&v->x->arena, 2 * all.len);
	struct err err = { 0 };
	size_t n = 0, at = 0;

	do {
		if (all.p[at] == '\n')
			head[n++] = '\r';
		head[n++] = all.p[at];
	} while (all.p[at++] != '\n' || all.p[at] != '\n');
	head[n++] = '\r';
	head[n++] = '\n';
	m->head = (struct span){ head, n };
	m->body = span_sub(all, at + 1, SIZE_MAX);
	m->wire_len = m->body_len = m->body.len;
	m->framing = m->body.len > 0 ? FRAMING_LENGTH : FRAMING_NONE;
	m->complete = true;
	must(head_parse(&m->parsed, HEAD_REQUEST, m->head, &v->x->arena, &err),
	    &err);
	v->x->request = m;
	v->entry.exchange = v->x;
	must(request_of(&v->request, &v->entry, &err), &err);
}

static int64_t
time_of(const char *basic)
{
	char stamp[STAMP_SIZE];
	struct err err;
	int64_t t;

	snprintf(stamp, sizeof(stamp), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", basic,
	    basic + 4, basic + 6, basic + 9, basic + 11, basic + 13);
	must(stamp_parse(&t, stamp, &err), &err);
	return t;
}

static void
set(struct vector *v, const char *name, const char *value)
{
	if (strcmp(name, "scheme") == 0)
		for (int i = 0; i < SIGNER_COUNT; i++)
			if (strcmp(signer_name(i), value) == 0)
				v->signer.scheme = (enum signer_scheme)i;
	if (strcmp(name, "access") == 0)
		v->signer.access = text(v, value);
	if (strcmp(name, "secret") == 0)
		v->signer.secret = text(v, value);
	if (strcmp(name, "token") == 0)
		v->signer.token = text(v, value);
	if (strcmp(name, "time") == 0)
		v->time = time_of(value);
	if (strcmp(name, "signature") == 0)
		v->signature = text(v, value);
}

void
vector_read(struct vector *v, struct span all)
{
	struct span line;

	*v = (struct vector){ .x = exchange_new() };
	while ((line = span_cut(&all, '\n')).len > 0) {
		struct span name = span_cut(&line, ' ');

		set(v, arena_string(&v->x->arena, name),
		    arena_string(&v->x->arena, line));
	}
	load_request(v, arena_copy(&v->x->arena, all));
}

void
vector_load(struct vector *v, const char *path)
{
	static uint8_t bytes[16384];
	FILE *f = fopen(path, "r");
	struct err err;
	size_t n;

	if (f == NULL)
		must(err_sys(&err, "%s", path), &err);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	vector_read(v, (struct span){ bytes, n });
}

void
vector_release(struct vector *v)
{
	request_release(&v->request);
	exchange_free(v->x);
}
