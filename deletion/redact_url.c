#include "deletion/redact_parts.h"

#include "base/arena.h"
#include "http/url.h"

/* JSON in a field of a form, as Slack sends it. */
static void
redact_nested(const struct redact *r, struct text value)
{
	struct span decoded = text_span(value);

	if (value.len == 0 || memchr("{[%+", value.p[0], 4) == NULL)
		return;
	decoded = url_decode(decoded, true, r->scratch);
	if (redact_holds_json(r, decoded))
		redact_all(r, decoded, value);
}

void
redact_pair(const struct redact *r, enum redact_place place, struct text t,
    const struct pair *raw, enum secret_look look)
{
	struct span key = url_decode(raw->key, true, r->scratch);
	struct text value = text_part(t, secret_part(key, raw->value));
	unsigned what = redact_name(r, place, key);
	struct span decoded = { 0 };

	if (what & (NAME_SECRET | NAME_HINTS))
		decoded = url_decode(text_span(value), true, r->scratch);
	if (redact_named(what, decoded)) {
		redact_all(r, decoded, value);
		return;
	}
	value = text_part(t, raw->value);
	redact_value(r, value, what & NAME_HARMLESS ? LOOK_PREFIX : look);
	redact_nested(r, value);
}

void
redact_pairs(const struct redact *r, enum redact_place place, struct text t)
{
	struct span rest = text_span(t);
	struct redact inner = *r;
	struct pair pair;

	if (t.len == 0)
		return;
	inner.is_oauth = redact_is_oauth(rest);
	while (url_next_pair(&rest, &pair)) {
		redact_value(r, text_part(t, pair.key), LOOK_TEXT);
		if (pair.value.p != NULL)
			redact_pair(&inner, place, t, &pair, LOOK_TEXT);
	}
}

static void
redact_query(const struct redact *r, struct text t)
{
	redact_pairs(r, REDACT_QUERY, t);
}

/* "user:passw" of a target that is cut reads like "host:port". */
static bool
is_half_userinfo(const struct redact *r, struct text authority)
{
	struct span port = text_span(authority);

	if (!redact_is_cut(r, authority))
		return false;
	span_cut(&port, ':');
	for (size_t i = 0; i < port.len; i++)
		if (port.p[i] < '0' || port.p[i] > '9')
			return true;
	return false;
}

static void
redact_authority(const struct redact *r, struct text t)
{
	if (is_half_userinfo(r, t))
		redact_all(r, text_span(t), t);
	else
		redact_plain(r, t, LOOK_PREFIX);
}

/*
 * Mask what stands in front of a fragment with redact, and the fragment as
 * a query: that is how a sign-on hands tokens over.
 */
static void
redact_with_fragment(const struct redact *r, struct text t,
    void (*redact)(const struct redact *, struct text))
{
	struct span fragment = text_span(t);

	redact(r, text_part(t, span_cut(&fragment, '#')));
	if (fragment.len > 0)
		redact_query(r, text_part(t, fragment));
}

void
redact_target(const struct redact *r, struct span method, struct text t)
{
	struct url u = url_split(method, text_span(t));

	if (u.authority.len > 0)
		redact_authority(r, text_part(t, u.authority));
	if (u.userinfo.len > 0)
		redact_all(r, u.userinfo, text_part(t, u.userinfo));
	/* "/" alone may stand outside the target. */
	if (u.path.len > 1)
		redact_with_fragment(r, text_part(t, u.path), redact_path);
	if (u.query.len > 0)
		redact_with_fragment(r, text_part(t, u.query), redact_query);
}
