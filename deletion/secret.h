/*
 * secret.h - tell what is a secret, by its name and by its looks.
 *
 * Knows no key and changes nothing: masking (redact.h) hides what is found
 * here, and the match key (key.h) passes over it.
 */
#ifndef DELETION_SECRET_H
#define DELETION_SECRET_H

#include "base/span.h"

/*
 * What a name says of its value.  Under some names secrets stand, and much
 * else: a word ("session=expired"), a short number, a name with a number
 * ("sha256", "OPS-12", "2026-11-27"), the address of something.
 */
enum secret_hint {
	HINT_NONE,
	HINT_SURE,   /* a secret, whatever it is */
	HINT_LIKELY, /* one unless it is such; a number has up to 9 digits */
	HINT_TICKET, /* one if it is a ticket of CAS */
	HINT_PIN,    /* the same as HINT_LIKELY, but numbers have up to 3 */
	HINT_CODE,   /* none; but beside OAuth's names, HINT_GRANT */
	HINT_GRANT,  /* the same as HINT_LIKELY, but 12 characters or more */
};

/*
 * Ask a name of a field, parameter, member or element.  Case, punctuation
 * and numbering do not matter: "adminPass", "admin_pass" and "Admin-Pass.2"
 * are one name.
 */
enum secret_hint secret_hint(struct span name);

/*
 * The same for a header field, where "Something-Key" is a secret as well,
 * and "X-" says nothing.
 */
enum secret_hint secret_header_hint(struct span name);

/* Is it a secret by its name, which hints so? */
bool secret_is_hinted(enum secret_hint hint, struct span value);

/* Is whatever stands under that name a secret? */
static inline bool
secret_name(struct span name)
{
	return secret_hint(name) == HINT_SURE;
}

static inline bool
secret_header(struct span name)
{
	return secret_header_hint(name) == HINT_SURE;
}

/*
 * Does such a name hint at a secret only because it is that of a session or
 * its id?  Where a session is not how a client proves who it is, that is an id
 * like any other.
 */
bool secret_is_session(struct span name);

/*
 * The part of a value under such a name that is the secret: of a
 * credential, "AK/date/region/service", the key alone.
 */
struct span secret_part(struct span name, struct span value);

/*
 * Is the name of a header, parameter or member known for values that are
 * long and random, and still no secret: an id, a digest, a page token?
 */
bool secret_is_harmless(struct span name);

/* How hard to look at text whose name says nothing. */
enum secret_look {
	LOOK_PREFIX, /* only for what is surely one: "AKIA...", JWT, PEM */
	LOOK_TEXT,   /* also for long random words; ids survive */
	LOOK_STRICT, /* also for shorter ones: in fields nobody knows */
};

/*
 * Find the next secret in *rest and step over it.  Return false when there
 * is none.  If cut, the text may go on beyond its end, unseen, and what
 * begins like a secret there is one.
 */
bool secret_next(struct span *rest, enum secret_look look, bool cut,
    struct span *found);

#endif
