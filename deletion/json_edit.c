#include "deletion/json_edit.h"

#include "base/arena.h"
#include "base/err.h"
#include "deletion/json.h"
#include "deletion/tree_diff.h"

struct span
json_quote(struct span s, struct arena *arena)
{
	struct tree string = { .kind = TREE_STRING, .text = s };

	return tree_quoted(&string, arena);
}

/* What a comparison has told so far. */
struct told {
	struct span pointer;
	unsigned there, elsewhere;
};

static bool
tell(void *ctx, struct span path, struct span a, struct span b)
{
	struct told *t = ctx;

	(void)a;
	(void)b;
	if (span_eq(path, t->pointer))
		t->there++;
	else
		t->elsewhere++;
	return true;
}

/* Is edited the same JSON but for this one place? */
static bool
differs_only_there(const struct tree *root, struct span edited,
    struct span pointer, struct arena *arena)
{
	struct told told = { .pointer = pointer };
	struct tree_diff d = { .arena = arena, .tell = tell, .ctx = &told };
	struct tree *now;
	struct err ignored;

	if (json_read(&now, edited, arena, &ignored) < 0)
		return false;
	tree_diff(&d, root, now);
	return told.there == 1 && told.elsewhere == 0;
}

/* text with value in the place of len bytes at at. */
static struct span
splice(struct span text, size_t at, size_t len, struct span value,
    struct arena *arena)
{
	uint8_t *p = arena_alloc(arena, text.len - len + value.len);

	memcpy(p, text.p, at);
	memcpy(p + at, value.p, value.len);
	memcpy(p + at + value.len, text.p + at + len, text.len - at - len);
	return (struct span){ p, text.len - len + value.len };
}

#define MAX_TRIES 16 /* places where the old string stands */

/* The old string may stand in several places: try each. */
static bool
replace(struct span *out, struct span text, const struct tree *root,
    const struct tree *node, struct span pointer, struct span value,
    struct arena *arena)
{
	struct span old = tree_quoted(node, arena);
	const uint8_t *at = text.p;

	for (int i = 0; i < MAX_TRIES; i++) {
		at = memmem(at, text.len - (size_t)(at - text.p), old.p,
		    old.len);
		if (at == NULL)
			return false;
		*out =
		    splice(text, (size_t)(at - text.p), old.len, value, arena);
		if (differs_only_there(root, *out, pointer, arena))
			return true;
		at++;
	}
	return false;
}

static bool
add(struct span *out, struct span text, const struct tree *root,
    struct span pointer, struct span value, struct arena *arena)
{
	struct span name = span_sub(pointer, 1, SIZE_MAX);
	struct span quoted = json_quote(name, arena), member;

	/* A name with "~" in it would have to be decoded first. */
	if (root->kind != TREE_OBJECT || name.len == 0 ||
	    span_find(name, '/') < name.len || span_find(name, '~') < name.len)
		return false;
	member = arena_printf(arena, "{%.*s:%.*s%s", (int)quoted.len,
	    (const char *)quoted.p, (int)value.len, (const char *)value.p,
	    root->first != NULL ? "," : "");
	*out = splice(text, span_find(text, '{'), 1, member, arena);
	return differs_only_there(root, *out, pointer, arena);
}

int
json_edit(struct span *out, struct span text, struct span pointer,
    struct span value, struct arena *arena, struct err *err)
{
	const struct tree *node = NULL;
	struct tree *root;
	bool done = false;

	if (json_read(&root, text, arena, err) < 0)
		return -1;
	if (pointer.len > 0 && pointer.p[0] == '/') {
		node = tree_first(root, pointer, true);
		if (node == NULL)
			done = add(out, text, root, pointer, value, arena);
		else if (node->kind == TREE_STRING)
			done = replace(out, text, root, node, pointer, value,
			    arena);
	}
	if (done)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
	    "the JSON body cannot be changed at \"%.*s\" alone",
	    (int)pointer.len, (const char *)pointer.p);
}
