#include "deletion/redact_parts.h"

#include "base/arena.h"
#include "http/url.h"

static void
redact_pair(const struct redact *r, enum redact_place place, struct text t,
    const struct pair *raw)
{
	struct span key = url_decode(raw->key, true, r->scratch);
	struct text value = text_part(t, raw->value);
	enum secret_look look =
	    secret_is_harmless(key) ? LOOK_PREFIX : LOOK_TEXT;

	if (!redact_is_secret(r, place, key)) {
		redact_value(r, value, look);
		return;
	}
	value = text_part(t, secret_part(key, raw->value));
	redact_all(r, url_decode(text_span(value), true, r->scratch), value);
}

void
redact_pairs(const struct redact *r, enum redact_place place, struct text t)
{
	struct span rest = text_span(t);
	struct pair pair;

	if (t.len == 0)
		return;
	while (url_next_pair(&rest, &pair)) {
		redact_value(r, text_part(t, pair.key), LOOK_TEXT);
		if (pair.value.p != NULL)
			redact_pair(r, place, t, &pair);
	}
}

static void
redact_path(const struct redact *r, struct text t)
{
	struct span rest = text_span(t);

	while (rest.p != NULL)
		redact_value(r, text_part(t, span_cut(&rest, '/')),
		    LOOK_PREFIX);
}

static void
redact_userinfo(const struct redact *r, struct text t)
{
	if (!mask_is(text_span(t)))
		redact_all(r, text_span(t), t);
}

void
redact_target(const struct redact *r, struct span method, struct text t)
{
	struct span target = text_span(t);
	struct url u = url_split(method, target);

	redact_plain(r,
	    text_part(t,
		u.authority.p != NULL ? u.authority : span_sub(target, 0, 0)),
	    LOOK_PREFIX);
	if (u.userinfo.p != NULL)
		redact_userinfo(r, text_part(t, u.userinfo));
	/* "/" alone may stand outside the target. */
	if (u.path.len > 1)
		redact_path(r, text_part(t, u.path));
	if (u.query.p != NULL)
		redact_pairs(r, REDACT_QUERY, text_part(t, u.query));
}
