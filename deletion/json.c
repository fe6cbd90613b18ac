#include "deletion/json.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/tree.h"

struct copier {
	struct arena *arena;
	size_t nodes;
};

static struct span
number_text(const json_t *j, struct arena *arena)
{
	if (json_is_integer(j))
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(j));
	return arena_printf(arena, "%.17g", json_real_value(j));
}

static struct span
string_text(const json_t *j, struct arena *arena)
{
	return arena_copy(arena,
	    (struct span){ (const uint8_t *)json_string_value(j),
		json_string_length(j) });
}

static void
copy_scalar(struct copier *c, struct tree *t, const json_t *j)
{
	if (json_is_string(j)) {
		t->kind = TREE_STRING;
		t->text = string_text(j, c->arena);
	} else if (json_is_number(j)) {
		t->kind = TREE_NUMBER;
		t->text = number_text(j, c->arena);
	} else if (json_is_boolean(j)) {
		t->kind = TREE_BOOL;
		t->text = span_of_str(json_is_true(j) ? "true" : "false");
	} else {
		t->kind = TREE_NULL;
		t->text = span_of_str("null");
	}
}

static struct tree *copy(struct copier *c, json_t *j, int depth);

static bool
copy_array(struct copier *c, struct tree *t, json_t *j, int depth)
{
	size_t i;
	json_t *value;

	t->kind = TREE_ARRAY;
	json_array_foreach(j, i, value)
	{
		struct tree *child = copy(c, value, depth + 1);

		if (child == NULL)
			return false;
		tree_add(t, child);
	}
	return true;
}

static bool
copy_object(struct copier *c, struct tree *t, json_t *j, int depth)
{
	const char *name;
	json_t *value;

	t->kind = TREE_OBJECT;
	json_object_foreach(j, name, value)
	{
		struct tree *child = copy(c, value, depth + 1);

		if (child == NULL)
			return false;
		child->name = arena_copy(c->arena, span_of_str(name));
		tree_add(t, child);
	}
	return true;
}

/* NULL at a limit. */
static struct tree *
copy(struct copier *c, json_t *j, int depth)
{
	struct tree *t;

	if (depth > TREE_MAX_DEPTH || c->nodes++ >= TREE_MAX_NODES)
		return NULL;
	t = arena_alloc(c->arena, sizeof(*t));
	if (json_is_array(j))
		return copy_array(c, t, j, depth) ? t : NULL;
	if (json_is_object(j))
		return copy_object(c, t, j, depth) ? t : NULL;
	copy_scalar(c, t, j);
	return t;
}

int
json_read(struct tree **out, struct span text, struct arena *arena,
    struct err *err)
{
	struct copier c = { .arena = arena };
	json_error_t error;
	json_t *j;

	*out = NULL;
	if (text.len == 0)
		return err_set(err, ERR_FORMAT, "empty, not JSON");
	j = json_loadb((const char *)text.p, text.len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (j == NULL)
		return err_set(err, ERR_FORMAT, "%d:%d: %s", error.line,
		    error.column, error.text);
	*out = copy(&c, j, 1);
	json_decref(j);
	if (*out == NULL)
		return err_set(err, ERR_LIMIT, "JSON beyond a limit");
	return 0;
}
