#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/redact.h"
#include "deletion/redact_parts.h"
#include "http/digest.h"

struct redactor *
redactor_new(const struct rules *rules, const uint8_t key[REDACT_KEY_SIZE])
{
	struct redactor *r = xcalloc(1, sizeof(*r));

	memcpy(r->key, key, sizeof(r->key));
	r->secrets = rules_secrets(rules);
	r->known = known_names_new();
	r->masks = known_masks_new();
	return r;
}

void
redactor_free(struct redactor *r)
{
	if (r == NULL)
		return;
	known_names_free(r->known);
	known_masks_free(r->masks);
	free((void *)(uintptr_t)r->more.at);
	free(r->paths.at);
	explicit_bzero(r->key, sizeof(r->key));
	free(r);
}

void
redactor_add(struct redactor *r, const struct source *secrets, size_t count)
{
	struct source *list = xcalloc(r->more.count + count + 1, sizeof(*list));

	if (r->more.count > 0)
		memcpy(list, r->more.at, r->more.count * sizeof(*list));
	if (count > 0)
		memcpy(list + r->more.count, secrets, count * sizeof(*list));
	free((void *)(uintptr_t)r->more.at);
	r->more = (struct sources){ list, r->more.count + count };
	/* What was found out about a name may not hold any more. */
	known_names_free(r->known);
	r->known = known_names_new();
}

int
redactor_add_path(struct redactor *r, const char *pattern, struct err *err)
{
	struct redact_paths *paths = &r->paths;

	if (pattern[0] != '/' || strstr(pattern, "/*") == NULL)
		return err_set(err, ERR_USAGE,
		    "\"%s\" is no path with a segment \"*\"", pattern);
	paths->at =
	    xrealloc(paths->at, (paths->count + 1) * sizeof(*paths->at));
	paths->at[paths->count++] = pattern;
	return 0;
}

void
redactor_look_harder(struct redactor *r)
{
	r->harder = true;
}

void
redactor_watch(struct redactor *r, redact_watch *watch, void *ctx)
{
	r->watch = watch;
	r->watch_ctx = ctx;
}

static struct text
writable(struct span s)
{
	return (struct text){ (uint8_t *)(uintptr_t)s.p, s.len };
}

void
redactor_text(struct redactor *r, struct span text, bool whole)
{
	struct redact redact = { .redactor = r };

	if (text.len > 0)
		redact_plain(&redact, writable(text),
		    whole ? LOOK_TEXT : LOOK_PREFIX);
}

bool
redactor_is_secret(const struct redactor *r, enum redacted where,
    struct span name, struct span value)
{
	struct arena scratch = ARENA_INIT;
	struct redact one = { .redactor = r, .scratch = &scratch };
	unsigned what = redact_name(&one,
	    where == REDACTED_QUERY ? REDACT_QUERY : REDACT_HEADER, name);

	arena_release(&scratch);
	if ((what & (NAME_COOKIE | NAME_SET_COOKIE | NAME_AUTHORIZATION)) ||
	    redact_named(what, value))
		return true;
	return !(what & NAME_HARMLESS) &&
	    redact_would(value, LOOK_STRICT, false);
}

void
redactor_fingerprint(const struct redactor *r, struct span data,
    uint8_t out[32])
{
	digest_hmac(out, (struct span){ r->key, sizeof(r->key) }, data);
}
