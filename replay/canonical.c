#include "replay/canonical.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/arena.h"
#include "http/url.h"
#include "replay/request.h"

struct span
canonical_hex(const uint8_t digest[DIGEST_SIZE], struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *p = arena_alloc(arena, 2 * DIGEST_SIZE);

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		p[2 * i] = (uint8_t)digits[digest[i] >> 4];
		p[2 * i + 1] = (uint8_t)digits[digest[i] & 15];
	}
	return (struct span){ p, 2 * DIGEST_SIZE };
}

static int
compare_spans(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static struct span
lower(struct span s, struct arena *arena)
{
	char *copy = arena_string(arena, s);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return (struct span){ (const uint8_t *)copy, s.len };
}

bool
names_has(const struct names *n, struct span name)
{
	for (size_t i = 0; i < n->count; i++)
		if (span_eq(n->at[i], name))
			return true;
	return false;
}

void
names_add(struct names *n, struct span name)
{
	if (name.len == 0 || names_has(n, name))
		return;
	n->at[n->count++] = name;
	qsort(n->at, n->count, sizeof(struct span), compare_spans);
}

void
names_drop(struct names *n, struct span name)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->count; i++)
		if (!span_eq(n->at[i], name))
			n->at[kept++] = n->at[i];
	n->count = kept;
}

struct names
names_of_list(struct span list, bool lower_case, struct arena *arena)
{
	struct names n = { .count = 0 };
	struct span rest = list;
	size_t most = 3;

	for (size_t i = 0; i < list.len; i++)
		most += list.p[i] == ';';
	n.at = arena_alloc(arena, most * sizeof(struct span));
	while (rest.p != NULL) {
		struct span name = span_cut(&rest, ';');

		n.at[n.count++] = lower_case ? lower(name, arena) : name;
	}
	qsort(n.at, n.count, sizeof(struct span), compare_spans);
	most = n.count;
	n.count = 0;
	for (size_t i = 0; i < most; i++)
		if (n.at[i].len > 0 &&
		    (n.count == 0 || !span_eq(n.at[n.count - 1], n.at[i])))
			n.at[n.count++] = n.at[i];
	return n;
}

static bool
is_present(const struct request *r, struct span name)
{
	for (size_t i = 0; i < r->headers.count; i++)
		if (span_eq_nocase(r->headers.at[i].name, name))
			return true;
	return false;
}

void
names_keep_present(struct names *n, const struct request *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->count; i++)
		if (is_present(r, n->at[i]))
			n->at[kept++] = n->at[i];
	n->count = kept;
}

struct span
names_list(const struct names *n, struct arena *arena)
{
	size_t len = 0, at = 0;
	uint8_t *p;

	for (size_t i = 0; i < n->count; i++)
		len += n->at[i].len + 1;
	p = arena_alloc(arena, len);
	for (size_t i = 0; i < n->count; i++) {
		if (i > 0)
			p[at++] = ';';
		memcpy(p + at, n->at[i].p, n->at[i].len);
		at += n->at[i].len;
	}
	return (struct span){ p, at };
}

static void
put(struct digest *d, const char *text)
{
	digest_add(d, span_of_str(text));
}

/* What RFC 3986, section 2.3 calls unreserved stays. */
static struct span
encode(struct span s, struct arena *arena)
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t *p = arena_alloc(arena, 3 * s.len);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c < 0x80 && (isalnum(c) || strchr("-_.~", c) != NULL) &&
		    c != 0) {
			p[n++] = c;
			continue;
		}
		p[n++] = '%';
		p[n++] = (uint8_t)digits[c >> 4];
		p[n++] = (uint8_t)digits[c & 15];
	}
	return (struct span){ p, n };
}

/* Segments as they are sent, without "", "." and "..". */
static size_t
normalise(struct span path, struct span *out)
{
	size_t n = 0;

	while (path.p != NULL) {
		struct span segment = span_cut(&path, '/');

		if (span_eq_str(segment, ".."))
			n -= n > 0;
		else if (segment.len > 0 && !span_eq_str(segment, "."))
			out[n++] = segment;
	}
	return n;
}

static void
put_path_twice(struct digest *d, struct span path, struct arena *arena)
{
	struct span *segments =
	    arena_alloc(arena, (path.len + 1) * sizeof(*segments));
	size_t n = normalise(path, segments);

	for (size_t i = 0; i < n; i++) {
		put(d, "/");
		digest_add(d, encode(segments[i], arena));
	}
	if (n == 0 || path.p[path.len - 1] == '/')
		put(d, "/");
}

static void
put_path_once(struct digest *d, struct span path, bool slash,
    struct arena *arena)
{
	bool ends = path.len > 0 && path.p[path.len - 1] == '/';
	struct span rest = path;
	bool first = true;

	while (rest.p != NULL) {
		struct span segment = span_cut(&rest, '/');

		if (!first)
			put(d, "/");
		digest_add(d, encode(url_decode(segment, false, arena), arena));
		first = false;
	}
	if (slash && !ends)
		put(d, "/");
}

static void
put_path(struct digest *d, const struct canonical *c, struct request *r)
{
	if (c->path == CANONICAL_TWICE)
		put_path_twice(d, r->path, &r->arena);
	else
		put_path_once(d, r->path, c->path == CANONICAL_SLASH,
		    &r->arena);
}

struct encoded {
	struct span name, value;
};

static int
compare_encoded(const void *a, const void *b)
{
	const struct encoded *x = a, *y = b;
	int order = span_cmp(x->name, y->name);

	return order != 0 ? order : span_cmp(x->value, y->value);
}

static void
put_query(struct digest *d, const struct canonical *c, struct request *r)
{
	struct encoded *all =
	    arena_alloc(&r->arena, r->query.count * sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < r->query.count; i++) {
		const struct part *p = &r->query.at[i];

		if (p->bytes.len == 0 ||
		    (c->has_query != NULL && !c->has_query(c->ctx, p->name)))
			continue;
		all[n++] = (struct encoded){ encode(p->name, &r->arena),
			encode(p->value, &r->arena) };
	}
	qsort(all, n, sizeof(*all), compare_encoded);
	for (size_t i = 0; i < n; i++) {
		put(d, i > 0 ? "&" : "");
		digest_add(d, all[i].name);
		put(d, "=");
		digest_add(d, all[i].value);
	}
}

/* The value without blanks around it, and with one where several are. */
static void
put_value(struct digest *d, struct span value, bool blanks)
{
	struct span rest = span_trim(value);

	while (blanks && rest.len > 0) {
		struct span word = span_sub(rest, 0, 1);
		bool blank = word.p[0] == ' ' || word.p[0] == '\t';

		while (word.len < rest.len &&
		    (rest.p[word.len] == ' ' || rest.p[word.len] == '\t') ==
			blank)
			word.len++;
		if (blank)
			put(d, " ");
		else
			digest_add(d, word);
		rest = span_sub(rest, word.len, SIZE_MAX);
	}
	digest_add(d, rest);
}

/* All headers of one name are one line. */
static void
put_header(struct digest *d, const struct canonical *c, const struct request *r,
    struct span name)
{
	bool again = false;

	digest_add(d, name);
	put(d, ":");
	for (size_t i = 0; i < r->headers.count; i++) {
		const struct part *p = &r->headers.at[i];

		if (!span_eq_nocase(p->name, name))
			continue;
		put(d, again ? "," : "");
		put_value(d, p->value, c->blanks);
		again = true;
	}
	put(d, "\n");
}

static void
put_headers(struct digest *d, const struct canonical *c,
    const struct request *r)
{
	for (size_t i = 0; i < c->names.count; i++)
		put_header(d, c, r, c->names.at[i]);
	/* A list of no lines still ends in one. */
	if (c->names.count == 0)
		put(d, "\n");
}

struct span
canonical_hash(const struct canonical *c, struct request *r)
{
	struct digest *d = digest_new();
	uint8_t hash[DIGEST_SIZE];

	digest_add(d, r->method);
	put(d, "\n");
	put_path(d, c, r);
	put(d, "\n");
	put_query(d, c, r);
	put(d, "\n");
	put_headers(d, c, r);
	put(d, "\n");
	digest_add(d, names_list(&c->names, &r->arena));
	put(d, "\n");
	digest_add(d, c->body_hash);
	digest_finish(d, hash);
	digest_free(d);
	return canonical_hex(hash, &r->arena);
}
