#include "deletion/attempts.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "deletion/pending.h"
#include "http/digest.h"

#define uthash_fatal(msg) xalloc_failed()
#include <uthash.h>

struct intent {
	uint8_t key[DIGEST_SIZE];
	uint64_t first; /* id of the first attempt */
	unsigned number;
	uint64_t last;
	int64_t last_time;
	int64_t retry_at; /* 0 if the server did not say */
	bool deleted;     /* an attempt before ended so */
	bool has_token;
	uint8_t token[DIGEST_SIZE];
	UT_hash_handle hh;
};

/* The intent that a token was first used for. */
struct token {
	uint8_t key[DIGEST_SIZE];
	uint8_t intent[DIGEST_SIZE];
	UT_hash_handle hh;
};

struct attempts {
	struct intent *intents; /* in the order of their newest attempts */
	struct token *tokens;
};

struct attempts *
attempts_new(void)
{
	return xcalloc(1, sizeof(struct attempts));
}

void
attempts_free(struct attempts *a)
{
	struct intent *i, *next_intent;
	struct token *t, *next_token;

	if (a == NULL)
		return;
	HASH_ITER(hh, a->intents, i, next_intent)
	{
		HASH_DEL(a->intents, i);
		free(i);
	}
	HASH_ITER(hh, a->tokens, t, next_token)
	{
		HASH_DEL(a->tokens, t);
		free(t);
	}
	free(a);
}

/* With its length, so that no two sequences look the same. */
static void
add_text(struct digest *digest, struct span text)
{
	uint64_t len = text.p == NULL ? UINT64_MAX : text.len;

	digest_add(digest, (struct span){ (const uint8_t *)&len, sizeof(len) });
	digest_add(digest, text);
}

/*
 * What stays the same between two requests of one principal: the access
 * key id if there is one, else what is sent as a token.
 */
static void
add_principal(struct digest *digest, struct subject *s)
{
	struct source ak = { SOURCE_AUTH, SPAN_LITERAL("ak") };
	struct sources one = { &ak, 1 };
	struct span text = subject_first(s, &one);

	if (text.p == NULL)
		text = head_field(s->request, "X-Auth-Token");
	if (text.p == NULL)
		text = head_field(s->request, "Authorization");
	add_text(digest, text);
}

static int
compare_targets(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int order = span_cmp(x->type, y->type);

	return order != 0 ? order : span_cmp(x->id, y->id);
}

static void
intent_key(uint8_t key[DIGEST_SIZE], struct subject *s,
    const struct deletion *d)
{
	struct digest *digest = digest_new();
	size_t size = d->target_count * sizeof(struct target);
	struct target *sorted = arena_alloc(s->arena, size + 1);

	memcpy(sorted, d->targets, size);
	qsort(sorted, d->target_count, sizeof(*sorted), compare_targets);
	add_text(digest, d->operation);
	add_text(digest, span_of_str(d->dry_run ? "dry" : "real"));
	add_principal(digest, s);
	for (size_t i = 0; i < d->target_count; i++) {
		add_text(digest, sorted[i].type);
		add_text(digest, sorted[i].id);
		add_text(digest, sorted[i].scope);
	}
	digest_finish(digest, key);
	digest_free(digest);
}

static void
token_key(uint8_t key[DIGEST_SIZE], struct subject *s, const struct deletion *d)
{
	struct digest *digest = digest_new();

	add_text(digest, d->operation);
	add_text(digest, d->token);
	add_principal(digest, s);
	digest_finish(digest, key);
	digest_free(digest);
}

/* Delay seconds (RFC 9110, section 10.2.3) as a packet time; 0 if not said. */
static int64_t
retry_time(const struct exchange *x)
{
	struct span text;
	int64_t seconds = 0;

	if (x->response == NULL)
		return 0;
	text = head_field(&x->response->parsed, "Retry-After");
	if (text.len == 0 || text.len > 9)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		seconds = seconds * 10 + (text.p[i] - '0');
	}
	return x->response->last + seconds * 1000000000;
}

static bool
is_attempt(const struct intent *i, bool same_token, int64_t now)
{
	return same_token || now - i->last_time <= ATTEMPT_WINDOW_NS;
}

static uint32_t
findings(const struct intent *i, const struct pending_table *pending,
    bool has_token, bool same_token, int64_t now)
{
	uint32_t found = 0;

	if (i->deleted && !same_token)
		found |= 1u << FINDING_REPEATED;
	if (i->has_token && has_token && !same_token)
		found |= 1u << FINDING_NEW_TOKEN;
	if (i->retry_at != 0 && now < i->retry_at)
		found |= 1u << FINDING_TOO_SOON;
	if (pending_has(pending, i->last) && !same_token)
		found |= 1u << FINDING_PENDING;
	return found;
}

static struct intent *
find_intent(struct attempts *a, const uint8_t key[DIGEST_SIZE])
{
	struct intent *i;

	HASH_FIND(hh, a->intents, key, DIGEST_SIZE, i);
	return i;
}

/* Put it at the end of the order, with the oldest going if need be. */
static void
remember_intent(struct attempts *a, struct intent *i)
{
	if (HASH_COUNT(a->intents) >= ATTEMPTS_MAX) {
		struct intent *oldest = a->intents;

		HASH_DEL(a->intents, oldest);
		free(oldest);
	}
	HASH_ADD(hh, a->intents, key, DIGEST_SIZE, i);
}

/* Return whether the token was used for another intent. */
static bool
remember_token(struct attempts *a, const uint8_t key[DIGEST_SIZE],
    const uint8_t intent[DIGEST_SIZE])
{
	struct token *t;

	HASH_FIND(hh, a->tokens, key, DIGEST_SIZE, t);
	if (t != NULL)
		return memcmp(t->intent, intent, DIGEST_SIZE) != 0;
	if (HASH_COUNT(a->tokens) >= ATTEMPTS_MAX) {
		t = a->tokens;
		HASH_DEL(a->tokens, t);
		free(t);
	}
	t = xcalloc(1, sizeof(*t));
	memcpy(t->key, key, DIGEST_SIZE);
	memcpy(t->intent, intent, DIGEST_SIZE);
	HASH_ADD(hh, a->tokens, key, DIGEST_SIZE, t);
	return false;
}

static bool
has_same_token(const struct intent *i, bool has_token,
    const uint8_t token[DIGEST_SIZE])
{
	return has_token && i->has_token &&
	    memcmp(i->token, token, DIGEST_SIZE) == 0;
}

static void
start_over(struct intent *i, uint64_t id)
{
	i->first = id;
	i->number = 0;
	i->deleted = false;
	i->retry_at = 0;
}

void
attempts_add(struct attempts *a, const struct pending_table *pending,
    struct subject *s, const struct exchange *x, uint64_t id,
    struct deletion *d)
{
	uint8_t key[DIGEST_SIZE], token[DIGEST_SIZE] = { 0 };
	bool has_token = d->token.len > 0, same_token;
	int64_t now = exchange_time(x);
	struct intent *i;

	intent_key(key, s, d);
	i = find_intent(a, key);
	if (has_token)
		token_key(token, s, d);
	if (has_token && remember_token(a, token, key))
		d->findings |= 1u << FINDING_TOKEN_REUSED;
	if (i == NULL) {
		i = xcalloc(1, sizeof(*i));
		memcpy(i->key, key, DIGEST_SIZE);
		start_over(i, id);
	} else {
		HASH_DEL(a->intents, i);
		same_token = has_same_token(i, has_token, token);
		if (is_attempt(i, same_token, now))
			d->findings |=
			    findings(i, pending, has_token, same_token, now);
		else
			start_over(i, id);
	}
	remember_intent(a, i);
	d->attempt_of = i->first;
	d->attempt_number = ++i->number;
	i->last = id;
	i->last_time = x->response != NULL ? x->response->last : now;
	i->retry_at = retry_time(x);
	i->deleted |= d->outcome == OUTCOME_DELETED;
	i->has_token = has_token;
	memcpy(i->token, token, DIGEST_SIZE);
}
