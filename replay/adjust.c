#include "replay/adjust.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "deletion/deletion.h"
#include "deletion/json_edit.h"
#include "deletion/lever.h"
#include "http/body.h"
#include "http/digest.h"
#include "http/exchange.h"
#include "http/url.h"
#include "replay/context.h"
#include "replay/request.h"
#include "store/store.h"

#define SECOND   ((int64_t)1000000000)
#define LEAST    16 /* characters to choose, below which a shape is no good */
#define FRESH    32 /* characters of a token without the old one's shape */
#define UUID_LEN 36
#define MAX_BODY (64u << 20)

static int
read_time(int64_t *out, const char *text, struct err *err)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 },
		{ "d", 86400 } };
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (*text >= '0' && *text <= '9' && errno == 0 &&
		    n <= (uint64_t)(INT64_MAX / SECOND / units[i].seconds) &&
		    strcmp(end, units[i].unit) == 0) {
			*out = (int64_t)n * units[i].seconds * SECOND;
			return 0;
		}
	return err_set(err, ERR_USAGE,
	    "\"%.40s\" is no time such as 90, 15m, 24h or 7d", text);
}

int
adjustment_token(struct adjustment *a, const char *text, struct err *err)
{
	struct span value = span_of_str(text), word = span_cut(&value, '=');

	a->seed = (struct span){ 0 };
	if (span_eq_str(word, "keep") && value.p == NULL) {
		a->policy = TOKEN_KEEP;
	} else if (span_eq_str(word, "renew")) {
		a->policy = TOKEN_RENEW;
		a->seed = value;
	} else if (span_eq_str(word, "refuse-older-than") && value.p != NULL) {
		a->policy = TOKEN_REFUSE;
		if (read_time(&a->oldest, (const char *)value.p, err) < 0)
			return err_prefix(err, "--token");
	} else {
		return err_set(err, ERR_USAGE,
		    "--token takes keep, renew, renew=SEED or "
		    "refuse-older-than=TIME, not \"%.80s\"",
		    text);
	}
	return 0;
}

/* Bytes that depend on seed and token alone. */
struct stream {
	struct span seed, token;
	uint8_t block[DIGEST_SIZE];
	size_t used;
	uint8_t number;
	struct arena *arena;
};

static unsigned
next_below(struct stream *s, unsigned n)
{
	struct span text;

	if (s->number == 0 || s->used == DIGEST_SIZE) {
		text = arena_printf(s->arena, "%u %.*s", s->number++,
		    (int)s->token.len, (const char *)s->token.p);
		digest_hmac(s->block,
		    s->seed.len > 0 ? s->seed : span_of_str("obit"), text);
		s->used = 0;
	}
	return s->block[s->used++] % n;
}

static bool
is_hex(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isdigit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f') &&
		    s.p[i] != '-')
			return false;
	return true;
}

/* Version and variant of a UUID say how it was made (RFC 9562). */
static bool
is_fixed(struct span token, size_t i)
{
	return token.len == UUID_LEN && token.p[8] == '-' &&
	    token.p[13] == '-' && token.p[18] == '-' && token.p[23] == '-' &&
	    (i == 14 || i == 19);
}

static uint8_t
renew_one(struct stream *s, uint8_t c, bool hex)
{
	if (hex && c != '-')
		return (uint8_t) "0123456789abcdef"[next_below(s, 16)];
	if (isdigit(c))
		return (uint8_t)('0' + next_below(s, 10));
	if (islower(c))
		return (uint8_t)('a' + next_below(s, 26));
	return isupper(c) ? (uint8_t)('A' + next_below(s, 26)) : c;
}

struct span
adjust_renewed(struct span token, struct span seed, struct arena *arena)
{
	struct stream s = { .seed = seed, .token = token, .arena = arena };
	uint8_t *out = arena_alloc(arena, token.len + FRESH);
	bool hex = is_hex(token);
	size_t chosen = 0;

	for (size_t i = 0; i < token.len; i++) {
		out[i] = token.p[i];
		if (is_fixed(token, i) || !isalnum(token.p[i]))
			continue;
		out[i] = renew_one(&s, token.p[i], hex);
		chosen++;
	}
	if (chosen >= LEAST)
		return (struct span){ out, token.len };
	for (size_t i = 0; i < FRESH; i++)
		out[i] = renew_one(&s, '0', true);
	return (struct span){ out, FRESH };
}

/* "KEY=VALUE" of a form, encoded as browsers and SDKs do. */
static int
put_pair(struct buf *b, struct span key, struct span value, struct err *err)
{
	static const char digits[] = "0123456789ABCDEF";
	struct span text[] = { key, span_of_str("="), value };
	uint8_t code[3] = { '%' };

	if (buf_add(b, span_of_str(b->len > 0 ? "&" : ""), err) < 0)
		return -1;
	for (size_t t = 0; t < ARRAY_LEN(text); t++)
		for (size_t i = 0; i < text[t].len; i++) {
			uint8_t c = text[t].p[i];
			bool plain = t == 1 || isalnum(c) ||
			    (c != 0 && strchr("-_.~", c) != NULL);

			code[1] = (uint8_t)digits[c >> 4];
			code[2] = (uint8_t)digits[c & 15];
			if (buf_add(b,
				plain ? (struct span){ &c, 1 }
				      : (struct span){ code, 3 },
				err) < 0)
				return -1;
		}
	return 0;
}

/* The form with this field, first where it was, else at the end. */
static int
edit_form(struct buf *out, struct span form, const struct lever *l,
    struct span value, struct arena *arena, struct err *err)
{
	bool done = false;

	while (form.p != NULL) {
		struct span raw = span_cut(&form, '&'), rest = raw;
		struct span key = url_decode(span_cut(&rest, '='), true, arena);

		if (span_eq(key, l->name) && !done) {
			done = true;
			if (put_pair(out, l->name, value, err) < 0)
				return -1;
			continue;
		}
		if (span_eq(key, l->name) || raw.len == 0)
			continue;
		if (buf_add(out, span_of_str(out->len > 0 ? "&" : ""), err) <
			0 ||
		    buf_add(out, raw, err) < 0)
			return -1;
	}
	return done ? 0 : put_pair(out, l->name, value, err);
}

static int
set_form(struct request *r, struct span form, const struct lever *l,
    struct span value, struct err *err)
{
	struct buf b = BUF_INIT(MAX_BODY);
	int rc = edit_form(&b, form, l, value, &r->arena, err);

	if (rc == 0)
		rc = request_set_body(r, buf_span(&b), err);
	buf_release(&b);
	return rc;
}

/* A token is a string whatever it looks like. */
static struct span
json_value(const struct lever *l, struct span value, struct arena *arena)
{
	if (!l->is_token &&
	    (span_eq_str(value, "true") || span_eq_str(value, "false")))
		return value;
	return json_quote(value, arena);
}

static int
set_in_body(struct request *r, const struct lever *l, struct span value,
    struct err *err)
{
	const struct message *m;
	struct span entity, edited;

	if (request_message(r, &m, err) < 0)
		return -1;
	if (head_field(&m->parsed, "Content-Encoding").p != NULL)
		return err_set(err, ERR_UNSUPPORTED,
		    "its body is compressed, and nothing can be set in it");
	entity = body_entity(m, &r->arena);
	if (l->kind == SOURCE_FORM)
		return set_form(r, entity, l, value, err);
	if (json_edit(&edited, entity, l->name, json_value(l, value, &r->arena),
		&r->arena, err) < 0)
		return -1;
	return request_set_body(r, edited, err);
}

static int
set(struct request *r, const struct lever *l, struct span value,
    struct err *err)
{
	const char *name = arena_string(&r->arena, l->name);
	struct value v = { .bytes = value };

	if (l->kind == SOURCE_QUERY)
		return request_set_query(r, name, v, err);
	if (l->kind == SOURCE_HEADER)
		return request_set_header(r, name, v, err);
	if (l->kind == SOURCE_FORM || l->kind == SOURCE_JSON)
		return set_in_body(r, l, value, err);
	return err_set(err, ERR_UNSUPPORTED, "nothing can be set at \"%s\"",
	    name);
}

static const struct message *
recorded(const struct request *r)
{
	return r->source->exchange->request;
}

static int
refuse_if_old(const struct adjustment *a, const struct lever *token,
    int64_t age, struct err *err)
{
	if (age <= a->oldest)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: its %.*s is %lld s old, and --token allows %lld",
	    (int)token->name.len, (const char *)token->name.p,
	    (long long)(age / SECOND), (long long)(a->oldest / SECOND));
}

static int
adjust_token(const struct adjustment *a, struct request *r, int64_t now,
    struct err *err)
{
	int64_t age = now - exchange_time(r->source->exchange);
	struct lever token;

	if (!lever_token(a->rules, recorded(r), &r->arena, &token))
		return 0;
	if (a->policy == TOKEN_RENEW)
		return set(r, &token,
		    adjust_renewed(token.value, a->seed, &r->arena), err);
	if (a->policy == TOKEN_REFUSE && refuse_if_old(a, &token, age, err) < 0)
		return -1;
	if (token.lifetime > 0 && age > token.lifetime * SECOND)
		request_warn(r, WARNING_TOKEN, token.name);
	return 0;
}

/* Does it only look?  Then it needs no flag. */
static bool
only_looks(const struct request *r)
{
	return r->source->reading.kind == KIND_FOLLOW_UP ||
	    (r->source->reading.kind == KIND_OTHER &&
		(span_eq_str(r->method, "GET") ||
		    span_eq_str(r->method, "HEAD") ||
		    span_eq_str(r->method, "OPTIONS")));
}

/* Do the rules read what is sent as a dry run, were it sent where it was? */
static int
check_dry_run(const struct adjustment *a, struct request *r, struct err *err)
{
	struct context context = context_of(&recorded(r)->parsed);
	struct deletion d = { 0 };
	const struct message *m;
	struct message as_if;

	if (request_message(r, &m, err) < 0)
		return -1;
	as_if = *m;
	as_if.parsed = context_apply(&m->parsed, &context, &r->arena);
	if (deletion_of_request(a->rules, &as_if, &r->arena, &d) && d.dry_run)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "refused: it would be no dry run, as far as the rules say");
}

static int
make_dry(const struct adjustment *a, struct request *r, struct err *err)
{
	struct span operation = r->source->reading.kind == KIND_DELETION
	    ? r->source->reading.deletion.operation
	    : r->method;
	struct lever flag;

	if (only_looks(r))
		return 0;
	if (!lever_dry_run(a->rules, recorded(r), &r->arena, &flag))
		return err_set(err, ERR_REFUSED,
		    "refused: the rules know no dry run of %.*s",
		    (int)operation.len, (const char *)operation.p);
	if (set(r, &flag, flag.value, err) < 0)
		return -1;
	return check_dry_run(a, r, err);
}

static int
adjust(void *ctx, struct request *r, int64_t now, struct err *err)
{
	const struct adjustment *a = ctx;

	if (adjust_token(a, r, now, err) < 0)
		return -1;
	return a->dry_run ? make_dry(a, r, err) : 0;
}

struct dresser
adjust_dresser(struct adjustment *a)
{
	return (struct dresser){
		.ctx = a,
		.dress = adjust,
		.timed = a->policy == TOKEN_REFUSE,
	};
}
