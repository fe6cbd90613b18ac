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
 * Does the name of a field, parameter, member or element say that its
 * value is a secret?  Case, punctuation and numbering do not matter:
 * "adminPass", "admin_pass" and "Admin-Pass.2" are one name.
 */
bool secret_name(struct span name);

/* The same for a header field, where "X-Something-Key" is one as well. */
bool secret_header(struct span name);

/*
 * Is such a name a secret's only because it is that of a session's id?
 * Where a session is not how a client proves who it is, that is an id like
 * any other.
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
