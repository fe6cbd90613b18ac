#include "replay/credentials.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/glob.h"
#include "deletion/redact.h"
#include "http/exchange.h"
#include "http/url.h"
#include "replay/host.h"
#include "replay/secret_value.h"
#include "replay/signer.h"
#include "store/store.h"

/* A header or query field that is given a value. */
struct substitute {
	struct span host; /* pattern; absent: any */
	const char *name;
	struct value value;
	bool query, add;
	bool used;
	const char *text; /* the option, without its value */
};

struct keys {
	struct span host;
	struct signer signer;
	bool used;
	const char *text;
};

struct credentials {
	const struct redactor *redactor;
	struct arena arena;
	struct substitute substitutes[CREDENTIALS_MAX];
	size_t substitute_count;
	struct keys keys[CREDENTIALS_MAX];
	size_t key_count;
};

struct credentials *
credentials_new(const struct redactor *redactor)
{
	struct credentials *c = xcalloc(1, sizeof(*c));

	c->redactor = redactor;
	return c;
}

static void
wipe(struct span s)
{
	if (s.len > 0)
		explicit_bzero((uint8_t *)(uintptr_t)s.p, s.len);
}

void
credentials_free(struct credentials *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->substitute_count; i++)
		wipe(c->substitutes[i].value.bytes);
	for (size_t i = 0; i < c->key_count; i++) {
		wipe(c->keys[i].signer.secret);
		wipe(c->keys[i].signer.token);
	}
	arena_release(&c->arena);
	free(c);
}

/* Cut "[HOST/]NAME" at the first slash. */
static void
split_host(struct substitute *s, struct span where, struct arena *arena)
{
	struct span rest = where;
	struct span host = span_cut(&rest, '/');

	if (rest.p == NULL) {
		s->name = arena_string(arena, where);
		return;
	}
	if (host.len > 0)
		s->host = arena_copy(arena, host);
	s->name = arena_string(arena, rest);
}

static const char *
option_text(struct credentials *c, const char *option, struct span text)
{
	return arena_string(&c->arena,
	    arena_printf(&c->arena, "%s %.*s", option, (int)text.len,
		(const char *)text.p));
}

static int
check_literal(const struct credentials *c, const struct substitute *s,
    struct err *err)
{
	if (s->value.secret ||
	    !redactor_is_secret(c->redactor,
		s->query ? REDACTED_QUERY : REDACTED_HEADER,
		span_of_str(s->name), s->value.bytes))
		return 0;
	return err_set(err, ERR_USAGE,
	    "%s is a secret, which others could read on the command line: "
	    "give it as @FILE or $VARIABLE",
	    s->name);
}

/* Would it be taken?  Better said now than for the first request. */
static int
try_out(const struct substitute *s, struct err *err)
{
	struct request r = REQUEST_INIT;
	int rc;

	r.end = span_of_str("\r\n");
	rc = s->query ? request_add_query(&r, s->name, s->value, err)
		      : request_add_header(&r, s->name, s->value, err);
	request_release(&r);
	return rc;
}

static int
read_substitute(struct credentials *c, struct substitute *s, const char *text,
    struct err *err)
{
	struct span rest = span_of_str(text), where = span_cut(&rest, '=');
	struct secret_value value;

	if (rest.p == NULL || where.len == 0)
		return err_set(err, ERR_USAGE, "\"%.80s\" is not NAME=VALUE",
		    text);
	s->add = text[0] == '+';
	split_host(s, span_sub(where, s->add, SIZE_MAX), &c->arena);
	if (secret_value_read(&value, (const char *)rest.p,
		CREDENTIALS_MAX_VALUE, &c->arena, err) < 0)
		return -1;
	s->value.bytes = value.bytes;
	s->value.secret = value.hidden;
	s->text = option_text(c, s->query ? "--query" : "--header", where);
	if (check_literal(c, s, err) < 0)
		return -1;
	return try_out(s, err);
}

static int
add_substitute(struct credentials *c, const char *text, bool query,
    struct err *err)
{
	struct substitute *s = &c->substitutes[c->substitute_count];
	const char *option = query ? "--query" : "--header";

	if (c->substitute_count == CREDENTIALS_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d of them",
		    option, CREDENTIALS_MAX);
	s->query = query;
	c->substitute_count++; /* whatever was read is wiped in the end */
	if (read_substitute(c, s, text, err) < 0)
		return err_prefix(err, "%s", option);
	return 0;
}

int
credentials_header(struct credentials *c, const char *text, struct err *err)
{
	return add_substitute(c, text, false, err);
}

int
credentials_query(struct credentials *c, const char *text, struct err *err)
{
	return add_substitute(c, text, true, err);
}

/* The keys of --sign. */
static struct span *
place_of_key(struct keys *k, struct span key, bool *secret)
{
	*secret = span_eq_str(key, "sk") || span_eq_str(key, "token");
	if (span_eq_str(key, "ak"))
		return &k->signer.access;
	if (span_eq_str(key, "sk"))
		return &k->signer.secret;
	if (span_eq_str(key, "token"))
		return &k->signer.token;
	if (span_eq_str(key, "region"))
		return &k->signer.region;
	if (span_eq_str(key, "service"))
		return &k->signer.service;
	return span_eq_str(key, "host") ? &k->host : NULL;
}

static int
read_key(struct credentials *c, struct keys *k, struct span text,
    struct err *err)
{
	struct span rest = text, key = span_cut(&rest, '=');
	struct secret_value value;
	struct span *place;
	bool secret;

	place = place_of_key(k, key, &secret);
	if (place == NULL || rest.p == NULL)
		return err_set(err, ERR_USAGE,
		    "takes ak, sk, token, region, service and host, each as "
		    "KEY=VALUE");
	if (place->p != NULL)
		return err_set(err, ERR_USAGE, "%.*s is given twice",
		    (int)key.len, (const char *)key.p);
	if (secret_value_read(&value, arena_string(&c->arena, rest),
		CREDENTIALS_MAX_VALUE, &c->arena, err) < 0)
		return -1;
	*place = value.bytes;
	if (secret && !value.hidden)
		return err_set(err, ERR_USAGE,
		    "%.*s is a secret, which others could read on the command "
		    "line: give it as @FILE or $VARIABLE",
		    (int)key.len, (const char *)key.p);
	if (value.bytes.len == 0)
		return err_set(err, ERR_USAGE, "%.*s is empty", (int)key.len,
		    (const char *)key.p);
	return 0;
}

static int
read_scheme(enum signer_scheme *out, struct span name, struct err *err)
{
	for (int i = 0; i < SIGNER_COUNT; i++)
		if (span_eq_str(name, signer_name((enum signer_scheme)i))) {
			*out = (enum signer_scheme)i;
			return 0;
		}
	return err_set(err, ERR_USAGE,
	    "takes huawei:, huawei-v11:, volcengine: or aws: in front of "
	    "its keys");
}

static int
read_keys(struct credentials *c, struct keys *k, const char *text,
    struct err *err)
{
	struct span rest = span_of_str(text), scheme = span_cut(&rest, ':');

	if (read_scheme(&k->signer.scheme, rest.p != NULL ? scheme : rest,
		err) < 0)
		return -1;
	k->text = option_text(c, "--sign", scheme);
	while (rest.p != NULL)
		if (read_key(c, k, span_cut(&rest, ','), err) < 0)
			return -1;
	if (k->signer.access.p == NULL || k->signer.secret.p == NULL)
		return err_set(err, ERR_USAGE, "needs both ak and sk");
	return 0;
}

int
credentials_sign(struct credentials *c, const char *text, struct err *err)
{
	struct keys *k = &c->keys[c->key_count];

	if (c->key_count == CREDENTIALS_MAX)
		return err_set(err, ERR_LIMIT, "--sign: more than %d of them",
		    CREDENTIALS_MAX);
	c->key_count++;
	if (read_keys(c, k, text, err) < 0)
		return err_prefix(err, "--sign");
	return 0;
}

/* Was the request recorded at a host that fits the pattern? */
static bool
is_for(struct span pattern, const struct request *r)
{
	struct span host =
	    url_host(host_of(&r->source->exchange->request->parsed));

	return pattern.p == NULL || glob_matches(pattern, host, true);
}

static int
put(struct substitute *s, struct request *r, struct err *err)
{
	struct span there =
	    s->query ? request_query(r, s->name) : request_header(r, s->name);

	if (!is_for(s->host, r) || (there.p == NULL && !s->add))
		return 0;
	s->used = true;
	return s->query ? request_set_query(r, s->name, s->value, err)
			: request_set_header(r, s->name, s->value, err);
}

static int
put_all(void *ctx, struct request *r, int64_t now, struct err *err)
{
	struct credentials *c = ctx;

	(void)now;
	for (size_t i = 0; i < c->substitute_count; i++)
		if (put(&c->substitutes[i], r, err) < 0)
			return -1;
	return 0;
}

static int
sign(void *ctx, struct request *r, int64_t now, struct err *err)
{
	struct credentials *c = ctx;

	for (size_t i = 0; i < c->key_count; i++) {
		struct keys *k = &c->keys[i];

		if (!is_for(k->host, r) || !signer_fits(k->signer.scheme, r))
			continue;
		k->used = true;
		return signer_sign(&k->signer, r, now, err);
	}
	return 0;
}

struct dresser
credentials_dresser(struct credentials *c)
{
	return (struct dresser){ .ctx = c, .dress = put_all };
}

struct dresser
credentials_signer(struct credentials *c)
{
	return (struct dresser){ .ctx = c, .dress = sign };
}

static void
fingerprint_keys(struct digest *d, const struct keys *k)
{
	const struct signer *s = &k->signer;

	digest_add_text(d, span_of_str(signer_name(s->scheme)));
	digest_add_text(d, k->host);
	digest_add_text(d, s->access);
	digest_add_text(d, s->secret);
	digest_add_text(d, s->token);
	digest_add_text(d, s->region);
	digest_add_text(d, s->service);
}

void
credentials_fingerprint(const struct credentials *c, uint8_t out[DIGEST_SIZE])
{
	struct digest *d = digest_new();
	uint8_t all[DIGEST_SIZE];

	for (size_t i = 0; i < c->substitute_count; i++) {
		digest_add_text(d, span_of_str(c->substitutes[i].text));
		digest_add_text(d, c->substitutes[i].value.bytes);
	}
	for (size_t i = 0; i < c->key_count; i++)
		fingerprint_keys(d, &c->keys[i]);
	digest_finish(d, all);
	digest_free(d);
	redactor_fingerprint(c->redactor, (struct span){ all, sizeof(all) },
	    out);
}

void
credentials_unused(const struct credentials *c,
    void (*tell)(void *ctx, const char *option), void *ctx)
{
	for (size_t i = 0; i < c->substitute_count; i++)
		if (!c->substitutes[i].used)
			tell(ctx, c->substitutes[i].text);
	for (size_t i = 0; i < c->key_count; i++)
		if (!c->keys[i].used)
			tell(ctx, c->keys[i].text);
}
