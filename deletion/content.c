#include "deletion/content.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"
#include "deletion/glob.h"
#include "deletion/json.h"
#include "deletion/redact_parts.h"
#include "deletion/tree_diff.h"
#include "deletion/xml.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/url.h"

#define BODY_LIMIT (16u << 20) /* decoded; above, it counts as bytes */
#define SHOWN_TEXT 200         /* bytes of a short body that are shown */

struct differ {
	const struct rules *rules;
	struct redactor names; /* knows which fields are secret; no key */
	struct arena *arena;
	content_tell *tell;
	void *ctx;
};

static void
differ_init(struct differ *d, const struct rules *rules, struct arena *arena,
    content_tell *tell, void *ctx)
{
	*d = (struct differ){
		.rules = rules,
		.names.secrets = rules_secrets(rules),
		.arena = arena,
		.tell = tell,
		.ctx = ctx,
	};
}

static bool
is_secret(const struct differ *d, enum redact_place place, struct span name,
    struct span value)
{
	struct redact r = { .redactor = &d->names, .scratch = d->arena };

	return mask_is(value) || mask_inside(value) ||
	    redact_is_secret(&r, place, name) ||
	    redact_would(value, LOOK_PREFIX, false);
}

/* Is the field named by a list of the rules? */
static bool
is_listed(struct sources list, struct span name)
{
	for (size_t i = 0; i < list.count; i++)
		if (list.at[i].kind == SOURCE_RHEADER &&
		    glob_matches(list.at[i].name, name, true))
			return true;
	return false;
}

/* Fields that say how a message travelled (RFC 9110, RFC 9112). */
static bool
is_of_transfer(struct span name)
{
	static const char *const names[] = { "Connection", "Keep-Alive",
		"Proxy-Connection", "Transfer-Encoding", "Content-Length",
		"Content-Encoding", "Trailer", "Via", "Age" };

	return redact_any_of(name, names, ARRAY_LEN(names));
}

struct line {
	struct span name, value;
	size_t number;
};

struct lines {
	struct line *at;
	size_t count;
};

static struct span
lower(struct span name, struct arena *arena)
{
	char *copy = arena_string(arena, name);

	for (char *p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return (struct span){ (const uint8_t *)copy, name.len };
}

static int
compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = span_cmp(x->name, y->name);

	return order != 0 ? order
			  : (x->number > y->number) - (x->number < y->number);
}

/* The values of count lines of one name as one. */
static struct span
join(const struct line *lines, size_t count, struct arena *arena)
{
	size_t len = 0, at = 0;
	uint8_t *p;

	if (count == 1)
		return lines[0].value;
	for (size_t i = 0; i < count; i++)
		len += lines[i].value.len + 2;
	p = arena_alloc(arena, len);
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			memcpy(p + at, ", ", 2);
			at += 2;
		}
		if (lines[i].value.len > 0)
			memcpy(p + at, lines[i].value.p, lines[i].value.len);
		at += lines[i].value.len;
	}
	return (struct span){ p, at };
}

/* Those that are compared, sorted by name. */
static struct lines
select_lines(const struct differ *d, const struct head *h)
{
	struct line *all = arena_alloc(d->arena, h->field_count * sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < h->field_count; i++) {
		struct span name = h->fields[i].name;

		if (is_of_transfer(name) ||
		    is_listed(rules_volatiles(d->rules), name) ||
		    is_listed(rules_request_ids(d->rules), name))
			continue;
		all[n++] = (struct line){ lower(name, d->arena),
			h->fields[i].value, i };
	}
	qsort(all, n, sizeof(*all), compare_lines);
	return (struct lines){ all, n };
}

static struct lines
lines_of(const struct differ *d, const struct head *h)
{
	struct lines l = select_lines(d, h);
	size_t kept = 0, run;

	for (size_t i = 0; i < l.count; i += run) {
		run = 1;
		while (i + run < l.count &&
		    span_eq(l.at[i + run].name, l.at[i].name))
			run++;
		l.at[kept] = l.at[i];
		l.at[kept++].value = join(&l.at[i], run, d->arena);
	}
	l.count = kept;
	return l;
}

static bool
tell_lines(const struct differ *d, const struct line *a, const struct line *b)
{
	struct span none = { 0 };

	if (a != NULL && b != NULL &&
	    (span_eq(a->value, b->value) ||
		(is_secret(d, REDACT_HEADER, a->name, a->value) &&
		    is_secret(d, REDACT_HEADER, b->name, b->value))))
		return true;
	return d->tell(d->ctx, a != NULL ? a->name : b->name,
	    a != NULL ? a->value : none, b != NULL ? b->value : none);
}

void
content_diff_fields(const struct rules *rules, const struct message *a,
    const struct message *b, struct arena *arena, content_tell *tell, void *ctx)
{
	struct differ d;
	struct lines x, y;
	size_t i = 0, j = 0;
	bool more = true;

	differ_init(&d, rules, arena, tell, ctx);
	x = lines_of(&d, &a->parsed);
	y = lines_of(&d, &b->parsed);
	while (more && (i < x.count || j < y.count)) {
		int order = i == x.count ? 1
		    : j == y.count       ? -1
					 : span_cmp(x.at[i].name, y.at[j].name);

		more = tell_lines(&d, order <= 0 ? &x.at[i] : NULL,
		    order >= 0 ? &y.at[j] : NULL);
		i += order <= 0;
		j += order >= 0;
	}
}

enum body_kind {
	BODY_BYTES,
	BODY_FORM,
	BODY_JSON,
	BODY_XML,
};

/* A body as far as it can be read. */
struct body {
	enum body_kind kind;
	struct span text; /* absent if it was not kept */
	struct tree *root;
};

static struct tree *
read_form(struct span text, struct arena *arena)
{
	struct tree *root = arena_alloc(arena, sizeof(*root));
	struct pair raw;

	root->kind = TREE_OBJECT;
	while (url_next_pair(&text, &raw)) {
		struct tree *t = arena_alloc(arena, sizeof(*t));

		t->kind = TREE_STRING;
		t->name = url_decode(raw.key, true, arena);
		t->text = url_decode(raw.value, true, arena);
		tree_add(root, t);
	}
	return root;
}

static void
read_body(struct body *out, const struct message *m, struct arena *arena)
{
	struct span type = head_field(&m->parsed, "Content-Type"), text;
	struct err err;

	*out = (struct body){ .text = body_entity(m, arena) };
	if (out->text.len == 0 ||
	    body_decode(&m->parsed, out->text, BODY_LIMIT, arena, &text, &err) <
		0)
		return;
	out->text = text;
	if (!m->complete)
		return;
	if (redact_contains(type, "urlencoded")) {
		out->kind = BODY_FORM;
		out->root = read_form(text, arena);
	} else if (json_read(&out->root, text, arena, &err) == 0) {
		out->kind = BODY_JSON;
	} else if (span_find(text, '<') < text.len &&
	    xml_read_all(&out->root, text, arena, &err) == 0) {
		out->kind = BODY_XML;
	}
}

/* Nodes that are left out, sorted by address. */
struct nodes {
	const struct tree **at;
	size_t count, room;
	struct arena *arena;
};

static bool
add_node(void *arg, const struct tree *node)
{
	struct nodes *n = arg;
	const struct tree **more;

	if (n->count == n->room) {
		n->room = n->room == 0 ? 16 : 2 * n->room;
		more = arena_alloc(n->arena, n->room * sizeof(struct tree *));
		if (n->count > 0)
			memcpy(more, n->at, n->count * sizeof(struct tree *));
		n->at = more;
	}
	n->at[n->count++] = node;
	return true;
}

static int
compare_nodes(const void *a, const void *b)
{
	const struct tree *const *x = a, *const *y = b;

	return ((uintptr_t)*x > (uintptr_t)*y) -
	    ((uintptr_t)*x < (uintptr_t)*y);
}

/* What one comparison of trees needs. */
struct shape {
	const struct differ *d;
	enum redact_place place;
	struct nodes left_out;
};

static void
leave_out(struct shape *s, const struct body *body, struct sources list)
{
	enum source_kind kind =
	    body->kind == BODY_XML ? SOURCE_RXML : SOURCE_RJSON;

	for (size_t i = 0; i < list.count; i++)
		if (list.at[i].kind == kind)
			tree_find(body->root, list.at[i].name, true, add_node,
			    &s->left_out);
}

static void
leave_out_all(struct shape *s, const struct body *body,
    const struct content_ignored *ignored)
{
	leave_out(s, body, rules_volatiles(s->d->rules));
	leave_out(s, body, rules_request_ids(s->d->rules));
	for (size_t i = 0; i < ignored->count; i++)
		tree_find(body->root, ignored->at[i], true, add_node,
		    &s->left_out);
}

static bool
node_is_left_out(void *ctx, const struct tree *node)
{
	const struct shape *s = ctx;

	return s->left_out.count > 0 &&
	    bsearch(&node, s->left_out.at, s->left_out.count,
		sizeof(struct tree *), compare_nodes) != NULL;
}

static bool
node_is_secret(void *ctx, const struct tree *node)
{
	const struct shape *s = ctx;

	if (node->kind != TREE_STRING && node->kind != TREE_ELEMENT)
		return false;
	return is_secret(s->d, s->place, node->name, node->text);
}

static bool
tell_node(void *ctx, struct span path, struct span a, struct span b)
{
	const struct shape *s = ctx;

	return s->d->tell(s->d->ctx, path, a, b);
}

static void
diff_trees(const struct differ *d, const struct body *a, const struct body *b,
    const struct content_ignored *ignored)
{
	struct shape s = {
		.d = d,
		.place = a->kind == BODY_XML ? REDACT_XML
		    : a->kind == BODY_FORM   ? REDACT_FORM
					     : REDACT_JSON,
		.left_out.arena = d->arena,
	};
	struct tree_diff diff = {
		.arena = d->arena,
		.is_left_out = node_is_left_out,
		.is_secret = node_is_secret,
		.tell = tell_node,
		.ctx = &s,
	};

	leave_out_all(&s, a, ignored);
	leave_out_all(&s, b, ignored);
	if (s.left_out.count > 0)
		qsort(s.left_out.at, s.left_out.count, sizeof(struct tree *),
		    compare_nodes);
	tree_diff(&diff, a->root, b->root);
}

/* A body that is not taken apart, for people. */
static struct span
describe(const struct body *body, const struct message *m, struct arena *arena)
{
	static const char *const kinds[] = {
		[BODY_BYTES] = "bytes",
		[BODY_FORM] = "bytes of form",
		[BODY_JSON] = "bytes of JSON",
		[BODY_XML] = "bytes of XML",
	};
	uint8_t digest[DIGEST_SIZE];

	if (body->text.p == NULL && m->wire_len > 0)
		return arena_printf(arena, "%llu bytes, %s",
		    (unsigned long long)m->body_len,
		    m->purged != NULL ? "purged" : "not kept");
	if (body->text.len == 0)
		return m->complete ? (struct span){ 0 }
				   : span_of_str("0 bytes, cut");
	if (body->kind == BODY_BYTES && body->text.len <= SHOWN_TEXT &&
	    utf8_is_valid(body->text))
		return arena_printf(arena, "%.*s%s", (int)body->text.len,
		    (const char *)body->text.p, m->complete ? "" : " (cut)");
	digest_of(digest, body->text);
	return arena_printf(arena, "%zu %s%s, sha256 %02x%02x%02x%02x...",
	    body->text.len, kinds[body->kind], m->complete ? "" : ", cut",
	    digest[0], digest[1], digest[2], digest[3]);
}

static bool
are_same_bytes(const struct message *a, const struct body *x,
    const struct message *b, const struct body *y)
{
	if (a->complete != b->complete)
		return false;
	if (x->text.p != NULL && y->text.p != NULL)
		return span_eq(x->text, y->text);
	if (a->wire_len == 0 || b->wire_len == 0)
		return x->text.len == 0 && y->text.len == 0 &&
		    a->wire_len == b->wire_len;
	return a->has_digest && b->has_digest &&
	    memcmp(a->body_sha256, b->body_sha256, DIGEST_SIZE) == 0;
}

void
content_diff_bodies(const struct rules *rules, const struct message *a,
    const struct message *b, const struct content_ignored *ignored,
    struct arena *arena, content_tell *tell, void *ctx)
{
	struct differ d;
	struct body x, y;

	differ_init(&d, rules, arena, tell, ctx);
	read_body(&x, a, arena);
	read_body(&y, b, arena);
	if (are_same_bytes(a, &x, b, &y))
		return;
	if (x.kind == y.kind && x.root != NULL && y.root != NULL)
		diff_trees(&d, &x, &y, ignored);
	else
		tell(ctx, span_of_str(""), describe(&x, a, arena),
		    describe(&y, b, arena));
}
