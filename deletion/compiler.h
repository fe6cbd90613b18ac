/*
 * compiler.h - from YAML nodes to rules: what its parts share.
 *
 * A part that finds a mistake reports it and returns false; compilation
 * goes on, so that every mistake of a file is told in one go.
 */
#ifndef DELETION_COMPILER_H
#define DELETION_COMPILER_H

#include "deletion/rule.h"
#include "deletion/yaml.h"

struct compiler {
	struct rules *rules;
	struct arena *arena; /* of the rules */
	const char *file;
	struct codes file_codes;
	unsigned mistakes;
	void (*tell)(void *arg, const char *mistake);
	void *arg;
};

/* Tell "file:line:column: what"; return false. */
bool mistake(struct compiler *c, const struct yaml_node *at, const char *fmt,
    ...) PRINTF_LIKE(3, 4);

/* Where a node stands. */
struct place place_of(const struct compiler *c, const struct yaml_node *at);

/* "%.*s" arguments for a word in a mistake, at most 64 bytes of it. */
#define WORD(s) (int)((s).len > 64 ? 64 : (s).len), (const char *)(s).p

/* Take the next word off *rest; false if there is none.  Words are
 * separated by blanks. */
bool next_word(struct span *rest, struct span *word);

size_t count_words(struct span text);

/* A node that must be text.  Reports. */
bool want_text(struct compiler *c, const struct yaml_node *at);

/* Text that must be a whole number from 0 to max.  Reports. */
bool want_number(struct compiler *c, const struct yaml_node *at,
    struct span text, int max, int *out);

/* The name of an outcome.  Reports. */
bool want_outcome(struct compiler *c, const struct yaml_node *at,
    struct span text, enum outcome *out);

/* Which sources a line may use. */
enum side {
	SIDE_REQUEST,
	SIDE_RESPONSE,
	SIDE_BOTH,
};

/* "KIND:NAME" or a bare word such as "status". */
bool parse_source(struct compiler *c, const struct yaml_node *at,
    struct span word, enum side side, struct source *out);

/* Does word begin as a source does? */
bool is_source(struct span word);

/* Sources separated by "|" if alternatives, else by blanks. */
bool parse_sources(struct compiler *c, const struct yaml_node *at,
    bool alternatives, enum side side, struct sources *out);

/* A list of sources, one per item. */
bool parse_source_list(struct compiler *c, const struct yaml_node *at,
    enum side side, struct sources *out);

bool parse_cond(struct compiler *c, const struct yaml_node *at,
    struct span word, enum side side, struct cond *out);

/* Every word of text is a condition. */
bool parse_conds(struct compiler *c, const struct yaml_node *at,
    struct span text, enum side side, struct conds *out);

/* "A,B" */
bool parse_globs(struct compiler *c, const struct yaml_node *at,
    struct span text, struct globs *out);

/* values: "{rjson:/x}" is allowed. */
bool parse_template(struct compiler *c, const struct yaml_node *at,
    struct span text, bool values, struct template *out);

bool parse_match(struct compiler *c, const struct yaml_node *at,
    struct match *out);

bool parse_poll(struct compiler *c, const struct yaml_node *at,
    struct poll *out);

bool parse_item(struct compiler *c, const struct yaml_node *at,
    struct item *out);

/* Compile one file's root node into the rules. */
void compile_file(struct compiler *c, const struct yaml_node *root);

/* Compile one entry of "rules". */
void compile_rule(struct compiler *c, const struct yaml_node *node);

bool compile_codes(struct compiler *c, const struct yaml_node *at,
    struct codes *out);
bool compile_statuses(struct compiler *c, const struct yaml_node *at,
    struct statuses *out);

#endif
