#include "base/arena.h"
#include "deletion/redact.h"
#include "deletion/redact_parts.h"
#include "http/exchange.h"
#include "http/url.h"

/* "KIND:FINGERPRINT" */
static struct span
join(struct arena *arena, const char *kind, struct span fingerprint)
{
	size_t n = strlen(kind), len = n + 1 + fingerprint.len;
	uint8_t *p = arena_alloc(arena, len);

	memcpy(p, kind, n);
	p[n] = ':';
	memcpy(p + n + 1, fingerprint.p, fingerprint.len);
	return (struct span){ p, len };
}

/*
 * The fingerprint that the mask over raw has or would have.  Both are of
 * the decoded value and of raw's length, so they are the same.
 */
static struct span
name_principal(const struct redactor *red, struct arena *arena,
    const char *kind, struct span raw, struct span decoded)
{
	struct span mask = arena_copy(arena, raw);
	struct text place = { (uint8_t *)(uintptr_t)mask.p, mask.len };

	if (raw.len < MASK_MIN)
		return (struct span){ 0 };
	mask_write(red->key, decoded, place);
	return join(arena, kind, mask_fingerprint(mask));
}

static struct span
from_authorization(const struct redactor *red, struct arena *arena,
    const struct head *h)
{
	struct span value = head_field(h, "Authorization"), part;
	const char *kind;

	if (value.len == 0)
		return (struct span){ 0 };
	part = redact_signer(value, &kind);
	return part.len > 0 ? name_principal(red, arena, kind, part, part)
			    : part;
}

/* The first header that is a token or a key; what goes with one is none. */
static struct span
from_headers(const struct redactor *red, struct arena *arena,
    const struct head *h)
{
	for (size_t i = 0; i < h->field_count; i++) {
		const struct field *f = &h->fields[i];

		if (secret_header(f->name) && f->value.len > 0 &&
		    (redact_contains(f->name, "token") ||
			redact_contains(f->name, "key")) &&
		    !redact_contains(f->name, "security-token"))
			return name_principal(red, arena, "token", f->value,
			    f->value);
	}
	return (struct span){ 0 };
}

static const char *
kind_of_parameter(struct span key)
{
	if (redact_contains(key, "credential") ||
	    redact_contains(key, "accesskeyid"))
		return "ak";
	if (redact_contains(key, "security"))
		return NULL;
	return secret_name(key) && redact_contains(key, "token") ? "token"
								 : NULL;
}

static struct span
from_query(const struct redactor *red, struct arena *arena, struct span query)
{
	struct pair pair;

	while (url_next_pair(&query, &pair)) {
		struct span key = url_decode(pair.key, true, arena);
		const char *kind = kind_of_parameter(key);
		struct span raw;

		if (kind == NULL || pair.value.len == 0)
			continue;
		raw = secret_part(key, pair.value);
		return name_principal(red, arena, kind, raw,
		    url_decode(raw, true, arena));
	}
	return (struct span){ 0 };
}

struct span
redactor_principal(struct redactor *red, struct exchange *x)
{
	const struct head *h;
	struct span found;
	struct url u;

	if (x->request == NULL)
		return (struct span){ 0 };
	h = &x->request->parsed;
	u = url_split(h->method, h->target);
	found = from_authorization(red, &x->arena, h);
	if (found.p == NULL)
		found = from_headers(red, &x->arena, h);
	if (found.p == NULL)
		found = from_query(red, &x->arena, u.query);
	if (found.p == NULL && u.userinfo.len > 0)
		found = name_principal(red, &x->arena, "user", u.userinfo,
		    u.userinfo);
	return found;
}
