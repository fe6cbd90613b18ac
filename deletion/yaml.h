/*
 * yaml.h - YAML text as a tree of nodes that know where they stood.
 *
 * The door to libyaml.  Lists, maps and scalars only: no tags, no types,
 * every scalar is text.  Aliases of finished nodes are followed, so that a
 * node may hang in the tree more than once; an alias of a node that is
 * still open would be a cycle and is an error.
 */
#ifndef DELETION_YAML_H
#define DELETION_YAML_H

#include "base/base.h"
#include "base/span.h"

struct arena;
struct err;

#define YAML_MAX_BYTES (8 * 1024 * 1024)
#define YAML_MAX_NODES 1000000 /* with what aliases repeat */
#define YAML_MAX_DEPTH 32

enum yaml_kind {
	YAML_TEXT,
	YAML_LIST,
	YAML_MAP,
};

struct yaml_node {
	enum yaml_kind kind;
	unsigned line, column;       /* from 1 */
	unsigned weight;             /* nodes in it, itself included */
	struct span text;            /* of YAML_TEXT */
	const struct yaml_node *key; /* if it is a value in a map */
	struct yaml_node *first, *next;
};

/*
 * Read one document.  Keys must be scalars and differ within a map.  *out
 * is NULL for an empty document.  Errors: ERR_FORMAT and ERR_LIMIT, with
 * "line:column: " in front.
 */
int yaml_read(struct yaml_node **out, struct span text, struct arena *arena,
    struct err *err) MUST_CHECK;

/* The value under that key of a map, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

#endif
