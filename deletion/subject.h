/*
 * subject.h - an exchange as the rules look at it.
 *
 * Normalised: origin-form target, effective method, decoded segments, what
 * the credentials say about service and region.  Bodies are taken apart
 * when a source asks for them, and once.
 *
 * A subject may have a head only: then a source in the request's body may
 * be "not known yet", which is not the same as absent.
 */
#ifndef DELETION_SUBJECT_H
#define DELETION_SUBJECT_H

#include "base/arena.h"
#include "deletion/auth.h"
#include "deletion/rule.h"
#include "deletion/trace.h"
#include "deletion/tree.h"
#include "http/exchange.h"
#include "http/url.h"

#define SUBJECT_BODY_LIMIT (16 * 1024 * 1024) /* decoded, to be taken apart */

struct capture {
	struct span name;
	struct span value; /* decoded; if several, by url_decode_path() */
	struct span plain; /* decoded */
	bool several;      /* segments there may be */
};

struct captures {
	struct capture at[64];
	size_t count;
};

enum body_state {
	BODY_UNREAD,
	BODY_UNKNOWN, /* the head alone is known */
	BODY_NONE,    /* there is none, or an empty one */
	BODY_MISSING, /* not captured, not kept, cut, or with holes */
	BODY_BROKEN,  /* claims or seems to be JSON or XML and is not */
	BODY_OPAQUE,
	BODY_FORM,
	BODY_JSON,
	BODY_XML,
};

struct body {
	enum body_state state;
	struct span text; /* of BODY_FORM and BODY_OPAQUE */
	struct tree *root;
};

struct list {
	struct span *at;
	size_t count, room;
};

enum {
	SUBJECT_SEGMENTS = 32,
};

/* The key of the query that was asked for last. */
struct asked {
	struct span name;
	bool there;
	struct span value; /* the first one, decoded */
	struct span more;  /* the pairs with others, if there are any */
};

struct subject {
	const struct rules *rules;
	struct arena *arena; /* for everything found */
	const struct head *request;
	const struct message *message;  /* NULL if the head is all there is */
	const struct message *response; /* NULL if there is none to look at */
	struct span method;             /* effective */
	struct url url;
	struct span *segments; /* raw; without a last empty one */
	size_t segment_count;
	bool may_override; /* the form, not seen yet, may change the method */
	bool has_auth, has_host;
	struct asked asked;
	struct span host; /* see subject_host() */
	struct auth auth;
	struct body body, answer;
	struct captures captures;     /* of the line that matched */
	struct span code;             /* of the whole call, once known */
	const struct target *targets; /* for SOURCE_TARGET */
	size_t target_count;
	uint64_t guards_asked, guards_closed; /* see dispatch.h */
	struct trace *trace;                  /* NULL: nobody asks */
	struct span few[SUBJECT_SEGMENTS];    /* memory for most */
};

/* Take a request apart.  m is NULL if only its head is known.  Spans stay
 * as long as the head and the arena. */
void subject_init(struct subject *s, const struct rules *rules,
    const struct head *head, const struct message *m, struct arena *arena);

/*
 * Append what a source gives; an element that is null gives an empty value.
 * Return false if that is not known yet.
 */
bool subject_values(struct subject *s, const struct source *source,
    struct list *out);

/* The first non-empty value of the sources in turn, or absent. */
struct span subject_first(struct subject *s, const struct sources *sources);

/* Values of the first source that gives a non-empty one. */
void subject_all(struct subject *s, const struct sources *sources,
    struct list *out);

enum truth {
	NO,
	YES,
	NOT_KNOWN,
};

enum truth subject_holds(struct subject *s, const struct cond *cond);

/* All of them; YES if there are none. */
enum truth subject_holds_all(struct subject *s, const struct conds *conds);

/* Any of them. */
bool subject_holds_any(struct subject *s, const struct conds *conds);

/* Without its port; absent if the request names none. */
struct span subject_host(struct subject *s);

/* The request's body and the response's. */
const struct body *subject_body(struct subject *s);
const struct body *subject_answer(struct subject *s);

/* Does Content-Type hold that word, in any case? */
bool subject_type_has(const struct head *head, const char *word);

/* Does the head announce a body? */
bool subject_may_have_body(const struct head *head);

void list_add(struct list *l, struct arena *arena, struct span value);

#endif
