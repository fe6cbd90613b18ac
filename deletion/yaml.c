#include "deletion/yaml.h"

#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"

struct anchor {
	struct span name;
	struct yaml_node *node;
	bool open;
	struct anchor *next;
};

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	struct yaml_node *root;
	struct yaml_node *open[YAML_MAX_DEPTH]; /* containers being filled */
	struct yaml_node *last[YAML_MAX_DEPTH]; /* newest child of each */
	const struct yaml_node *key[YAML_MAX_DEPTH];
	struct anchor *anchor[YAML_MAX_DEPTH];
	struct anchor *anchors;
	int depth;
	unsigned nodes;
	unsigned documents;
};

static int
fail(const yaml_mark_t *at, enum err_code code, struct err *err,
    const char *what)
{
	return err_set(err, code, "%zu:%zu: %s", at->line + 1, at->column + 1,
	    what);
}

static int
fail_parser(const struct reader *r, struct err *err)
{
	const yaml_parser_t *p = &r->parser;

	return fail(&p->problem_mark, ERR_FORMAT, err,
	    p->problem ? p->problem : "not YAML");
}

static struct span
text_of(const unsigned char *p, size_t len)
{
	return (struct span){ p, len };
}

static struct anchor *
find_anchor(struct reader *r, struct span name)
{
	for (struct anchor *a = r->anchors; a != NULL; a = a->next)
		if (span_eq(a->name, name))
			return a;
	return NULL;
}

static struct anchor *
add_anchor(struct reader *r, const unsigned char *name, struct yaml_node *node)
{
	struct anchor *a;

	if (name == NULL)
		return NULL;
	a = arena_alloc(r->arena, sizeof(*a));
	a->name = arena_copy(r->arena, span_of_str((const char *)name));
	a->node = node;
	a->next = r->anchors;
	r->anchors = a;
	return a;
}

static struct yaml_node *
new_node(struct reader *r, enum yaml_kind kind, const yaml_mark_t *at)
{
	struct yaml_node *n = arena_alloc(r->arena, sizeof(*n));

	n->kind = kind;
	n->line = (unsigned)at->line + 1;
	n->column = (unsigned)at->column + 1;
	n->weight = 1;
	return n;
}

static bool
has_key(const struct yaml_node *map, struct span key)
{
	for (const struct yaml_node *n = map->first; n != NULL; n = n->next)
		if (span_eq(n->key->text, key))
			return true;
	return false;
}

static void
append(struct reader *r, struct yaml_node *node)
{
	int d = r->depth - 1;

	if (r->last[d] == NULL)
		r->open[d]->first = node;
	else
		r->last[d]->next = node;
	r->last[d] = node;
}

/* Put a node where the parser stands: root, list item, key or value. */
static int
place(struct reader *r, struct yaml_node *node, const yaml_mark_t *at,
    struct err *err)
{
	struct yaml_node *in;
	int d = r->depth - 1;

	r->nodes += node->weight;
	if (r->nodes > YAML_MAX_NODES)
		return fail(at, ERR_LIMIT, err, "too many nodes");
	if (d < 0) {
		r->root = node;
		return 0;
	}
	in = r->open[d];
	in->weight += node->kind == YAML_TEXT;
	if (in->kind == YAML_MAP && r->key[d] == NULL) {
		if (node->kind != YAML_TEXT)
			return fail(at, ERR_FORMAT, err,
			    "a key must be a word");
		if (has_key(in, node->text))
			return fail(at, ERR_FORMAT, err,
			    "the key stands twice");
		r->key[d] = node;
		return 0;
	}
	node->key = r->key[d];
	r->key[d] = NULL;
	append(r, node);
	return 0;
}

static int
on_scalar(struct reader *r, const yaml_event_t *e, struct err *err)
{
	struct yaml_node *n = new_node(r, YAML_TEXT, &e->start_mark);

	n->text = arena_copy(r->arena,
	    text_of(e->data.scalar.value, e->data.scalar.length));
	add_anchor(r, e->data.scalar.anchor, n);
	return place(r, n, &e->start_mark, err);
}

static int
on_open(struct reader *r, enum yaml_kind kind, const unsigned char *name,
    const yaml_mark_t *at, struct err *err)
{
	struct yaml_node *n = new_node(r, kind, at);
	struct anchor *a;

	if (place(r, n, at, err) < 0)
		return -1;
	if (r->depth == YAML_MAX_DEPTH)
		return fail(at, ERR_LIMIT, err, "nested too deeply");
	a = add_anchor(r, name, n);
	if (a != NULL)
		a->open = true;
	r->open[r->depth] = n;
	r->last[r->depth] = NULL;
	r->key[r->depth] = NULL;
	r->anchor[r->depth] = a;
	r->depth++;
	return 0;
}

static void
on_close(struct reader *r)
{
	struct yaml_node *n;

	r->depth--;
	if (r->anchor[r->depth] != NULL)
		r->anchor[r->depth]->open = false;
	n = r->open[r->depth];
	if (r->depth > 0)
		r->open[r->depth - 1]->weight += n->weight;
}

static int
on_alias(struct reader *r, const yaml_event_t *e, struct err *err)
{
	const char *name = (const char *)e->data.alias.anchor;
	struct anchor *a = find_anchor(r, span_of_str(name));
	struct yaml_node *copy;

	if (a == NULL)
		return fail(&e->start_mark, ERR_FORMAT, err, "no such anchor");
	if (a->open)
		return fail(&e->start_mark, ERR_FORMAT, err,
		    "the alias stands inside its own anchor");
	copy = arena_alloc(r->arena, sizeof(*copy));
	*copy = *a->node;
	copy->next = NULL;
	copy->key = NULL;
	if (r->depth > 0 && copy->kind != YAML_TEXT)
		r->open[r->depth - 1]->weight += copy->weight;
	return place(r, copy, &e->start_mark, err);
}

static int
on_document(struct reader *r, const yaml_event_t *e, struct err *err)
{
	if (r->documents++ > 0)
		return fail(&e->start_mark, ERR_FORMAT, err,
		    "more than one document");
	return 0;
}

static int
on_event(struct reader *r, const yaml_event_t *e, struct err *err)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(r, e, err);
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e, err);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, YAML_LIST, e->data.sequence_start.anchor,
		    &e->start_mark, err);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, YAML_MAP, e->data.mapping_start.anchor,
		    &e->start_mark, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_close(r);
		return 0;
	case YAML_ALIAS_EVENT:
		return on_alias(r, e, err);
	default:
		return 0;
	}
}

static int
read_events(struct reader *r, struct err *err)
{
	bool end = false;

	while (!end) {
		yaml_event_t e;
		int rc;

		if (!yaml_parser_parse(&r->parser, &e))
			return fail_parser(r, err);
		rc = on_event(r, &e, err);
		end = e.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
yaml_read(struct yaml_node **out, struct span text, struct arena *arena,
    struct err *err)
{
	struct reader r = { .arena = arena };
	int rc;

	*out = NULL;
	if (text.len == 0)
		return 0;
	if (text.len > YAML_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "1:1: larger than %d bytes",
		    YAML_MAX_BYTES);
	if (!yaml_parser_initialize(&r.parser))
		return err_set(err, ERR_SYSTEM, "1:1: no memory for YAML");
	yaml_parser_set_input_string(&r.parser, text.p, text.len);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	rc = read_events(&r, err);
	yaml_parser_delete(&r.parser);
	*out = r.root;
	return rc;
}

const struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
	if (map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *n = map->first; n != NULL; n = n->next)
		if (span_eq_str(n->key->text, key))
			return n;
	return NULL;
}
