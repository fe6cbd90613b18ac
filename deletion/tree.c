#include "deletion/tree.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "deletion/glob.h"

void
tree_add(struct tree *parent, struct tree *child)
{
	if (parent->last == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
}

/* Compare a step that may hold "~0" and "~1" with a member's name. */
static bool
step_is(struct span step, struct span name)
{
	size_t i = 0, j = 0;

	for (; i < step.len && j < name.len; i++, j++) {
		uint8_t c = step.p[i];

		if (c == '~' && i + 1 < step.len)
			c = step.p[++i] == '1' ? '/' : '~';
		if (c != name.p[j])
			return false;
	}
	return i == step.len && j == name.len;
}

/* The index that a step is, or SIZE_MAX (RFC 6901: no leading zeros). */
static size_t
index_of(struct span step)
{
	size_t n = 0;

	if (step.len == 0 || step.len > 7 || (step.p[0] == '0' && step.len > 1))
		return SIZE_MAX;
	for (size_t i = 0; i < step.len; i++) {
		if (step.p[i] < '0' || step.p[i] > '9')
			return SIZE_MAX;
		n = n * 10 + (step.p[i] - '0');
	}
	return n;
}

static bool
child_fits(const struct tree *parent, const struct tree *child,
    struct span step, bool pattern, size_t position)
{
	if (pattern && step.len == 1 && step.p[0] == '*')
		return true;
	if (parent->kind == TREE_ARRAY)
		return index_of(step) == position;
	if (pattern)
		return glob_matches(step, child->name, false);
	return step_is(step, child->name);
}

/* rest is what follows the "/". */
static bool
find_steps(const struct tree *node, struct span rest, tree_visit *visit,
    void *arg)
{
	struct span step;
	size_t position = 0;
	bool pattern;

	if (rest.p == NULL)
		return visit(arg, node);
	step = span_cut(&rest, '/');
	pattern = glob_is_pattern(step);
	for (const struct tree *t = node->first; t != NULL; t = t->next)
		if (child_fits(node, t, step, pattern, position++) &&
		    !find_steps(t, rest, visit, arg))
			return false;
	return true;
}

static bool
find_member(const struct tree *node, struct span name, tree_visit *visit,
    void *arg)
{
	for (const struct tree *t = node->first; t != NULL; t = t->next) {
		if (node->kind == TREE_OBJECT && span_eq(t->name, name) &&
		    !visit(arg, t))
			return false;
		if (!find_member(t, name, visit, arg))
			return false;
	}
	return true;
}

static bool
find_element(const struct tree *node, struct span path, bool from_root,
    tree_visit *visit, void *arg)
{
	bool strict = path.p[0] == '/';
	struct span rest = strict ? span_sub(path, 1, SIZE_MAX) : path;
	struct span all = rest, step = span_cut(&rest, '/');

	if (from_root && step_is(step, node->name))
		return find_steps(node, rest, visit, arg);
	return strict || find_steps(node, all, visit, arg);
}

bool
tree_find(const struct tree *node, struct span path, bool from_root,
    tree_visit *visit, void *arg)
{
	if (path.len == 0)
		return visit(arg, node);
	if (node->kind == TREE_ELEMENT)
		return find_element(node, path, from_root, visit, arg);
	if (path.p[0] == '/')
		return find_steps(node, span_sub(path, 1, SIZE_MAX), visit,
		    arg);
	return find_member(node, path, visit, arg);
}

static bool
take_first(void *arg, const struct tree *node)
{
	*(const struct tree **)arg = node;
	return false;
}

const struct tree *
tree_first(const struct tree *node, struct span path, bool from_root)
{
	const struct tree *found = NULL;

	tree_find(node, path, from_root, take_first, &found);
	return found;
}

static void
write_string(FILE *f, struct span s)
{
	putc('"', f);
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c < 0x20)
			fprintf(f, "\\u%04x", c);
		else
			fprintf(f, c == '"' || c == '\\' ? "\\%c" : "%c", c);
	}
	putc('"', f);
}

/* Bounded by TREE_MAX_DEPTH. */
static void
write_node(FILE *f, const struct tree *node)
{
	bool object = node->kind == TREE_OBJECT;

	if (node->kind == TREE_STRING) {
		write_string(f, node->text);
		return;
	}
	if (!object && node->kind != TREE_ARRAY) {
		fwrite(node->text.p, 1, node->text.len, f);
		return;
	}
	putc(object ? '{' : '[', f);
	for (const struct tree *t = node->first; t != NULL; t = t->next) {
		if (object)
			write_string(f, t->name);
		if (object)
			putc(':', f);
		write_node(f, t);
		if (t->next != NULL)
			putc(',', f);
	}
	putc(object ? '}' : ']', f);
}

static struct span
written(const struct tree *node, struct arena *arena)
{
	char *text = NULL;
	size_t len = 0;
	struct span out = { 0 };
	FILE *f;

	f = open_memstream(&text, &len);
	if (f == NULL)
		return out;
	write_node(f, node);
	if (fclose(f) == 0)
		out = arena_copy(arena,
		    (struct span){ (const uint8_t *)text, len });
	free(text);
	return out;
}

struct span
tree_text(const struct tree *node, struct arena *arena)
{
	if (node->kind == TREE_NULL)
		return (struct span)SPAN_LITERAL("");
	if (node->kind != TREE_ARRAY && node->kind != TREE_OBJECT)
		return node->text;
	return written(node, arena);
}

struct span
tree_quoted(const struct tree *node, struct arena *arena)
{
	if (node->kind == TREE_NULL)
		return (struct span)SPAN_LITERAL("null");
	if (node->kind == TREE_STRING)
		return written(node, arena);
	return tree_text(node, arena);
}
