/*
 * rule.h - one compiled rule, and what a rule file as a whole adds.
 *
 * Everything lives in the arena of struct rules and is never changed
 * after compilation.
 */
#ifndef DELETION_RULE_H
#define DELETION_RULE_H

#include "base/arena.h"
#include "deletion/deletion.h"
#include "deletion/rules.h"

struct globs {
	const struct span *at;
	size_t count;
};

/* SOURCE=GLOB,GLOB; SOURCE; !SOURCE */
struct cond {
	struct source source;
	struct globs globs; /* none: it is enough to be there */
	bool negated;
	bool pattern; /* the source's name is one */
	struct span text;
};

struct conds {
	const struct cond *at;
	size_t count;
};

struct segment {
	enum { SEGMENT_LITERAL, SEGMENT_ONE, SEGMENT_REST, SEGMENT_VALUE } kind;
	struct span text;     /* the literal or the name */
	struct source source; /* SEGMENT_VALUE, "{rjson:/job_id}": polls only */
};

/* "/v1/{project}/x/{rest**}:verb" */
struct template
{
	const struct segment *at;
	size_t count;
	struct span verb; /* absent if none */
};

struct match {
	const struct rule *rule;
	struct globs methods;
	struct template path;
	struct conds conds;
	struct span text;
	struct place place;
};

struct when {
	struct conds conds;
	struct span text;
	struct place place;
	enum outcome outcome;
};

/* A list of results inside the response. */
struct item {
	struct source list;
	struct span id, code, state; /* relative to an element; or absent */
	enum outcome fixed;          /* OUTCOME_COUNT: code and state decide */
};

struct code {
	struct place place;
	int status; /* 0: any */
	struct span glob;
	enum outcome outcome;
};

struct codes {
	const struct code *at;
	size_t count;
};

struct state {
	struct span glob;
	enum outcome outcome;
};

struct status {
	struct place place;
	int status;
	enum outcome outcome;
};

struct statuses {
	const struct status *at;
	size_t count;
};

/* Where and how a later exchange shows what became of a deletion. */
struct poll {
	enum {
		POLL_SELF,   /* GET of the deletion's own URL */
		POLL_PATH,   /* a path template, filled in */
		POLL_SOURCE, /* a URL that the response gave */
	} kind;
	struct globs methods;
	struct template path;
	struct source url;  /* POLL_SOURCE */
	struct conds conds; /* of the later request */
	struct sources value;
	struct globs pending, done, fail;
	struct conds failing; /* of the later response; comes first */
	struct conds need;    /* of the later response, to prove anything */
	struct sources ids;   /* targets that the later request names */
	struct source list;   /* of elements that are still there */
	struct span list_id, list_state;
	bool listing;       /* there is a list */
	bool gone;          /* "not found" proves it */
	bool after_deleted; /* also follow what was answered as deleted */
	int every, limit;   /* seconds; 0 if not said */
};

struct rule {
	struct span name;
	const char *file;
	unsigned line;
	bool contract;
	const struct match *matches;
	size_t match_count;
	struct span type; /* a literal; absent if types are used */
	struct sources types;
	struct sources ids;   /* the first that gives something */
	struct sources scope; /* all of them, joined */
	struct sources idem;
	int lifetime;         /* of what idem finds, seconds; 0: not said */
	struct conds dry_run; /* what makes it one: each has one value */
	struct sources code;
	struct sources text;
	struct conds force;
	struct sources need; /* all of them */
	const struct when *whens;
	size_t when_count;
	const struct item *items;
	size_t item_count;
	const struct state *states;
	size_t state_count;
	enum outcome unlisted; /* of ids that no item names */
	struct conds unlisted_if;
	size_t max; /* ids; 0: no limit */
	struct codes codes;
	struct codes file_codes;
	struct statuses statuses;
	const struct poll *polls;
	size_t poll_count;
	bool set_delete; /* ids are a selector, even if there are some */
};

struct dispatch;

struct rules {
	struct arena arena;
	struct rule **rules; /* in order; room for RULES_MAX */
	size_t count;
	struct sources secrets, volatiles;
	struct sources request_id, code, text;
	struct conds dry_run, force; /* any of them */
	int lifetime;                /* of tokens; 0: not said */
	struct codes codes;
	struct statuses statuses;
	struct dispatch *dispatch;
};

#endif
