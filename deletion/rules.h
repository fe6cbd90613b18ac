/*
 * rules.h - the rule files, compiled.
 *
 * Rules are YAML (obit-rules(5)).  A user's files come first, in the order
 * given, then the built-in ones; the first rule that matches wins.
 *
 * A rule says "basis: contract" when a published document defines its
 * API's answers.  A deletion's outcome rests on that contract if one of
 * the rule's own lines decided it (need, item, when, codes, or a status
 * listed under "status"), or if nothing was answered at all; an outcome
 * that only the general status map or the general code table gives is
 * convention, and so is every outcome of a rule without a basis.
 */
#ifndef DELETION_RULES_H
#define DELETION_RULES_H

#include <stddef.h>

#include "base/base.h"
#include "base/span.h"

struct err;
struct rules;

/* Most rules in one file and in all of them. */
#define RULES_MAX 10000

/* Where in an exchange a value stands: "KIND:NAME" in a rule file. */
enum source_kind {
	SOURCE_PATH,    /* "path:NAME": what the path template caught */
	SOURCE_PLAIN,   /* "plain:NAME": the same without any escape */
	SOURCE_QUERY,   /* "query:KEY" */
	SOURCE_FORM,    /* "form:KEY", of an urlencoded request body */
	SOURCE_HEADER,  /* "header:NAME", any case */
	SOURCE_JSON,    /* "json:PTR", of the request body */
	SOURCE_XML,     /* "xml:TAG/TAG", of the request body */
	SOURCE_AUTH,    /* "auth:service", region, ak, scheme */
	SOURCE_METHOD,  /* "method": as written, without override */
	SOURCE_HOST,    /* "host": without port */
	SOURCE_TARGET,  /* "target": an id that the deletion was aimed at */
	SOURCE_STATUS,  /* "status" */
	SOURCE_CODE,    /* "code": the error code of the whole call */
	SOURCE_RHEADER, /* "rheader:NAME", of the response */
	SOURCE_RJSON,   /* "rjson:PTR" */
	SOURCE_RXML,    /* "rxml:TAG/TAG" */
	SOURCE_COUNT,
};

/* Where something is written. */
struct place {
	const char *file; /* NULL: nowhere */
	unsigned line;
};

/*
 * The name is a header name or key, in which "*" and "?" stand for any
 * characters (see glob.h), a JSON pointer (RFC 6901) in which a step "*"
 * stands for every element, a JSON member name without "/" in front, which
 * means a member of that name at any depth, or a path of XML tags.
 */
struct source {
	enum source_kind kind;
	struct span name;
	struct span text; /* as it is written */
	struct place place;
};

struct sources {
	const struct source *at;
	size_t count;
};

/*
 * Compile the files and the built-in rules.  Errors: ERR_SYSTEM,
 * ERR_FORMAT and ERR_LIMIT, with "file:line:column: " in front.
 */
int rules_open(struct rules **out, const char *const *files, size_t count,
    struct err *err) MUST_CHECK;

/* NULL is allowed. */
void rules_close(struct rules *rules);

/*
 * Check one file as rules_open() would and tell every mistake in it, each
 * a line "file:line:column: what".  Return their number, or -1 if the file
 * cannot be read.
 */
int rules_check(const char *file, void (*tell)(void *arg, const char *mistake),
    void *arg, struct err *err) MUST_CHECK;

/*
 * What [defaults] says is secret, and what differs between two calls that
 * mean the same.  Live as long as the rules.
 */
struct sources rules_secrets(const struct rules *rules);
struct sources rules_volatiles(const struct rules *rules);

/* Where servers say which request of theirs it was. */
struct sources rules_request_ids(const struct rules *rules);

#endif
