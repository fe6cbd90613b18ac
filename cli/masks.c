#include "cli/masks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/xalloc.h"
#include "cli/text.h"
#include "deletion/redact.h"

#define PLACES 1000

struct spot {
	bool request;
	const char *place, *kind;
	struct span name;
	uint64_t count;
};

struct masks {
	struct spot spots[PLACES];
	size_t count;
	uint64_t others;
	struct arena arena;
};

struct masks *
masks_new(void)
{
	return xcalloc(1, sizeof(struct masks));
}

void
masks_free(struct masks *m)
{
	if (m == NULL)
		return;
	arena_release(&m->arena);
	free(m);
}

static bool
is_spot(const struct spot *s, const struct redact_hit *hit)
{
	return s->request == hit->request &&
	    strcmp(s->place, hit->place) == 0 &&
	    strcmp(s->kind, hit->kind) == 0 && span_eq(s->name, hit->name);
}

void
masks_add(struct masks *m, const struct redact_hit *hit)
{
	for (size_t i = 0; i < m->count; i++)
		if (is_spot(&m->spots[i], hit)) {
			m->spots[i].count++;
			return;
		}
	if (m->count == PLACES) {
		m->others++;
		return;
	}
	m->spots[m->count++] = (struct spot){
		.request = hit->request,
		.place = hit->place,
		.kind = hit->kind,
		.name = arena_copy(&m->arena, hit->name),
		.count = 1,
	};
}

static const char *
part(const struct spot *s)
{
	return s->request ? "request" : "response";
}

void
masks_print(const struct masks *m, FILE *out)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct spot *s = &m->spots[i];

		fprintf(out, "%" PRIu64 " in the %s %s", s->count, part(s),
		    s->place);
		if (s->name.len > 0) {
			putc(' ', out);
			text_put_line(out, s->name);
		}
		fprintf(out, ": %s\n", s->kind);
	}
	if (m->others > 0)
		fprintf(out, "%" PRIu64 " in other places\n", m->others);
}

void
masks_json(const struct masks *m, struct json *j)
{
	json_array(j, "masked");
	for (size_t i = 0; i < m->count; i++) {
		const struct spot *s = &m->spots[i];

		json_object(j, NULL);
		json_str(j, "part", part(s));
		json_str(j, "place", s->place);
		json_text(j, "name", s->name);
		json_str(j, "kind", s->kind);
		json_uint(j, "count", s->count);
		json_end(j);
	}
	json_end(j);
	json_uint(j, "masked_elsewhere", m->others);
}
