#include "replay/request_part.h"

#include "base/err.h"
#include "http/url.h"

int
parts_add(struct parts *list, struct request *r, struct part part,
    struct err *err)
{
	struct part *grown;

	if (list->count == REQUEST_MAX_PARTS)
		return err_set(err, ERR_LIMIT,
		    "its request has more than %d headers or parameters",
		    REQUEST_MAX_PARTS);
	if (list->count == list->room) {
		list->room = list->room == 0 ? 16 : list->room * 2;
		grown = arena_alloc(&r->arena, list->room * sizeof(*grown));
		if (list->count > 0)
			memcpy(grown, list->at, list->count * sizeof(*grown));
		list->at = grown;
	}
	list->at[list->count++] = part;
	return 0;
}

static struct span
without_line_end(struct span line)
{
	if (line.len > 0 && line.p[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

struct part
part_of_header(struct span line)
{
	struct part part = { .bytes = line };
	struct span rest = without_line_end(line);

	part.name = span_trim(span_cut(&rest, ':'));
	part.value = span_trim(rest);
	return part;
}

struct part
part_of_query(struct request *r, struct span field)
{
	struct part part = { .bytes = arena_copy(&r->arena, field) };
	struct span rest = part.bytes;

	part.name = url_decode(span_cut(&rest, '='), true, &r->arena);
	part.value = rest.p != NULL ? url_decode(rest, true, &r->arena) : rest;
	return part;
}

size_t
parts_find(const struct parts *list, const char *name, bool any_case)
{
	struct span wanted = span_of_str(name);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (any_case ? span_eq_nocase(list->at[i].name, wanted)
			     : span_eq(list->at[i].name, wanted))
			break;
	return i;
}

/* The same from position on. */
static size_t
remove_from(struct parts *list, size_t from, const char *name, bool any_case)
{
	struct parts rest = { list->at + from, list->count - from, 0 };
	size_t removed = 0, at;

	while ((at = parts_find(&rest, name, any_case)) < rest.count) {
		rest.count--;
		memmove(rest.at + at, rest.at + at + 1,
		    (rest.count - at) * sizeof(*rest.at));
		removed++;
	}
	list->count -= removed;
	return removed;
}

size_t
parts_remove(struct parts *list, const char *name, bool any_case)
{
	return list->count > 0 ? remove_from(list, 0, name, any_case) : 0;
}

int
parts_put(struct parts *list, struct request *r, const char *name,
    bool any_case, struct part part, struct err *err)
{
	size_t at = parts_find(list, name, any_case);

	if (at == list->count)
		return parts_add(list, r, part, err);
	list->at[at] = part;
	(void)remove_from(list, at + 1, name, any_case);
	return 0;
}
