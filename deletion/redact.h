/*
 * redact.h - put masks over secrets before anything is stored.
 *
 * A mask has exactly the length of what it hides, so that every length and
 * offset in a message stays true, and begins with a keyed fingerprint: the
 * first characters of an HMAC-SHA-256 under a key that never enters the
 * archive.  The same secret has the same mask, so that a principal
 * correlates across exchanges, and nothing else can be learnt from it.
 */
#ifndef DELETION_REDACT_H
#define DELETION_REDACT_H

#include "base/base.h"
#include "base/span.h"

struct err;
struct exchange;
struct reading;
struct redactor;
struct rules;
struct source;

#define REDACT_KEY_SIZE 32

/*
 * Read the fingerprint key at path, or make one there (mode 0600, its
 * folder 0700) if there is none.  Errors: ERR_SYSTEM, ERR_FORMAT.
 */
int redact_key_load(uint8_t key[REDACT_KEY_SIZE], const char *path,
    struct err *err) MUST_CHECK;

/* The rules must outlive the redactor. */
struct redactor *redactor_new(const struct rules *rules,
    const uint8_t key[REDACT_KEY_SIZE]);
void redactor_free(struct redactor *r);

/* More names, as the rules (rules.h) have them; copied, but for what they
 * point at. */
void redactor_add(struct redactor *r, const struct source *secrets,
    size_t count);

/*
 * Mask segments of paths: each step of the pattern stands for one
 * segment, "{...}" for any, and "*" for any, which is masked.  The pattern is
 * kept by the caller.  Errors: ERR_USAGE.
 */
int redactor_add_path(struct redactor *r, const char *pattern,
    struct err *err) MUST_CHECK;

/*
 * Take for a secret also what capture leaves, because it may be the id of
 * a target: long random words in paths and in User-Agent.
 */
void redactor_look_harder(struct redactor *r);

/* A secret that is about to be masked.  Its bytes are for masking copies
 * of it, and not for showing. */
struct redact_hit {
	bool request;       /* of which message */
	const char *place;  /* "header", "path", "query", "json"... */
	struct span name;   /* of the field, key or member; a JSON pointer, a
			       path of XML tags, the number of a segment;
			       absent if there is none */
	const char *kind;   /* "jwt", "aws-key", "named", "random"... */
	struct span secret; /* decoded */
	struct span raw;    /* as it stands there */
};

typedef void redact_watch(void *ctx, const struct redact_hit *hit);

/* Be told of each; a hit lives until watch returns. */
void redactor_watch(struct redactor *r, redact_watch *watch, void *ctx);

/*
 * Replace both messages of x by masked copies in its arena.  A body whose
 * secrets cannot be masked in place, such as a compressed one, is withheld:
 * absent, with FLAW_WITHHELD.  Digests are of what remains.
 */
void redactor_apply(struct redactor *r, struct exchange *x);

/*
 * Who made the request: a fingerprint of the access key, token or
 * credential in it, or absent.  Works on a masked exchange and on an
 * unmasked one, with the same answer.  Lives in x's arena.
 */
struct span redactor_principal(struct redactor *r, struct exchange *x);

/*
 * Fill len bytes at place with the mask of a secret that is known to be one,
 * whatever its name.  Secret may be what stands there, or its decoded form.
 */
void redactor_mask(const struct redactor *r, struct span secret, uint8_t *place,
    size_t len);

/*
 * Mask x, which was recorded already, and its reading: what was masked in x
 * is masked wherever the reading repeats it, and the match key is made again
 * if anything was.  All else in the reading stays as it was recorded.
 * Return whether anything was masked.
 */
bool redactor_apply_again(struct redactor *r, const struct rules *rules,
    struct exchange *x, struct reading *reading);

/*
 * Mask in place what looks like a secret in a text that stands alone, such
 * as a server's words or the name of a target; text must be writable.  If
 * whole, it is the value of a name that says nothing; else only what is
 * surely a secret is masked.
 */
void redactor_text(struct redactor *r, struct span text, bool whole);

/* The HMAC-SHA-256 of data under the key. */
void redactor_fingerprint(const struct redactor *r, struct span data,
    uint8_t out[32]);

/* Where a value stands. */
enum redacted {
	REDACTED_HEADER,
	REDACTED_QUERY,
};

/* Would this value be masked there: by its name, or by its looks? */
bool redactor_is_secret(const struct redactor *r, enum redacted where,
    struct span name, struct span value);

#endif
