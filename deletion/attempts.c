#include "deletion/attempts.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "deletion/key.h"
#include "http/date.h"
#include "http/digest.h"
#include "http/url.h"

#define uthash_fatal(msg) xalloc_failed()
#include <uthash.h>

#define NS_PER_S  1000000000
#define DELAY_MAX ((int64_t)1000000000) /* seconds; some thirty years */
#define IS(f)     FINDING_BIT(FINDING_##f)
#define NEVER     INT64_MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* One logical deletion, as far as it went. */
struct intent {
	uint8_t key[DIGEST_SIZE];
	uint64_t first; /* id of the first attempt */
	unsigned number;
	uint64_t watched;  /* id of the newest accepted or deleted one; or 0 */
	int64_t ended;     /* the newest attempt */
	int64_t last_seen; /* that, or the newest follow-up */
	int64_t retry_at;  /* 0 if the server did not say */
	int64_t pending_at, deleted_at; /* when that was known, or NEVER */
	bool in_vain;   /* the newest attempt failed, as far as is known */
	bool has_token; /* the newest attempt has one */
	UT_hash_handle hh, hh_watched;
};

/* What a token was first used for. */
struct token {
	uint8_t key[DIGEST_SIZE];
	uint8_t intent[DIGEST_SIZE];
	uint8_t parameters[MATCH_KEY_SIZE];
	UT_hash_handle hh;
};

struct attempts {
	const struct rules *rules;
	struct intent *intents; /* in the order of their newest attempts */
	struct intent *watched; /* the same, by the id watched */
	struct token *tokens;
	uint64_t cut; /* ids below this one are in another archive */
};

struct attempts *
attempts_new(const struct rules *rules)
{
	struct attempts *a = xcalloc(1, sizeof(*a));

	a->rules = rules;
	return a;
}

static void
unwatch(struct attempts *a, struct intent *i)
{
	if (i->watched != 0)
		HASH_DELETE(hh_watched, a->watched, i);
	i->watched = 0;
}

static void
watch(struct attempts *a, struct intent *i, uint64_t id)
{
	unwatch(a, i);
	i->watched = id;
	HASH_ADD(hh_watched, a->watched, watched, sizeof(i->watched), i);
}

static void
forget_intent(struct attempts *a, struct intent *i)
{
	unwatch(a, i);
	HASH_DEL(a->intents, i);
	free(i);
}

static void
forget_token(struct attempts *a, struct token *t)
{
	HASH_DEL(a->tokens, t);
	free(t);
}

void
attempts_free(struct attempts *a)
{
	if (a == NULL)
		return;
	while (a->intents != NULL)
		forget_intent(a, a->intents);
	while (a->tokens != NULL)
		forget_token(a, a->tokens);
	free(a);
}

static int
compare_targets(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int order = span_cmp(x->type, y->type);

	if (order == 0)
		order = span_cmp(x->id, y->id);
	return order != 0 ? order : span_cmp(x->scope, y->scope);
}

static void
add_targets(struct digest *digest, const struct deletion *d)
{
	size_t size = d->target_count * sizeof(struct target);
	struct target *sorted = xmalloc(size + 1);

	if (size > 0)
		memcpy(sorted, d->targets, size);
	qsort(sorted, d->target_count, sizeof(*sorted), compare_targets);
	for (size_t i = 0; i < d->target_count; i++) {
		digest_add_text(digest, sorted[i].type);
		digest_add_text(digest, sorted[i].id);
		digest_add_text(digest, sorted[i].scope);
	}
	free(sorted);
}

/* The same path at two hosts is two resources. */
static struct span
host_of(const struct head *h)
{
	struct url url = url_split(h->method, h->target);

	return url_host(
	    url.authority.p != NULL ? url.authority : head_field(h, "Host"));
}

/* Where ids do not say all of what it is aimed at, the request does. */
static void
intent_key(uint8_t key[DIGEST_SIZE], const struct exchange *x,
    const struct reading *r)
{
	const struct deletion *d = &r->deletion;
	struct digest *digest = digest_new();

	digest_add_text(digest, d->operation);
	digest_add_text(digest, span_of_str(d->dry_run ? "dry" : "real"));
	digest_add_text(digest, r->principal);
	digest_add_text(digest, host_of(&x->request->parsed));
	add_targets(digest, d);
	if (key_scope(x->request, d) != KEY_OF_TARGETS)
		digest_add(digest, (struct span){ r->key, MATCH_KEY_SIZE });
	digest_finish(digest, key);
	digest_free(digest);
}

static void
token_key(uint8_t key[DIGEST_SIZE], const struct reading *r)
{
	struct digest *digest = digest_new();

	digest_add_text(digest, r->deletion.operation);
	digest_add_text(digest, r->principal);
	digest_add_text(digest, r->deletion.token);
	digest_finish(digest, key);
	digest_free(digest);
}

/* Seconds to wait, or -1 if text says none.  A date is taken relative to
 * the server's own clock if it tells, for the recorder's may be another. */
static int64_t
retry_delay(const struct message *response, struct span text)
{
	int64_t seconds = 0, date, clock;

	if (date_parse(&date, text)) {
		if (!date_parse(&clock, head_field(&response->parsed, "Date")))
			clock = response->last / NS_PER_S;
		return MAX(date - clock, 0);
	}
	if (text.len == 0)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return -1;
		if (seconds < DELAY_MAX)
			seconds = seconds * 10 + (text.p[i] - '0');
	}
	return seconds;
}

/* When it may be tried again, as a packet time; 0 if not said. */
static int64_t
retry_time(const struct exchange *x, const struct deletion *d)
{
	int status = exchange_status(x);
	int64_t delay;

	if (status != 429 && status != 503 &&
	    (x->response == NULL || d->outcome != OUTCOME_THROTTLED))
		return 0;
	delay = retry_delay(x->response,
	    head_field(&x->response->parsed, "Retry-After"));
	if (delay < 0)
		return 0;
	if (delay > DELAY_MAX)
		delay = DELAY_MAX;
	return x->response->last + delay * NS_PER_S;
}

enum token_use {
	TOKEN_NONE,
	TOKEN_NEW,
	TOKEN_KNOWN, /* from an attempt of the same intent */
};

static struct token *
remember_token(struct attempts *a, const uint8_t key[DIGEST_SIZE])
{
	struct token *t = xcalloc(1, sizeof(*t));

	if (HASH_COUNT(a->tokens) >= ATTEMPTS_MAX)
		forget_token(a, a->tokens);
	memcpy(t->key, key, DIGEST_SIZE);
	HASH_ADD(hh, a->tokens, key, DIGEST_SIZE, t);
	return t;
}

static enum token_use
use_token(struct attempts *a, const struct exchange *x, struct reading *r,
    const uint8_t intent[DIGEST_SIZE])
{
	uint8_t key[DIGEST_SIZE], parameters[MATCH_KEY_SIZE];
	struct token *t;
	bool same;

	if (r->deletion.token.len == 0)
		return TOKEN_NONE;
	token_key(key, r);
	key_of_parameters(parameters, a->rules, x->request);
	HASH_FIND(hh, a->tokens, key, DIGEST_SIZE, t);
	if (t == NULL) {
		t = remember_token(a, key);
		memcpy(t->intent, intent, DIGEST_SIZE);
		memcpy(t->parameters, parameters, MATCH_KEY_SIZE);
		return TOKEN_NEW;
	}
	same = memcmp(t->intent, intent, DIGEST_SIZE) == 0;
	if (!same || memcmp(t->parameters, parameters, MATCH_KEY_SIZE) != 0)
		r->deletion.findings |= IS(TOKEN_REUSED);
	return same ? TOKEN_KNOWN : TOKEN_NEW;
}

static bool
is_attempt(const struct intent *i, enum token_use token, int64_t now)
{
	return token == TOKEN_KNOWN ||
	    now - MAX(i->last_seen, i->retry_at) <= ATTEMPT_WINDOW_NS;
}

static uint32_t
findings(const struct intent *i, enum token_use token, int64_t now)
{
	uint32_t found = 0;

	if (now >= i->deleted_at && token != TOKEN_KNOWN)
		found |= IS(REPEATED);
	if (now >= i->pending_at && token != TOKEN_KNOWN)
		found |= IS(PENDING);
	if (now >= i->ended && i->in_vain && i->has_token && token == TOKEN_NEW)
		found |= IS(NEW_TOKEN);
	if (now >= i->ended && now < i->retry_at)
		found |= IS(TOO_SOON);
	return found;
}

static void
start_over(struct attempts *a, struct intent *i, uint64_t id)
{
	unwatch(a, i);
	i->first = id;
	i->number = 0;
	i->pending_at = i->deleted_at = NEVER;
}

/* The intent, new or not, at the end of the order. */
static struct intent *
take_intent(struct attempts *a, const uint8_t key[DIGEST_SIZE], uint64_t id)
{
	struct intent *i;

	HASH_FIND(hh, a->intents, key, DIGEST_SIZE, i);
	if (i != NULL) {
		HASH_DEL(a->intents, i);
	} else {
		if (HASH_COUNT(a->intents) >= ATTEMPTS_MAX)
			forget_intent(a, a->intents);
		i = xcalloc(1, sizeof(*i));
		memcpy(i->key, key, DIGEST_SIZE);
		start_over(a, i, id);
	}
	HASH_ADD(hh, a->intents, key, DIGEST_SIZE, i);
	return i;
}

static void
conclude(struct attempts *a, struct intent *i, const struct exchange *x,
    uint64_t id, const struct deletion *d)
{
	enum outcome o = d->outcome;

	i->ended = x->response != NULL ? x->response->last : x->request->last;
	i->last_seen = MAX(i->ended, i->last_seen);
	i->retry_at = retry_time(x, d);
	i->in_vain = o == OUTCOME_FAILED || o == OUTCOME_THROTTLED ||
	    o == OUTCOME_UNKNOWN;
	i->has_token = d->token.len > 0;
	if (o == OUTCOME_DELETED && i->ended < i->deleted_at)
		i->deleted_at = i->ended;
	if (o == OUTCOME_ACCEPTED && i->ended < i->pending_at)
		i->pending_at = i->ended;
	if (o == OUTCOME_DELETED || o == OUTCOME_ACCEPTED)
		watch(a, i, id);
}

void
attempts_add(struct attempts *a, const struct exchange *x, uint64_t id,
    struct reading *r)
{
	struct deletion *d = &r->deletion;
	int64_t now = exchange_time(x);
	uint8_t key[DIGEST_SIZE];
	enum token_use token;
	struct intent *i;

	intent_key(key, x, r);
	token = use_token(a, x, r, key);
	i = take_intent(a, key, id);
	if (i->number > 0 && !is_attempt(i, token, now))
		start_over(a, i, id);
	if (i->number > 0)
		d->findings |= findings(i, token, now);
	if (i->first < a->cut)
		i->first = id;
	d->attempt_of = i->first;
	d->attempt_number = ++i->number;
	conclude(a, i, x, id, d);
}

void
attempts_cut(struct attempts *a, uint64_t id)
{
	a->cut = id;
}

static void
follow(struct intent *i, enum verdict verdict, int64_t time)
{
	i->last_seen = MAX(time, i->last_seen);
	if (verdict != VERDICT_UNCONFIRMED)
		i->pending_at = NEVER;
	if (verdict == VERDICT_REVERTED)
		i->deleted_at = NEVER;
	if (verdict == VERDICT_CONFIRMED && time < i->deleted_at)
		i->deleted_at = time;
}

void
attempts_follow(struct attempts *a, const struct exchange *x,
    const struct follow_up *follow_ups, size_t count)
{
	int64_t time =
	    x->response != NULL ? x->response->last : x->request->last;

	for (size_t n = 0; n < count; n++) {
		struct intent *i;

		HASH_FIND(hh_watched, a->watched, &follow_ups[n].deletion,
		    sizeof(follow_ups[n].deletion), i);
		if (i != NULL)
			follow(i, follow_ups[n].verdict, time);
	}
}
