/*
 * redact_parts.h - what redaction is made of; private to redact*.c.
 *
 * Each function masks in place what it finds in one kind of text.
 */
#ifndef DELETION_REDACT_PARTS_H
#define DELETION_REDACT_PARTS_H

#include "base/base.h"
#include "deletion/mask.h"
#include "deletion/redact.h"
#include "deletion/rules.h"
#include "deletion/secret.h"

struct arena;
struct message;
struct pair;
struct known_names;
struct known_masks;

struct redactor {
	uint8_t key[MASK_KEY_SIZE];
	struct sources secrets;
	struct sources more; /* of redactor_add(); owned */
	struct redact_paths {
		const char **at;
		size_t count;
	} paths;                   /* of redactor_add_path(); owned */
	struct known_names *known; /* NULL: nothing is remembered */
	struct known_masks *masks; /* likewise */
	redact_watch *watch;       /* NULL: nobody looks */
	void *watch_ctx;
	bool harder; /* see redactor_look_harder() */
};

/* What a text that is being masked is a part of. */
struct redact_part {
	enum redact_part_kind {
		PART_HEAD,
		PART_INTERIM, /* heads */
		PART_ENTITY,  /* without its codings */
		PART_FRAMING, /* a body with its chunks' framing */
	} kind;
	bool request;
	struct span text;
	struct span type; /* of an entity: its Content-Type, or absent */
};

/* One message being masked. */
struct redact {
	const struct redactor *redactor;
	struct arena *scratch;
	const uint8_t *cut; /* the text ends here too early; NULL if it
			       does not */
	unsigned depth;     /* texts inside texts */
	bool is_signed;     /* redact_is_signed() */
	bool is_oauth;      /* redact_is_oauth() of what is being masked */
	const struct redact_part *part; /* NULL: nobody looks */
};

/* Where a name stands. */
enum redact_place {
	REDACT_HEADER,
	REDACT_QUERY,
	REDACT_FORM,
	REDACT_JSON,
	REDACT_XML,
};

/* What a name says of its value. */
enum {
	NAME_SECRET = 1,
	NAME_HARMLESS = 2, /* secret_is_harmless() */
	NAME_COOKIE = 4,   /* these three are of headers only */
	NAME_SET_COOKIE = 8,
	NAME_AUTHORIZATION = 16,
	NAME_PLAIN = 32, /* nothing in it looks like a secret itself */
	NAME_URL = 64,   /* these two are of headers only */
	NAME_HOST = 128,
	NAME_SESSION = 256, /* a secret where the request is not signed */
	NAME_HINT = 512,    /* times enum secret_hint, where it is not sure */
	NAME_HINTS = 7 * NAME_HINT,
};

/* What a name says that hints so. */
static inline unsigned
redact_hint(enum secret_hint hint)
{
	return hint == HINT_SURE ? NAME_SECRET : (unsigned)hint * NAME_HINT;
}

/* What a name says, and another that names the same: one hint is enough. */
static inline unsigned
redact_both(unsigned what, unsigned other)
{
	return (what & NAME_HINTS) != 0 ? what | (other & NAME_SECRET)
					: what | other;
}

/* Is this value a secret by its name, which says that? */
static inline bool
redact_named(unsigned what, struct span value)
{
	return (what & NAME_SECRET) != 0 ||
	    secret_is_hinted((what & NAME_HINTS) / NAME_HINT, value);
}

/*
 * Does a signature of the request say who sends it?  Then the id of a session
 * beside it is that of a thing, such as AWS's TerminateSession ends.  The
 * request may be NULL: it is not known to be signed.
 */
bool redact_is_signed(const struct message *request);

/*
 * Do these pairs, or the members of this JSON, have names of a request for a
 * token or of its redirection (RFC 6749, section 4.1)?  Then "code" is one.
 */
bool redact_is_oauth(struct span pairs);
bool redact_is_oauth_json(struct span json);

unsigned redact_name(const struct redact *r, enum redact_place place,
    struct span name);
bool redact_is_secret(const struct redact *r, enum redact_place place,
    struct span name);

/* The names that redact_name() was asked for, as many as there is room for. */
struct known_names *known_names_new(void);
void known_names_free(struct known_names *k); /* NULL is allowed */

/* Masks that were put on before, as many as there is room for. */
struct known_masks *known_masks_new(void);
void known_masks_free(struct known_masks *k); /* NULL is allowed */

/* As mask_write(); k may be NULL. */
void known_masks_write(struct known_masks *k, const uint8_t key[MASK_KEY_SIZE],
    struct span secret, struct text place);

/* Mask the whole text, of which secret is the decoded form. */
void redact_all(const struct redact *r, struct span secret, struct text t);

/* Tell who watches that secret, which stands at t, is about to be masked. */
void redact_tell(const struct redact *r, struct span secret, struct text t);

/* Mask what looks like a secret, percent-encoded or not. */
void redact_value(const struct redact *r, struct text t, enum secret_look look);

/* The same without decoding. */
void redact_plain(const struct redact *r, struct text t, enum secret_look look);

/*
 * The same for the inside of a JSON string, and only for what does not begin
 * within one of its escapes.
 */
void redact_escaped(const struct redact *r, struct text t,
    enum secret_look look);

/* Would any mask be put on this text, which is not the recorded one? */
bool redact_would(struct span t, enum secret_look look, bool cut);

/* Does t touch the place where the message is cut? */
bool redact_is_cut(const struct redact *r, struct text t);

void redact_target(const struct redact *r, struct span method, struct text t);
void redact_pairs(const struct redact *r, enum redact_place place,
    struct text t);

/* One of them; a value that nothing is known of is looked at as look says. */
void redact_pair(const struct redact *r, enum redact_place place, struct text t,
    const struct pair *raw, enum secret_look look);

/*
 * The path of a target: its parameters (RFC 3986, section 3.3), as in
 * "/a;jsessionid=1", by their names, and what ASP.NET writes as "(S(...))".
 */
void redact_path(const struct redact *r, struct text t);

/*
 * A path, whole or a segment, decoded, without what redact_path() masks by
 * its name.
 */
struct span redact_path_rest(const struct redact *r, struct span path,
    struct arena *arena);

/* The value of Authorization and its like. */
void redact_authorization(const struct redact *r, struct text value);

/*
 * The part of such a value that says who, which is masked as one: an access
 * key id, a token, a user and password.  *kind becomes "ak", "token" or
 * "basic".  Absent if there is none.
 */
struct span redact_signer(struct span value, const char **kind);

/* Words without regard to case. */
bool redact_any_of(struct span s, const char *const *list, size_t count);
bool redact_contains(struct span s, const char *word);

/*
 * Field lines: a head, several heads, or a trailer section.  The first one
 * of a request is its request line.
 */
void redact_lines(const struct redact *r, struct text t, bool request);

/* What a body is, by its bytes and then by its Content-Type. */
enum redact_form {
	REDACT_IS_MULTIPART,
	REDACT_IS_JSON,
	REDACT_IS_XML,
	REDACT_IS_FORM,
	REDACT_IS_TEXT,
};

enum redact_form redact_form_of(struct span content_type, struct span body);

/* The value of name="..." in a line of a multipart body, or absent. */
struct span redact_part_name(struct span line);

/* A body without its transfer and content codings. */
void redact_entity(const struct redact *r, struct span content_type,
    struct text t);

/*
 * JSON, also several values in a row and JSON that is broken, cut or has
 * zeros where bytes are missing.
 */
void redact_json(const struct redact *r, struct text t);

/* Is this value, decoded, JSON that something is to be masked in? */
bool redact_holds_json(const struct redact *r, struct span decoded);

/* What a JSON string stands for. */
struct span redact_unescape(struct span string, struct arena *arena);

void redact_xml(const struct redact *r, struct text t);

#endif
