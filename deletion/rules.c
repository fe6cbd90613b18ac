#include "deletion/rules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "deletion/builtin.h"
#include "deletion/compiler.h"
#include "deletion/dispatch.h"

static void
on_conds(struct compiler *c, const struct yaml_node *at, struct conds *out)
{
	struct cond *list = arena_alloc(c->arena, at->weight * sizeof(*list));

	out->at = list;
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next)
		if (want_text(c, i))
			out->count += parse_cond(c, i, i->text, SIDE_REQUEST,
			    &list[out->count]);
}

/* Put more behind what *list, an array of *count elements, holds. */
static void
join(struct arena *arena, const void **list, size_t *count, const void *more,
    size_t n, size_t size)
{
	char *both = arena_alloc(arena, (*count + n + 1) * size);

	if (*count > 0)
		memcpy(both, *list, *count * size);
	if (n > 0)
		memcpy(both + *count * size, more, n * size);
	*list = both;
	*count += n;
}

static void
default_sources(struct compiler *c, const struct yaml_node *at,
    struct sources *out)
{
	struct sources more = { 0 };
	const void *list = out->at;

	if (!parse_source_list(c, at, SIDE_BOTH, &more))
		return;
	join(c->arena, &list, &out->count, more.at, more.count,
	    sizeof(*more.at));
	out->at = list;
}

static void
default_conds(struct compiler *c, const struct yaml_node *at, struct conds *out)
{
	struct conds more = { 0 };
	const void *list = out->at;

	on_conds(c, at, &more);
	join(c->arena, &list, &out->count, more.at, more.count,
	    sizeof(*more.at));
	out->at = list;
}

static void
default_codes(struct compiler *c, const struct yaml_node *at)
{
	struct codes more = { 0 }, *out = &c->rules->codes;
	const void *list = out->at;

	compile_codes(c, at, &more);
	join(c->arena, &list, &out->count, more.at, more.count,
	    sizeof(*more.at));
	out->at = list;
}

static void
default_statuses(struct compiler *c, const struct yaml_node *at)
{
	struct statuses more = { 0 }, *out = &c->rules->statuses;
	const void *list = out->at;

	compile_statuses(c, at, &more);
	join(c->arena, &list, &out->count, more.at, more.count,
	    sizeof(*more.at));
	out->at = list;
}

/* The first file that says it is right. */
static void
default_lifetime(struct compiler *c, const struct yaml_node *at)
{
	int seconds = 0;

	if (want_text(c, at) &&
	    want_number(c, at, at->text, INT_MAX, &seconds) &&
	    c->rules->lifetime == 0)
		c->rules->lifetime = seconds;
}

static struct sources *
sources_of_key(struct rules *r, struct span key)
{
	if (span_eq_str(key, "secret"))
		return &r->secrets;
	if (span_eq_str(key, "volatile"))
		return &r->volatiles;
	if (span_eq_str(key, "request-id"))
		return &r->request_id;
	if (span_eq_str(key, "code"))
		return &r->code;
	return span_eq_str(key, "text") ? &r->text : NULL;
}

/* Several files may add to the defaults; what came first is asked first. */
static void
compile_default(struct compiler *c, const struct yaml_node *at)
{
	struct span key = at->key->text;
	struct sources *list = sources_of_key(c->rules, key);

	if (list != NULL)
		default_sources(c, at, list);
	else if (span_eq_str(key, "dryrun"))
		default_conds(c, at, &c->rules->dry_run);
	else if (span_eq_str(key, "force"))
		default_conds(c, at, &c->rules->force);
	else if (span_eq_str(key, "lifetime"))
		default_lifetime(c, at);
	else if (span_eq_str(key, "status"))
		default_statuses(c, at);
	else if (span_eq_str(key, "codes"))
		default_codes(c, at);
	else
		mistake(c, at->key, "unknown word '%.*s' in the defaults",
		    WORD(key));
}

static void
compile_defaults(struct compiler *c, const struct yaml_node *at)
{
	if (at->kind != YAML_MAP) {
		mistake(c, at, "the defaults are a map");
		return;
	}
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next)
		compile_default(c, i);
}

static void
compile_rules(struct compiler *c, const struct yaml_node *at)
{
	if (at->kind != YAML_LIST) {
		mistake(c, at, "the rules are a list");
		return;
	}
	for (const struct yaml_node *i = at->first; i != NULL; i = i->next)
		compile_rule(c, i);
}

void
compile_file(struct compiler *c, const struct yaml_node *root)
{
	const struct yaml_node *codes;

	c->file_codes = (struct codes){ 0 };
	if (root->kind != YAML_MAP) {
		mistake(c, root, "a rule file is a map");
		return;
	}
	/* A file's codes hold for all its rules, wherever they stand. */
	codes = yaml_get(root, "codes");
	if (codes != NULL)
		compile_codes(c, codes, &c->file_codes);
	for (const struct yaml_node *i = root->first; i != NULL; i = i->next) {
		if (span_eq_str(i->key->text, "defaults"))
			compile_defaults(c, i);
		else if (span_eq_str(i->key->text, "rules"))
			compile_rules(c, i);
		else if (i != codes)
			mistake(c, i->key, "unknown word '%.*s' in a rule file",
			    WORD(i->key->text));
	}
}

static int
compile_text(struct compiler *c, const char *name, struct span text)
{
	struct yaml_node *root;
	struct err err;
	char what[sizeof(err.text) + 512];

	c->file = arena_string(c->arena, span_of_str(name));
	if (yaml_read(&root, text, c->arena, &err) < 0) {
		snprintf(what, sizeof(what), "%s:%s", name, err.text);
		c->mistakes++;
		c->tell(c->arg, what);
		return -1;
	}
	if (root != NULL)
		compile_file(c, root);
	return 0;
}

static int
read_stream(FILE *f, struct buf *out, struct err *err)
{
	uint8_t block[16384];
	size_t n;

	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		if (buf_add(out, (struct span){ block, n }, err) < 0)
			return -1;
	return ferror(f) ? err_sys(err, "cannot read") : 0;
}

static int
read_file(const char *path, struct buf *out, struct err *err)
{
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return err_sys(err, "%s", path);
	rc = read_stream(f, out, err);
	fclose(f);
	return rc < 0 ? err_prefix(err, "%s", path) : 0;
}

static int
compile_path(struct compiler *c, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(YAML_MAX_BYTES + 1);
	int rc = read_file(path, &text, err);

	if (rc == 0)
		compile_text(c, path, buf_span(&text));
	buf_release(&text);
	return rc;
}

static void
compile_builtins(struct compiler *c)
{
	for (size_t i = 0; i < builtin_count; i++)
		compile_text(c, builtin_rules[i].name,
		    span_of_str(builtin_rules[i].text));
}

static struct rules *
new_rules(void)
{
	struct rules *r = xcalloc(1, sizeof(*r));

	r->rules = arena_alloc(&r->arena, RULES_MAX * sizeof(struct rule *));
	return r;
}

/* Keep the first of several mistakes. */
static void
keep_first(void *arg, const char *text)
{
	struct err *first = arg;

	if (first->code == ERR_NONE)
		err_set(first, ERR_FORMAT, "%s", text);
}

int
rules_open(struct rules **out, const char *const *files, size_t count,
    struct err *err)
{
	struct err first = { .code = ERR_NONE };
	struct rules *r = new_rules();
	struct compiler c = { .rules = r,
		.arena = &r->arena,
		.tell = keep_first,
		.arg = &first };

	*out = NULL;
	for (size_t i = 0; i < count && c.mistakes == 0; i++)
		if (compile_path(&c, files[i], err) < 0)
			goto fail;
	if (c.mistakes == 0)
		compile_builtins(&c);
	if (c.mistakes > 0) {
		*err = first;
		goto fail;
	}
	r->dispatch = dispatch_new(r);
	*out = r;
	return 0;
fail:
	rules_close(r);
	return -1;
}

int
rules_check(const char *file, void (*tell)(void *arg, const char *mistake),
    void *arg, struct err *err)
{
	struct rules *r = new_rules();
	struct compiler c = { .rules = r,
		.arena = &r->arena,
		.tell = tell,
		.arg = arg };
	int rc = compile_path(&c, file, err);

	rules_close(r);
	return rc < 0 ? -1 : (int)c.mistakes;
}

void
rules_close(struct rules *rules)
{
	if (rules == NULL)
		return;
	dispatch_free(rules->dispatch);
	arena_release(&rules->arena);
	free(rules);
}

struct sources
rules_secrets(const struct rules *rules)
{
	return rules->secrets;
}

struct sources
rules_volatiles(const struct rules *rules)
{
	return rules->volatiles;
}

struct sources
rules_request_ids(const struct rules *rules)
{
	return rules->request_id;
}
