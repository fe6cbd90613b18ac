#include "deletion/key.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/glob.h"
#include "deletion/json.h"
#include "deletion/redact.h"
#include "deletion/redact_parts.h"
#include "deletion/tree.h"
#include "http/body.h"
#include "http/url.h"

#define BODY_LIMIT                                                             \
	(16u * 1024 * 1024) /* decoded; above, it counts as bytes              \
			     */

/* What a hashed value is; part of the archive format. */
enum tag {
	TAG_DELETION = 'D',
	TAG_OTHER = 'O',
	TAG_TARGET = 'T',
	TAG_FLAGS = 'F',
	TAG_METHOD = 'M',
	TAG_ACTION = 'A',
	TAG_SEGMENT = '/',
	TAG_PAIR = '&',
	TAG_FORM = '=',
	TAG_NO_BODY = '-',
	TAG_WITHHELD = 'W',
	TAG_BYTES = 'B',
	TAG_OBJECT = '{',
	TAG_ARRAY = '[',
	TAG_END = '}',
	TAG_NAME = 'N',
	TAG_STRING = '"',
	TAG_SCALAR = '0',
	TAG_SECRET = '*',
	TAG_ABSENT = '?',
	TAG_VALUE = 'V',
};

struct keyer {
	struct digest *digest; /* of the key in the making */
	struct arena *arena;   /* likewise */
	struct sources volatiles;
	/*
	 * With a key that everybody knows: masked by it, a live request has
	 * its masks where the recording has them, and all masks are alike.
	 */
	struct redactor *redactor;
	bool is_signed; /* the request whose key it is */
};

static struct redact
judge(const struct keyer *k)
{
	return (struct redact){
		.redactor = k->redactor,
		.scratch = k->arena,
		.is_signed = k->is_signed,
	};
}

static void
put_tag(struct keyer *k, enum tag tag)
{
	uint8_t byte = (uint8_t)tag;

	digest_add(k->digest, (struct span){ &byte, 1 });
}

static void
put(struct keyer *k, enum tag tag, struct span s)
{
	uint8_t len[8];

	for (int i = 0; i < 8; i++)
		len[i] = (uint8_t)((uint64_t)s.len >> (56 - 8 * i));
	put_tag(k, tag);
	digest_add(k->digest, (struct span){ len, sizeof(len) });
	digest_add(k->digest, s);
}

/* A value that is or holds a secret, masked or not, is like any other. */
static void
put_value(struct keyer *k, enum tag tag, struct span s)
{
	if (s.p == NULL)
		put_tag(k, TAG_ABSENT);
	else if (mask_is(s) || mask_inside(s) ||
	    redact_would(s, LOOK_PREFIX, false))
		put_tag(k, TAG_SECRET);
	else
		put(k, tag, s);
}

/* What a secret of the path is left out of, not taken for one as a whole. */
static void
put_path_value(struct keyer *k, enum tag tag, struct span s)
{
	struct redact r = judge(k);

	put_value(k, tag, redact_path_rest(&r, s, k->arena));
}

static int
compare_targets(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int diff = span_cmp(x->type, y->type);

	if (diff == 0)
		diff = span_cmp(x->id, y->id);
	return diff != 0 ? diff : span_cmp(x->scope, y->scope);
}

static void
put_targets(struct keyer *k, const struct deletion *d)
{
	size_t size = d->target_count * sizeof(*d->targets);
	struct target *sorted = arena_alloc(k->arena, size);

	if (size > 0)
		memcpy(sorted, d->targets, size);
	qsort(sorted, d->target_count, sizeof(*sorted), compare_targets);
	for (size_t i = 0; i < d->target_count; i++) {
		put(k, TAG_TARGET, sorted[i].type);
		put_path_value(k, TAG_VALUE, sorted[i].id);
		put_path_value(k, TAG_VALUE, sorted[i].scope);
	}
}

static void
put_deletion(struct keyer *k, const struct deletion *d)
{
	uint8_t flags[] = { d->dry_run, d->force, d->set_delete };

	put(k, TAG_DELETION, d->operation);
	put(k, TAG_FLAGS, (struct span){ flags, sizeof(flags) });
	put_targets(k, d);
}

/* Some APIs say what to do in a header only. */
static void
put_action(struct keyer *k, const struct head *h)
{
	static const char *const names[] = { "X-Acs-Action", "X-TC-Action",
		"X-Amz-Target", "X-HTTP-Method-Override" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		put_value(k, TAG_ACTION, head_field(h, names[i]));
}

static void
put_path(struct keyer *k, struct span path)
{
	while (path.p != NULL)
		put_path_value(k, TAG_SEGMENT,
		    url_decode(span_cut(&path, '/'), false, k->arena));
}

/* Volatile or secret: it says nothing of what the request means. */
static bool
is_left_out(const struct keyer *k, enum source_kind kind, struct span name)
{
	struct redact r = judge(k);

	if (redact_is_secret(&r,
		kind == SOURCE_QUERY ? REDACT_QUERY : REDACT_FORM, name))
		return true;
	for (size_t i = 0; i < k->volatiles.count; i++) {
		const struct source *s = &k->volatiles.at[i];

		if (s->kind == kind && glob_matches(s->name, name, false))
			return true;
	}
	return false;
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int diff = span_cmp(x->key, y->key);

	return diff != 0 ? diff : span_cmp(x->value, y->value);
}

/* Decoded and sorted; "a" and "a=" are the same. */
static void
put_pairs(struct keyer *k, enum tag tag, enum source_kind kind,
    struct span text)
{
	struct pair *all =
	    arena_alloc(k->arena, url_count_pairs(text) * sizeof(*all));
	struct pair raw;
	size_t n = 0;

	while (url_next_pair(&text, &raw)) {
		struct pair p = {
			.key = url_decode(raw.key, true, k->arena),
			.value = url_decode(raw.value, true, k->arena),
		};

		if (p.value.p == NULL)
			p.value = span_of_str("");
		if (!is_left_out(k, kind, p.key))
			all[n++] = p;
	}
	qsort(all, n, sizeof(*all), compare_pairs);
	for (size_t i = 0; i < n; i++) {
		put(k, tag, all[i].key);
		put_value(k, TAG_VALUE, all[i].value);
	}
}

/* The volatile members of a body, of which there are few. */
struct skipped {
	const struct tree *at[32];
	size_t count;
};

static bool
skip(void *arg, const struct tree *node)
{
	struct skipped *s = arg;

	if (s->count < ARRAY_LEN(s->at))
		s->at[s->count++] = node;
	return true;
}

static void
find_skipped(const struct keyer *k, const struct tree *root,
    struct skipped *out)
{
	out->count = 0;
	for (size_t i = 0; i < k->volatiles.count; i++)
		if (k->volatiles.at[i].kind == SOURCE_JSON)
			tree_find(root, k->volatiles.at[i].name, true, skip,
			    out);
}

static bool
is_skipped(const struct skipped *s, const struct tree *node)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->at[i] == node)
			return true;
	return false;
}

static bool
is_secret_member(const struct keyer *k, struct span name)
{
	struct redact r = judge(k);

	return redact_is_secret(&r, REDACT_JSON, name);
}

static int
compare_names(const void *a, const void *b)
{
	const struct tree *const *x = a, *const *y = b;

	return span_cmp((*x)->name, (*y)->name);
}

static void put_tree(struct keyer *k, const struct skipped *s,
    const struct tree *node);

static void
put_object(struct keyer *k, const struct skipped *s, const struct tree *node)
{
	const struct tree **sorted, *t;
	size_t n = 0;

	for (t = node->first; t != NULL; t = t->next)
		n++;
	sorted = arena_alloc(k->arena, n * sizeof(struct tree *));
	n = 0;
	for (t = node->first; t != NULL; t = t->next)
		if (!is_skipped(s, t) && !is_secret_member(k, t->name))
			sorted[n++] = t;
	qsort(sorted, n, sizeof(struct tree *), compare_names);
	put_tag(k, TAG_OBJECT);
	for (size_t i = 0; i < n; i++) {
		put_value(k, TAG_NAME, sorted[i]->name);
		put_tree(k, s, sorted[i]);
	}
	put_tag(k, TAG_END);
}

static void
put_array(struct keyer *k, const struct skipped *s, const struct tree *node)
{
	put_tag(k, TAG_ARRAY);
	for (const struct tree *t = node->first; t != NULL; t = t->next)
		put_tree(k, s, t);
	put_tag(k, TAG_END);
}

/* No deeper than TREE_MAX_DEPTH. */
static void
put_tree(struct keyer *k, const struct skipped *s, const struct tree *node)
{
	if (node->kind == TREE_OBJECT)
		put_object(k, s, node);
	else if (node->kind == TREE_ARRAY)
		put_array(k, s, node);
	else if (node->kind == TREE_STRING)
		put_value(k, TAG_STRING, node->text);
	else
		put(k, TAG_SCALAR, node->text);
}

static bool
put_json(struct keyer *k, struct span text)
{
	struct skipped skipped;
	struct tree *root;
	struct err err;

	if (json_read(&root, text, k->arena, &err) < 0)
		return false;
	find_skipped(k, root, &skipped);
	put_tree(k, &skipped, root);
	return true;
}

static void
put_body(struct keyer *k, const struct message *m)
{
	struct span text = body_entity(m, k->arena), decoded;
	struct err err;

	if (body_decode(&m->parsed, text, BODY_LIMIT, k->arena, &decoded,
		&err) == 0)
		text = decoded;
	if (text.p == NULL && m->wire_len > 0)
		put_tag(k, TAG_WITHHELD);
	else if (text.len == 0)
		put_tag(k, TAG_NO_BODY);
	else if (redact_contains(head_field(&m->parsed, "Content-Type"),
		     "urlencoded"))
		put_pairs(k, TAG_FORM, SOURCE_FORM, text);
	else if (!put_json(k, text))
		put_value(k, TAG_BYTES, text);
}

static void
put_other(struct keyer *k, const struct message *m)
{
	const struct head *h = &m->parsed;
	struct url url = url_split(h->method, h->target);

	put_tag(k, TAG_OTHER);
	put(k, TAG_METHOD, h->method);
	put_action(k, h);
	put_path(k, url.path);
	put_pairs(k, TAG_PAIR, SOURCE_QUERY, url.query);
	put_body(k, m);
}

/* What a request says beside its path, if it says anything. */
static void
put_rest(struct keyer *k, const struct message *m)
{
	const struct head *h = &m->parsed;

	put_pairs(k, TAG_PAIR, SOURCE_QUERY,
	    url_split(h->method, h->target).query);
	if (m->wire_len > 0)
		put_body(k, m);
}

static void
put_masked(struct keyer *k, const struct message *request,
    void (*what)(struct keyer *k, const struct message *m))
{
	struct exchange *x = exchange_new();
	struct message copy = *request;

	x->request = &copy;
	redactor_apply(k->redactor, x);
	what(k, &copy);
	exchange_free(x);
}

static void
key_begin(struct keyer *k, struct arena *arena, const struct message *request)
{
	k->is_signed = redact_is_signed(request);
	k->digest = digest_new();
	k->arena = arena;
}

static void
key_end(struct keyer *k, uint8_t key[MATCH_KEY_SIZE])
{
	uint8_t whole[DIGEST_SIZE];

	digest_finish(k->digest, whole);
	memcpy(key, whole, MATCH_KEY_SIZE);
	digest_free(k->digest);
	arena_release(k->arena);
}

struct keyer *
keyer_new(const struct rules *rules)
{
	static const uint8_t any_key[REDACT_KEY_SIZE];
	struct keyer *k = xcalloc(1, sizeof(*k));

	k->volatiles = rules_volatiles(rules);
	k->redactor = redactor_new(rules, any_key);
	return k;
}

void
keyer_free(struct keyer *k)
{
	if (k == NULL)
		return;
	redactor_free(k->redactor);
	free(k);
}

/* Is this id all of the path? */
static bool
is_path(struct span id, const struct head *h)
{
	struct arena arena = ARENA_INIT;
	struct span path = url_split(h->method, h->target).path;
	bool is;

	if (span_has_prefix(path, span_of_str("/")))
		path = span_sub(path, 1, path.len);
	is = span_eq(url_decode_path(path, &arena), id);
	arena_release(&arena);
	return is;
}

static bool
says_more(const struct message *request)
{
	const struct head *h = &request->parsed;

	return url_split(h->method, h->target).query.p != NULL ||
	    request->wire_len > 0;
}

enum key_scope
key_scope(const struct message *request, const struct deletion *d)
{
	if (d == NULL || d->target_count == 0 || d->set_delete)
		return KEY_OF_REQUEST;
	if (says_more(request) && d->target_count == 1 &&
	    is_path(d->targets[0].id, &request->parsed))
		return KEY_OF_TARGETS_AND_REST;
	return KEY_OF_TARGETS;
}

void
keyer_key(struct keyer *k, uint8_t key[MATCH_KEY_SIZE],
    const struct message *request, const struct deletion *d)
{
	enum key_scope scope = key_scope(request, d);
	struct arena arena = ARENA_INIT;

	key_begin(k, &arena, request);
	if (d != NULL)
		put_deletion(k, d);
	if (scope != KEY_OF_TARGETS)
		put_masked(k, request,
		    scope == KEY_OF_REQUEST ? put_other : put_rest);
	key_end(k, key);
}

/* A keyer for once: it need not remember what it saw. */
static struct keyer
keyer_for(const struct rules *rules, struct redactor *redactor)
{
	*redactor = (struct redactor){ .secrets = rules_secrets(rules) };
	return (struct keyer){
		.volatiles = rules_volatiles(rules),
		.redactor = redactor,
	};
}

void
key_of_parameters(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request)
{
	struct arena arena = ARENA_INIT;
	struct redactor redactor;
	struct keyer k = keyer_for(rules, &redactor);

	key_begin(&k, &arena, request);
	put_other(&k, request);
	key_end(&k, key);
}

void
key_of(uint8_t key[MATCH_KEY_SIZE], const struct rules *rules,
    const struct message *request, const struct deletion *d)
{
	struct redactor redactor;
	struct keyer k = keyer_for(rules, &redactor);

	keyer_key(&k, key, request, d);
}
