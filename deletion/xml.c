#include "deletion/xml.h"

#include <expat.h>
#include <limits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "deletion/tree.h"

struct level {
	struct tree *node;
	struct buf text;
};

struct loader {
	XML_Parser parser;
	struct arena *arena;
	struct tree *root;
	struct level open[TREE_MAX_DEPTH];
	size_t max_text;
	int depth;
	size_t nodes;
	const char *refused; /* why the parser was stopped */
	bool attributes;
};

static void
refuse(struct loader *l, const char *why)
{
	l->refused = why;
	XML_StopParser(l->parser, XML_FALSE);
}

static struct span
local_name(const XML_Char *name)
{
	const char *colon = strrchr(name, ':');

	return span_of_str(colon ? colon + 1 : name);
}

/* Each name and value becomes a child "@name". */
static void
add_attributes(struct loader *l, struct tree *t, const XML_Char **pair)
{
	for (; pair[0] != NULL && l->nodes++ < TREE_MAX_NODES; pair += 2) {
		struct tree *a = arena_alloc(l->arena, sizeof(*a));

		a->kind = TREE_ELEMENT;
		a->name = arena_printf(l->arena, "@%s", pair[0]);
		a->text = arena_copy(l->arena, span_of_str(pair[1]));
		tree_add(t, a);
	}
}

static void
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct loader *l = arg;
	struct tree *t;

	if (l->refused != NULL)
		return;
	if (l->depth == TREE_MAX_DEPTH || l->nodes++ >= TREE_MAX_NODES) {
		refuse(l, "XML beyond a limit");
		return;
	}
	t = arena_alloc(l->arena, sizeof(*t));
	t->kind = TREE_ELEMENT;
	t->name = arena_copy(l->arena, local_name(name));
	if (l->attributes)
		add_attributes(l, t, attributes);
	if (l->depth == 0)
		l->root = t;
	else
		tree_add(l->open[l->depth - 1].node, t);
	l->open[l->depth].text = BUF_INIT(l->max_text);
	l->open[l->depth++].node = t;
}

static void
on_end(void *arg, const XML_Char *name)
{
	struct loader *l = arg;
	struct level *level;

	(void)name;
	if (l->refused != NULL)
		return;
	level = &l->open[--l->depth];
	level->node->text = level->text.len == 0
	    ? (struct span)SPAN_LITERAL("")
	    : arena_copy(l->arena, buf_span(&level->text));
	buf_release(&level->text);
}

static void
on_text(void *arg, const XML_Char *s, int len)
{
	struct loader *l = arg;
	struct err err;

	if (l->refused != NULL || l->depth == 0)
		return;
	if (buf_add(&l->open[l->depth - 1].text,
		(struct span){ (const uint8_t *)s, (size_t)len }, &err) < 0)
		refuse(l, "XML beyond a limit");
}

static void
on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_internal_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	refuse(arg, "XML with a document type");
}

static int
parse(struct loader *l, struct span text, struct err *err)
{
	enum XML_Status status;

	XML_SetUserData(l->parser, l);
	XML_SetElementHandler(l->parser, on_start, on_end);
	XML_SetCharacterDataHandler(l->parser, on_text);
	XML_SetStartDoctypeDeclHandler(l->parser, on_doctype);
	status =
	    XML_Parse(l->parser, (const char *)text.p, (int)text.len, XML_TRUE);
	if (l->refused != NULL)
		return err_set(err, ERR_LIMIT, "%s", l->refused);
	if (status != XML_STATUS_OK)
		return err_set(err, ERR_FORMAT, "%s",
		    XML_ErrorString(XML_GetErrorCode(l->parser)));
	return 0;
}

static int
load(struct loader *l, struct tree **out, struct span text, struct err *err)
{
	int rc;

	*out = NULL;
	if (text.len > INT_MAX)
		return err_set(err, ERR_LIMIT, "XML beyond a limit");
	l->max_text = text.len + 1;
	l->parser = XML_ParserCreate(NULL);
	if (l->parser == NULL)
		return err_set(err, ERR_SYSTEM, "no memory for XML");
	rc = parse(l, text, err);
	while (l->depth > 0)
		buf_release(&l->open[--l->depth].text);
	XML_ParserFree(l->parser);
	if (rc == 0)
		*out = l->root;
	return rc;
}

int
xml_read(struct tree **out, struct span text, struct arena *arena,
    struct err *err)
{
	struct loader l = { .arena = arena };

	return load(&l, out, text, err);
}

int
xml_read_all(struct tree **out, struct span text, struct arena *arena,
    struct err *err)
{
	struct loader l = { .arena = arena, .attributes = true };

	return load(&l, out, text, err);
}
