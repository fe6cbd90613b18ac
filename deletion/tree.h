/*
 * tree.h - a JSON or XML body as a tree.
 *
 * Built by json_read() and xml_read(), whose limits on depth and number
 * of nodes hold for everything here.
 */
#ifndef DELETION_TREE_H
#define DELETION_TREE_H

#include "base/base.h"
#include "base/span.h"

struct arena;

#define TREE_MAX_DEPTH 64
#define TREE_MAX_NODES 200000

enum tree_kind {
	TREE_NULL,
	TREE_BOOL,
	TREE_NUMBER,
	TREE_STRING,
	TREE_ARRAY,
	TREE_OBJECT,
	TREE_ELEMENT, /* of XML; text is its character data */
};

struct tree {
	enum tree_kind kind;
	struct span name; /* of an object's member or an element */
	struct span text; /* scalars and elements */
	struct tree *first, *last, *next;
};

/* Called for each node found; return false to stop. */
typedef bool tree_visit(void *arg, const struct tree *node);

/*
 * Visit what a path leads to.  In JSON it is a pointer (RFC 6901) in which
 * a step "*" stands for every element or member, another pattern (see
 * glob.h) for every member whose name fits, "" is the node itself,
 * and a word without "/" is a member of that name at any depth.  In XML it
 * is TAG/TAG, where the first step is the node or a child of it if
 * from_root, else a child; "/TAG" must be the node itself.  Return false if a
 * visit did.
 */
bool tree_find(const struct tree *node, struct span path, bool from_root,
    tree_visit *visit, void *arg);

/* The first node that tree_find() visits, or NULL. */
const struct tree *tree_first(const struct tree *node, struct span path,
    bool from_root);

/*
 * A scalar's text; null is empty; arrays and objects as compact JSON; an
 * element that has children gives its own character data.
 */
struct span tree_text(const struct tree *node, struct arena *arena);

/* The same, but a string is a JSON string, in quotes, and null is null. */
struct span tree_quoted(const struct tree *node, struct arena *arena);

/* Append child to parent. */
void tree_add(struct tree *parent, struct tree *child);

#endif
