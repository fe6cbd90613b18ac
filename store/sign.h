/*
 * sign.h - Ed25519 (RFC 8032).  The door to OpenSSL's signatures.
 *
 * A private key is its seed, as in RFC 8032.
 */
#ifndef STORE_SIGN_H
#define STORE_SIGN_H

#include "base/base.h"
#include "base/span.h"

struct err;

#define SIGN_SEED_SIZE   32
#define SIGN_PUBLIC_SIZE 32
#define SIGN_SIZE        64

/* A new seed from the system's randomness. */
int sign_new_seed(uint8_t seed[SIGN_SEED_SIZE], struct err *err) MUST_CHECK;

/* The public key that belongs to a seed. */
int sign_public(uint8_t public[SIGN_PUBLIC_SIZE],
    const uint8_t seed[SIGN_SEED_SIZE], struct err *err) MUST_CHECK;

int sign_make(uint8_t signature[SIGN_SIZE], const uint8_t seed[SIGN_SEED_SIZE],
    struct span text, struct err *err) MUST_CHECK;

/* Is this the key's signature of text?  False for anything odd. */
bool sign_is_good(struct span signature, const uint8_t public[SIGN_PUBLIC_SIZE],
    struct span text);

#endif
