#include "deletion/redact_parts.h"

#include "base/arena.h"
#include "deletion/glob.h"
#include "http/url.h"

#define MAX_PASSES 4 /* a mask can change how its neighbours look */

static const unsigned kinds[] = {
	[REDACT_HEADER] = 1u << SOURCE_HEADER | 1u << SOURCE_RHEADER,
	[REDACT_QUERY] = 1u << SOURCE_QUERY,
	[REDACT_FORM] = 1u << SOURCE_FORM,
	[REDACT_JSON] = 1u << SOURCE_JSON | 1u << SOURCE_RJSON,
	[REDACT_XML] = 1u << SOURCE_XML | 1u << SOURCE_RXML,
};

/* Pointers and paths count by their last step: rather too much masked. */
static struct span
last_step(struct span name)
{
	size_t at = name.len;

	while (at > 0 && name.p[at - 1] != '/')
		at--;
	return span_sub(name, at, name.len);
}

static bool
is_listed(const struct redactor *red, enum redact_place place, struct span name)
{
	for (size_t i = 0; i < red->secrets.count; i++) {
		const struct source *s = &red->secrets.at[i];

		if ((kinds[place] >> s->kind & 1) != 0 &&
		    glob_matches(last_step(s->name), name, true))
			return true;
	}
	return false;
}

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
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++)
		if (span_eq_nocase(span_sub(s, i, len), span_of_str(word)))
			return true;
	return false;
}

bool
redact_is_secret(const struct redact *r, enum redact_place place,
    struct span name)
{
	bool built_in =
	    place == REDACT_HEADER ? secret_header(name) : secret_name(name);

	return built_in || is_listed(r->redactor, place, name);
}

void
redact_all(const struct redact *r, struct span secret, struct text t)
{
	mask_write(r->redactor->key, secret, t);
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

void
redact_plain(const struct redact *r, struct text t, enum secret_look look)
{
	bool cut = redact_is_cut(r, t), again = true;

	for (int i = 0; again && i < MAX_PASSES; i++) {
		struct span rest = text_span(t), found;

		for (again = false; secret_next(&rest, look, cut, &found);
		     again = true)
			redact_all(r, found, text_part(t, found));
	}
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
