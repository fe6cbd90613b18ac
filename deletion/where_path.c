#include "base/arena.h"
#include "deletion/where.h"

#define DEPTH    64  /* steps that are told; deeper ones are left out */
#define STEP_MAX 128 /* bytes of a step that are told */

struct level {
	struct span key; /* absent in an array, and before the first */
	size_t index;
	bool array;
};

struct walk {
	struct span text;
	size_t at;
	size_t depth;
	struct level levels[DEPTH], beyond; /* what is deeper goes there */
};

static struct level *
top(struct walk *w)
{
	return w->depth > 0 && w->depth <= DEPTH ? &w->levels[w->depth - 1]
						 : &w->beyond;
}

static void
enter(struct walk *w, bool array)
{
	w->depth++;
	*top(w) = (struct level){ .array = array };
}

/* The length of the string at w->at, its quotes included. */
static size_t
string_length(const struct walk *w)
{
	size_t n = 1;

	while (w->at + n < w->text.len && w->text.p[w->at + n] != '"')
		n += w->text.p[w->at + n] == '\\' ? 2 : 1;
	return n + 1;
}

static bool
is_key(const struct walk *w, size_t after)
{
	while (after < w->text.len &&
	    memchr(" \t\r\n", w->text.p[after], 4) != NULL)
		after++;
	return after < w->text.len && w->text.p[after] == ':';
}

/* Step over what stands at w->at. */
static void
step(struct walk *w)
{
	size_t n = 1;

	switch (w->text.p[w->at]) {
	case '"':
		n = string_length(w);
		if (!top(w)->array && is_key(w, w->at + n))
			top(w)->key = span_sub(w->text, w->at + 1, n - 2);
		break;
	case '{':
	case '[':
		enter(w, w->text.p[w->at] == '[');
		break;
	case '}':
	case ']':
		w->depth -= w->depth > 0;
		break;
	case ',':
		top(w)->index++;
	}
	w->at += n;
}

/* "~" and "/" in a key are written as RFC 6901 has them. */
static struct span
add_key(struct span path, struct span key, struct arena *arena)
{
	struct span rest = span_sub(key, 0, STEP_MAX);
	char escaped[2 * STEP_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < rest.len; i++) {
		bool special = rest.p[i] == '~' || rest.p[i] == '/';

		escaped[n++] = special ? '~' : (char)rest.p[i];
		if (special)
			escaped[n++] = rest.p[i] == '~' ? '0' : '1';
	}
	return arena_printf(arena, "%.*s/%.*s", (int)path.len,
	    (const char *)path.p, (int)n, escaped);
}

static struct span
pointer(const struct walk *w, struct arena *arena)
{
	size_t depth = w->depth < DEPTH ? w->depth : DEPTH;
	struct span path = span_of_str("");

	for (size_t i = 0; i < depth; i++) {
		const struct level *l = &w->levels[i];

		if (l->array)
			path = arena_printf(arena, "%.*s/%zu", (int)path.len,
			    (const char *)path.p, l->index);
		else if (l->key.p != NULL)
			path = add_key(path, l->key, arena);
	}
	return path;
}

struct span
where_in_json(struct span text, size_t offset, struct arena *arena)
{
	struct walk w = { .text = text };

	while (w.at < text.len && w.at < offset) {
		size_t n = text.p[w.at] == '"' ? string_length(&w) : 1;

		if (w.at + n > offset)
			break;
		step(&w);
	}
	return pointer(&w, arena);
}

static size_t
tag_name_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && memchr(" \t\r\n/>", s.p[n], 6) == NULL)
		n++;
	return n;
}

/* A tag, without "<"; it ends before ">". */
static void
take_tag(struct walk *w, struct span tag)
{
	if (tag.len == 0 || tag.p[0] == '!' || tag.p[0] == '?')
		return;
	if (tag.p[0] == '/') {
		w->depth -= w->depth > 0;
		return;
	}
	if (tag.p[tag.len - 1] == '/')
		return;
	enter(w, false);
	top(w)->key = span_sub(tag, 0, tag_name_length(tag));
}

struct span
where_in_xml(struct span text, size_t offset, struct arena *arena)
{
	struct walk w = { .text = text };
	struct span before = span_sub(text, 0, offset), tag;

	while (w.at < before.len) {
		w.at += span_find(span_sub(before, w.at, before.len), '<') + 1;
		tag = span_sub(text, w.at, text.len);
		tag = span_sub(tag, 0, span_find(tag, '>'));
		if (w.at > before.len)
			break;
		if (w.at + tag.len >= offset) {
			/* In an attribute, or in a comment. */
			enter(&w, false);
			top(&w)->key = span_sub(tag, 0, tag_name_length(tag));
			break;
		}
		take_tag(&w, tag);
		w.at += tag.len;
	}
	return pointer(&w, arena);
}
