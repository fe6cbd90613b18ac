#include "deletion/where.h"

#include "base/arena.h"
#include "http/body.h"
#include "http/url.h"

/* The line of text around offset, without its end. */
static struct span
line_at(struct span text, size_t offset)
{
	size_t from = offset, to = offset;

	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	while (to < text.len && text.p[to] != '\n')
		to++;
	if (to > from && text.p[to - 1] == '\r')
		to--;
	return span_sub(text, from, to - from);
}

static bool
is_in(struct span s, const uint8_t *at)
{
	return s.p != NULL && at >= s.p && at < s.p + s.len;
}

/* A line that begins with a blank goes on with the field above it. */
static struct where
in_fields(struct span text, size_t offset, const char *place)
{
	struct span line = line_at(text, offset), name;

	while (line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t') &&
	    line.p > text.p) {
		offset = (size_t)(line.p - text.p) - 1;
		line = line_at(text, offset);
	}
	name = span_trim(span_cut(&line, ':'));
	return (struct where){ place, name };
}

static struct where
in_pairs(struct span pairs, const uint8_t *at, const char *place)
{
	struct span rest = pairs;
	struct pair pair;

	while (url_next_pair(&rest, &pair)) {
		const uint8_t *end = pair.value.p != NULL
		    ? pair.value.p + pair.value.len
		    : pair.key.p + pair.key.len;

		if (at >= pair.key.p && at < end)
			return (struct where){ place, pair.key };
	}
	return (struct where){ place, { 0 } };
}

static struct where
in_path(struct span path, const uint8_t *at, struct arena *arena)
{
	unsigned segment = 0;

	for (const uint8_t *p = path.p; p < at; p++)
		segment += *p == '/';
	return (struct where){ "path", arena_printf(arena, "%u", segment) };
}

static struct where
in_target(struct span method, struct span target, const uint8_t *at,
    struct arena *arena)
{
	struct url u = url_split(method, target);
	struct span fragment = target;

	(void)span_cut(&fragment, '#');
	if (is_in(fragment, at))
		return in_pairs(fragment, at, "fragment");
	if (is_in(u.userinfo, at))
		return (struct where){ "userinfo", { 0 } };
	if (is_in(u.query, at))
		return in_pairs(u.query, at, "query");
	if (is_in(u.path, at))
		return in_path(u.path, at, arena);
	return (struct where){ "authority", { 0 } };
}

static struct where
in_start_line(const struct redact_part *part, size_t offset,
    struct arena *arena)
{
	struct span line = line_at(part->text, offset), target = line, method;
	const uint8_t *at = part->text.p + offset;
	size_t end;

	if (!part->request)
		return (struct where){ "reason", { 0 } };
	method = span_cut(&target, ' ');
	for (end = target.len; end > 0 && target.p[end - 1] != ' ';)
		end--;
	if (end > 0 &&
	    span_has_prefix(span_sub(target, end, target.len),
		span_of_str("HTTP/")))
		target = span_sub(target, 0, end - 1);
	if (!is_in(target, at))
		return (struct where){ "start-line", { 0 } };
	return in_target(method, target, at, arena);
}

static struct where
in_head(const struct redact_part *part, size_t offset, struct arena *arena)
{
	struct span line = line_at(part->text, offset);

	if (part->kind == PART_HEAD && line.p == part->text.p)
		return in_start_line(part, offset, arena);
	return in_fields(part->text, offset, "header");
}

static struct where
in_framing(struct span text, size_t offset)
{
	struct span rest = text;
	struct chunk c;

	while (body_next_chunk(&rest, &c))
		continue;
	if (is_in(rest, text.p + offset))
		return in_fields(text, offset, "trailer");
	return (struct where){ "chunk-extension", { 0 } };
}

/* The name of the field that begins last before offset. */
static struct where
in_multipart(struct span text, size_t offset)
{
	struct where where = { "multipart", { 0 } };
	struct span rest = text;

	while (rest.p != NULL && rest.p <= text.p + offset) {
		struct span line = span_cut(&rest, '\n');

		if (redact_contains(line, "Content-Disposition:"))
			where.name = redact_part_name(line);
	}
	return where;
}

static struct where
in_entity(const struct redact_part *part, size_t offset, struct arena *arena)
{
	struct span text = part->text;

	switch (redact_form_of(part->type, text)) {
	case REDACT_IS_MULTIPART:
		return in_multipart(text, offset);
	case REDACT_IS_JSON:
		return (
		    struct where){ "json", where_in_json(text, offset, arena) };
	case REDACT_IS_XML:
		return (
		    struct where){ "xml", where_in_xml(text, offset, arena) };
	case REDACT_IS_FORM:
		return in_pairs(text, text.p + offset, "form");
	case REDACT_IS_TEXT:
		break;
	}
	return (struct where){ "body", { 0 } };
}

struct where
where_of(const struct redact_part *part, size_t offset, size_t len,
    struct arena *arena)
{
	struct span found = span_sub(part->text, offset, len);
	struct where where;

	if (part->kind == PART_ENTITY)
		where = in_entity(part, offset, arena);
	else if (part->kind == PART_FRAMING)
		where = in_framing(part->text, offset);
	else
		where = in_head(part, offset, arena);
	if (where.name.p == NULL)
		return where;
	if (is_in(where.name, found.p) ||
	    memmem(where.name.p, where.name.len, found.p, found.len) != NULL ||
	    redact_would(where.name, LOOK_TEXT, false))
		where.name = span_of_str("(masked)");
	return where;
}
