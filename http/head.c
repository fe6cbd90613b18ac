#include "http/head.h"

#include "base/arena.h"
#include "http/parser.h"

int
head_parse(struct head *h, enum head_side side, struct span bytes,
    struct arena *arena, struct err *err)
{
	struct field fields[HEAD_MAX_FIELDS], *kept;

	if (parser_read_head(h, side, bytes, fields, err) < 0)
		return -1;
	kept = arena_alloc(arena, h->field_count * sizeof(*kept));
	if (h->field_count > 0)
		memcpy(kept, fields, h->field_count * sizeof(*kept));
	h->fields = kept;
	return 0;
}

struct head
head_copy(const struct head *h, struct span bytes, struct span copy,
    struct arena *arena)
{
	struct field *fields =
	    arena_alloc(arena, h->field_count * sizeof(*fields));
	struct head out = *h;

	out.method = span_moved(h->method, bytes, copy);
	out.target = span_moved(h->target, bytes, copy);
	out.reason = span_moved(h->reason, bytes, copy);
	for (size_t i = 0; i < h->field_count; i++) {
		fields[i].name = span_moved(h->fields[i].name, bytes, copy);
		fields[i].value = span_moved(h->fields[i].value, bytes, copy);
	}
	out.fields = fields;
	return out;
}

struct span
head_find(const struct head *h, struct span wanted)
{
	for (size_t i = 0; i < h->field_count; i++)
		if (span_eq_nocase(h->fields[i].name, wanted))
			return h->fields[i].value;
	return (struct span){ 0 };
}

static bool
list_has(struct span list, struct span token)
{
	while (list.p != NULL)
		if (span_eq_nocase(span_trim(span_cut(&list, ',')), token))
			return true;
	return false;
}

bool
head_has_token(const struct head *h, const char *name, const char *token)
{
	struct span wanted = span_of_str(name);

	for (size_t i = 0; i < h->field_count; i++)
		if (span_eq_nocase(h->fields[i].name, wanted) &&
		    list_has(h->fields[i].value, span_of_str(token)))
			return true;
	return false;
}
