#include <stdlib.h>

#include "base/xalloc.h"
#include "deletion/glob.h"
#include "deletion/redact_parts.h"
#include "http/url.h"

#define KNOWN_NAMES 1024 /* a power of two */
#define KNOWN_LEN   60   /* longer names are rare, and looked at again */

/*
 * What was found out about a name.  The names of a capture are few and come
 * again with every message.
 */
struct known_name {
	uint8_t len; /* 0: free */
	uint8_t place;
	uint16_t what;
	uint8_t name[KNOWN_LEN];
};

struct known_names {
	struct known_name at[KNOWN_NAMES];
};

struct known_names *
known_names_new(void)
{
	return xcalloc(1, sizeof(struct known_names));
}

void
known_names_free(struct known_names *k)
{
	free(k);
}

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
is_among(const struct sources *list, enum redact_place place, struct span name)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct source *s = &list->at[i];

		if ((kinds[place] >> s->kind & 1) != 0 &&
		    glob_matches(last_step(s->name), name, true))
			return true;
	}
	return false;
}

static bool
is_listed(const struct redactor *red, enum redact_place place, struct span name)
{
	return is_among(&red->secrets, place, name) ||
	    is_among(&red->more, place, name);
}

static unsigned
header_kind(struct span name)
{
	static const char *const cookies[] = { "Cookie", "Cookie2" };
	static const char *const set[] = { "Set-Cookie", "Set-Cookie2" };
	static const char *const hosts[] = { "Host", "X-Forwarded-Host",
		"X-Original-Host" };
	/* Masked as the request that follows them will be. */
	static const char *const urls[] = { "Location", "Content-Location",
		"Operation-Location", "Azure-AsyncOperation", "Referer" };

	if (redact_any_of(name, cookies, ARRAY_LEN(cookies)))
		return NAME_COOKIE;
	if (redact_any_of(name, set, ARRAY_LEN(set)))
		return NAME_SET_COOKIE;
	if (redact_any_of(name, hosts, ARRAY_LEN(hosts)))
		return NAME_HOST;
	if (redact_any_of(name, urls, ARRAY_LEN(urls)))
		return NAME_URL;
	return redact_contains(name, "authorization") ? NAME_AUTHORIZATION : 0;
}

/* What the name says of itself, not being listed. */
static unsigned
hint_of(enum redact_place place, struct span name)
{
	bool header = place == REDACT_HEADER;
	enum secret_hint hint =
	    header ? secret_header_hint(name) : secret_hint(name);
	unsigned what = !header && secret_is_session(name) ? NAME_SESSION : 0;

	return what | redact_hint(hint);
}

static unsigned
look_at(const struct redactor *red, enum redact_place place, struct span name)
{
	unsigned what = place == REDACT_HEADER ? header_kind(name) : 0;

	if (is_listed(red, place, name))
		what |= NAME_SECRET;
	else
		what |= hint_of(place, name);
	if (secret_is_harmless(name))
		what |= NAME_HARMLESS;
	if (!redact_would(name, LOOK_STRICT, false))
		what |= NAME_PLAIN;
	return what;
}

/* FNV-1a */
static size_t
slot_of(enum redact_place place, struct span name)
{
	uint32_t hash = 2166136261u ^ (uint32_t)place;

	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ name.p[i]) * 16777619u;
	return (hash ^ hash >> 15) % KNOWN_NAMES;
}

static bool
is_known(const struct known_name *k, enum redact_place place, struct span name)
{
	return k->place == place &&
	    span_eq((struct span){ k->name, k->len }, name);
}

/* Two names of one slot may alternate: the neighbour takes the older one. */
static unsigned
look_up(const struct redactor *red, enum redact_place place, struct span name)
{
	struct known_names *known = red->known;
	struct known_name *k, *neighbour;
	size_t slot;

	if (known == NULL || name.len == 0 || name.len > KNOWN_LEN)
		return look_at(red, place, name);
	slot = slot_of(place, name);
	k = &known->at[slot];
	neighbour = &known->at[slot ^ 1];
	if (is_known(k, place, name))
		return k->what;
	if (is_known(neighbour, place, name))
		return neighbour->what;
	*neighbour = *k;
	k->what = (uint16_t)look_at(red, place, name);
	k->place = (uint8_t)place;
	k->len = (uint8_t)name.len;
	memcpy(k->name, name.p, name.len);
	return k->what;
}

unsigned
redact_name(const struct redact *r, enum redact_place place, struct span name)
{
	unsigned what = look_up(r->redactor, place, name);

	if (r->is_signed && (what & NAME_SESSION))
		return what & ~(unsigned)(NAME_SECRET | NAME_HINTS);
	if (r->is_oauth && (what & NAME_HINTS) == redact_hint(HINT_CODE))
		return (what & ~(unsigned)NAME_HINTS) | redact_hint(HINT_GRANT);
	return what;
}

bool
redact_is_secret(const struct redact *r, enum redact_place place,
    struct span name)
{
	return (redact_name(r, place, name) & NAME_SECRET) != 0;
}

static bool
holds(struct span s, const char *word)
{
	return s.len > 0 && memmem(s.p, s.len, word, strlen(word)) != NULL;
}

bool
redact_is_oauth(struct span pairs)
{
	static const char *const names[] = { "grant_type", "redirect_uri",
		"client_id", "client_secret", "code_verifier", "state" };
	struct pair pair;

	if (!holds(pairs, "code"))
		return false;
	while (url_next_pair(&pairs, &pair))
		if (redact_any_of(pair.key, names, ARRAY_LEN(names)))
			return true;
	return false;
}

bool
redact_is_oauth_json(struct span json)
{
	static const char *const names[] = { "\"grant_type\"",
		"\"redirect_uri\"", "\"code_verifier\"", "\"grantType\"",
		"\"redirectUri\"", "\"codeVerifier\"" };

	if (!holds(json, "ode\""))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (holds(json, names[i]))
			return true;
	return false;
}
