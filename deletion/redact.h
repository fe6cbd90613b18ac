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
struct redactor;
struct rules;

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

#endif
