#include "deletion/redact_parts.h"

#include "base/arena.h"
#include "http/url.h"

#define MAX_PASSES 4 /* a mask can change how its neighbours look */

bool
redact_any_of(struct span s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq_nocase(s, span_of_str(list[i])))
			return true;
	return false;
}

bool
redact_contains(struct span s, const char *word)
{
	struct span wanted = span_of_str(word);

	for (size_t i = 0; i + wanted.len <= s.len; i++)
		if ((s.p[i] | 32) == (wanted.p[0] | 32) &&
		    span_eq_nocase(span_sub(s, i, wanted.len), wanted))
			return true;
	return false;
}

void
redact_all(const struct redact *r, struct span secret, struct text t)
{
	if (r->part != NULL)
		redact_tell(r, secret, t);
	known_masks_write(r->redactor->masks, r->redactor->key, secret, t);
}

bool
redact_is_cut(const struct redact *r, struct text t)
{
	return r->cut != NULL && t.p + t.len == r->cut;
}

bool
redact_would(struct span t, enum secret_look look, bool cut)
{
	struct span found;

	return secret_next(&t, look, cut, &found);
}

static bool
is_in_name(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
}

/* "SessionId=" before the value, where that is no secret. */
static bool
is_allowed(const struct redact *r, struct text t, struct span value)
{
	size_t end = (size_t)(value.p - t.p), from;

	if (!r->is_signed || end == 0 || t.p[--end] != '=')
		return false;
	for (from = end; from > 0 && is_in_name(t.p[from - 1]);)
		from--;
	return secret_is_session(span_sub(text_span(t), from, end - from));
}

/* A backslash before it may be what makes its first byte another one. */
static bool
is_escaped(struct text t, struct span found)
{
	return found.p > t.p && found.p[-1] == '\\';
}

static bool
mask_found(const struct redact *r, struct text t, struct span found)
{
	if (is_allowed(r, t, found))
		return false;
	redact_all(r, found, text_part(t, found));
	return true;
}

void
redact_plain(const struct redact *r, struct text t, enum secret_look look)
{
	bool cut = redact_is_cut(r, t), again = true;

	for (int i = 0; again && i < MAX_PASSES; i++) {
		struct span rest = text_span(t), found;

		again = false;
		while (secret_next(&rest, look, cut, &found))
			again |= mask_found(r, t, found);
	}
}

void
redact_escaped(const struct redact *r, struct text t, enum secret_look look)
{
	struct span rest = text_span(t), found;

	while (secret_next(&rest, look, redact_is_cut(r, t), &found))
		if (!is_allowed(r, t, found) && !is_escaped(t, found))
			redact_all(r, redact_unescape(found, r->scratch),
			    text_part(t, found));
}

void
redact_value(const struct redact *r, struct text t, enum secret_look look)
{
	struct span raw = text_span(t), decoded;

	redact_plain(r, t, look);
	if (span_find(raw, '%') == raw.len)
		return;
	decoded = url_decode(raw, false, r->scratch);
	if (redact_would(decoded, look, redact_is_cut(r, t)))
		redact_all(r, decoded, t);
}
