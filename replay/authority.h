/*
 * authority.h - a certificate authority that lives as long as the process.
 * The door to OpenSSL's certificates.
 *
 * Its certificate can be given to clients, its key to nobody.  Whatever it
 * issues has one key, which is the authority's other secret.
 */
#ifndef REPLAY_AUTHORITY_H
#define REPLAY_AUTHORITY_H

#include "base/base.h"
#include "base/span.h"

struct authority;
struct err;
struct evp_pkey_st; /* EVP_PKEY */
struct x509_st;     /* X509 */

#define AUTHORITY_DAYS 397 /* of validity: what clients accept of a leaf */

/* Errors: ERR_SYSTEM. */
int authority_new(struct authority **out, struct err *err) MUST_CHECK;

/* NULL is allowed. */
void authority_free(struct authority *a);

/* The certificate in PEM; as long as the authority. */
struct span authority_pem(const struct authority *a);

/* The key of all that it issues; the authority's. */
struct evp_pkey_st *authority_leaf_key(const struct authority *a);

/*
 * A certificate for a host name, or for localhost, 127.0.0.1 and ::1 if
 * the name is NULL; the caller's.  NULL if the name cannot stand in one.
 */
struct x509_st *authority_issue(struct authority *a, const char *name);

#endif
