#include "http/body.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/exchange.h"
#include "http/inflate.h"

#define MAX_CODINGS 8 /* applied to one body */

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

/* Read the size at the start of line; return how many digits it has. */
static size_t
chunk_size(struct span line, uint64_t *size)
{
	size_t n = 0;

	for (*size = 0; n < line.len && hex_digit(line.p[n]) >= 0; n++) {
		if (*size > UINT64_MAX >> 4)
			return 0;
		*size = *size * 16 + (uint64_t)hex_digit(line.p[n]);
	}
	return n;
}

/* Step over one line end, if it stands there. */
static void
skip_line_end(struct span *s)
{
	if (s->len > 0 && s->p[0] == '\r')
		*s = span_sub(*s, 1, s->len);
	if (s->len > 0 && s->p[0] == '\n')
		*s = span_sub(*s, 1, s->len);
}

bool
body_next_chunk(struct span *rest, struct chunk *c)
{
	size_t end = span_find(*rest, '\n');
	struct span line = span_sub(*rest, 0, end);
	uint64_t size;
	size_t digits;

	*c = (struct chunk){ 0 };
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	digits = chunk_size(line, &size);
	if (digits == 0)
		return false;
	c->extension = span_sub(line, digits, line.len);
	*rest = span_sub(*rest, end + 1, rest->len);
	if (size == 0 || rest->len == 0)
		return false;
	c->data = span_sub(*rest, 0, size < SIZE_MAX ? size : SIZE_MAX);
	*rest = span_sub(*rest, c->data.len, rest->len);
	skip_line_end(rest);
	return true;
}

static struct span
remove_chunks(struct span body, struct arena *arena)
{
	uint8_t *out = arena_alloc(arena, body.len);
	struct chunk c;
	size_t n = 0;

	while (body_next_chunk(&body, &c)) {
		memcpy(out + n, c.data.p, c.data.len);
		n += c.data.len;
	}
	return (struct span){ out, n };
}

struct span
body_entity(const struct message *m, struct arena *arena)
{
	if (m->body.p == NULL || m->framing != FRAMING_CHUNKED)
		return m->body;
	return remove_chunks(m->body, arena);
}

static void
compute_digest(struct message *m)
{
	struct arena scratch = ARENA_INIT;

	if (m == NULL || !m->digest_due)
		return;
	digest_of(m->body_sha256, body_entity(m, &scratch));
	m->digest_due = false;
	arena_release(&scratch);
}

void
body_digests(struct exchange *x)
{
	compute_digest(x->request);
	compute_digest(x->response);
}

bool
body_purge(struct message *m, struct arena *arena)
{
	struct purged *left;

	if (m->body.len == 0)
		return false;
	compute_digest(m);
	left = arena_alloc(arena, sizeof(*left));
	left->len = m->body.len;
	digest_of(left->sha256, m->body);
	m->purged = left;
	m->body = (struct span){ 0 };
	return true;
}

struct codings {
	struct span names[MAX_CODINGS]; /* in the order of application */
	size_t count;
};

static int
add_codings(struct codings *all, struct span list, struct err *err)
{
	while (list.p != NULL) {
		struct span name = span_trim(span_cut(&list, ','));

		if (name.len == 0 ||
		    span_eq_nocase(name, span_of_str("identity")) ||
		    span_eq_nocase(name, span_of_str("chunked")))
			continue;
		if (all->count == MAX_CODINGS)
			return err_set(err, ERR_LIMIT,
			    "more than %d content codings", MAX_CODINGS);
		all->names[all->count++] = name;
	}
	return 0;
}

static int
find_codings(struct codings *all, const struct head *head, const char *name,
    struct err *err)
{
	for (size_t i = 0; i < head->field_count; i++) {
		const struct field *f = &head->fields[i];

		if (span_eq_nocase(f->name, span_of_str(name)) &&
		    add_codings(all, f->value, err) < 0)
			return -1;
	}
	return 0;
}

static int
undo(struct span name, struct span in, struct buf *out, struct err *err)
{
	if (span_eq_nocase(name, span_of_str("gzip")) ||
	    span_eq_nocase(name, span_of_str("x-gzip")))
		return inflate_gzip(in, out, err);
	if (span_eq_nocase(name, span_of_str("deflate")))
		return inflate_deflate(in, out, err);
	return err_set(err, ERR_UNSUPPORTED, "unknown content coding \"%.*s\"",
	    (int)(name.len < 40 ? name.len : 40), (const char *)name.p);
}

static int
undo_one(struct span name, size_t limit, struct arena *arena, struct span *data,
    struct err *err)
{
	struct buf out = BUF_INIT(limit);
	int rc = undo(name, *data, &out, err);

	if (rc == 0)
		*data = arena_copy(arena,
		    out.p != NULL ? buf_span(&out) : span_of_str(""));
	buf_release(&out);
	return rc;
}

int
body_decode(const struct head *head, struct span entity, size_t limit,
    struct arena *arena, struct span *out, struct err *err)
{
	struct codings all = { .count = 0 };

	if (find_codings(&all, head, "Content-Encoding", err) < 0 ||
	    find_codings(&all, head, "Transfer-Encoding", err) < 0)
		return -1;
	/* Nothing sent is nothing coded: HEAD, 204, an empty DELETE. */
	while (entity.len > 0 && all.count > 0)
		if (undo_one(all.names[--all.count], limit, arena, &entity,
			err) < 0)
			return -1;
	if (entity.len > limit)
		return err_set(err, ERR_LIMIT, "body above %zu bytes", limit);
	*out = entity;
	return 0;
}

int
body_decoded(const struct message *m, size_t limit, struct arena *arena,
    struct span *out, struct err *err)
{
	return body_decode(&m->parsed, body_entity(m, arena), limit, arena, out,
	    err);
}
