#include "deletion/redact_parts.h"

#include "base/arena.h"
#include "http/url.h"

static bool
is_any(struct span step)
{
	return span_eq_str(step, "*") ||
	    (step.len >= 2 && step.p[0] == '{' && step.p[step.len - 1] == '}');
}

static bool
path_fits(const struct redact *r, struct span path, struct span pattern)
{
	while (path.p != NULL && pattern.p != NULL) {
		struct span step = span_cut(&pattern, '/');
		struct span segment = span_cut(&path, '/');

		if (!is_any(step) &&
		    !span_eq(step, url_decode(segment, false, r->scratch)))
			return false;
	}
	return path.p == NULL && pattern.p == NULL;
}

static void
redact_segments(const struct redact *r, struct text t, struct span pattern)
{
	struct span path = text_span(t);

	if (!path_fits(r, path, pattern))
		return;
	while (path.p != NULL) {
		struct span step = span_cut(&pattern, '/');
		struct span segment = span_cut(&path, '/');

		if (span_eq_str(step, "*"))
			redact_all(r, url_decode(segment, false, r->scratch),
			    text_part(t, segment));
	}
}

/* Cut at c, also where it is written as code, in either case. */
static struct span
cut_at(struct span *rest, char c, const char *code)
{
	struct span all = *rest, escaped = span_of_str(code);

	for (size_t i = 0; i < all.len; i++) {
		size_t n = all.p[i] == (uint8_t)c ? 1
		    : span_eq_nocase(span_sub(all, i, escaped.len), escaped)
		    ? escaped.len
		    : 0;

		if (n > 0) {
			*rest = span_sub(all, i + n, all.len);
			return span_sub(all, 0, i);
		}
	}
	*rest = (struct span){ 0 };
	return all;
}

static void
redact_parameter(const struct redact *r, struct text t, enum secret_look look)
{
	struct pair p = { .value = text_span(t) };

	p.key = cut_at(&p.value, '=', "%3D");
	redact_value(r, text_part(t, p.key), look);
	if (p.value.p != NULL)
		redact_pair(r, REDACT_QUERY, t, &p, look);
}

/*
 * Take "X(...)" off *rest: ASP.NET writes there which session it is, who is
 * not known, and the ticket of who is.
 */
static bool
next_ticket(struct span *rest, struct span *ticket)
{
	size_t end = span_find(*rest, ')');

	if (rest->len < 2 || memchr("ASF", rest->p[0], 3) == NULL ||
	    rest->p[1] != '(')
		return false;
	*ticket = span_sub(*rest, 2, end - 2);
	*rest = span_sub(*rest, end + 1, rest->len);
	return true;
}

/* "(A(...)S(...))" */
static bool
is_tickets(struct span segment, bool cut)
{
	struct span rest = span_sub(segment, 1, segment.len), ticket;

	if (segment.len == 0 || segment.p[0] != '(' ||
	    !next_ticket(&rest, &ticket))
		return false;
	while (next_ticket(&rest, &ticket))
		continue;
	return span_eq_str(rest, ")") || (cut && rest.len == 0);
}

static void
redact_tickets(const struct redact *r, struct text t)
{
	struct span rest = span_sub(text_span(t), 1, t.len), ticket;

	while (next_ticket(&rest, &ticket))
		redact_all(r, ticket, text_part(t, ticket));
}

static void
redact_segment(const struct redact *r, struct text t)
{
	enum secret_look look = r->redactor->harder ? LOOK_TEXT : LOOK_PREFIX;
	struct span rest = text_span(t);

	if (is_tickets(rest, redact_is_cut(r, t))) {
		redact_tickets(r, t);
		return;
	}
	redact_value(r, text_part(t, cut_at(&rest, ';', "%3B")), look);
	while (rest.p != NULL)
		redact_parameter(r, text_part(t, cut_at(&rest, ';', "%3B")),
		    look);
}

void
redact_path(const struct redact *r, struct text t)
{
	struct span rest = text_span(t);

	for (size_t i = 0; i < r->redactor->paths.count; i++)
		redact_segments(r, t, span_of_str(r->redactor->paths.at[i]));

	while (rest.p != NULL)
		redact_segment(r, text_part(t, span_cut(&rest, '/')));
}

static size_t
put(uint8_t *out, size_t n, const char *before, struct span s)
{
	size_t len = strlen(before);

	memcpy(out + n, before, len);
	if (s.len > 0)
		memcpy(out + n + len, s.p, s.len);
	return n + len + s.len;
}

/* Is it masked by its name, or would it be? */
static bool
is_hidden(const struct redact *r, struct span name, struct span value)
{
	unsigned what = redact_name(r, REDACT_QUERY, name);

	return redact_named(what, value) ||
	    ((what & NAME_HINTS) != 0 && mask_is(value));
}

static size_t
put_segment(const struct redact *r, struct span segment, uint8_t *out, size_t n)
{
	n = put(out, n, "", span_cut(&segment, ';'));
	while (segment.p != NULL) {
		struct span parameter = span_cut(&segment, ';');
		struct span value = parameter;
		struct span name = span_cut(&value, '=');

		if (value.p == NULL || !is_hidden(r, name, value))
			n = put(out, n, ";", parameter);
	}
	return n;
}

struct span
redact_path_rest(const struct redact *r, struct span path, struct arena *arena)
{
	const char *between = "";
	size_t n = 0;
	uint8_t *out;

	if (span_find(path, ';') == path.len &&
	    span_find(path, '(') == path.len)
		return path;
	out = arena_alloc(arena, path.len);
	while (path.p != NULL) {
		struct span segment = span_cut(&path, '/');

		n = put(out, n, between, (struct span){ 0 });
		if (!is_tickets(segment, false))
			n = put_segment(r, segment, out, n);
		between = "/";
	}
	return (struct span){ out, n };
}
