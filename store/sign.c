#include "store/sign.h"

#include <openssl/evp.h>

#include "base/err.h"

static int
failed(struct err *err)
{
	return err_set(err, ERR_SYSTEM, "OpenSSL cannot do Ed25519");
}

static EVP_PKEY *
private_key(const uint8_t seed[SIGN_SEED_SIZE])
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
	    SIGN_SEED_SIZE);
}

int
sign_new_seed(uint8_t seed[SIGN_SEED_SIZE], struct err *err)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	size_t len = SIGN_SEED_SIZE;
	int ok = key != NULL && EVP_PKEY_get_raw_private_key(key, seed, &len);

	EVP_PKEY_free(key);
	return ok ? 0 : failed(err);
}

int
sign_public(uint8_t public[SIGN_PUBLIC_SIZE],
    const uint8_t seed[SIGN_SEED_SIZE], struct err *err)
{
	EVP_PKEY *key = private_key(seed);
	size_t len = SIGN_PUBLIC_SIZE;
	int ok = key != NULL && EVP_PKEY_get_raw_public_key(key, public, &len);

	EVP_PKEY_free(key);
	return ok ? 0 : failed(err);
}

int
sign_make(uint8_t signature[SIGN_SIZE], const uint8_t seed[SIGN_SEED_SIZE],
    struct span text, struct err *err)
{
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = SIGN_SIZE;
	int ok = key != NULL && ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, text.p, text.len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? 0 : failed(err);
}

bool
sign_is_good(struct span signature, const uint8_t public[SIGN_PUBLIC_SIZE],
    struct span text)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    public, SIGN_PUBLIC_SIZE);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = key != NULL && ctx != NULL && signature.len == SIGN_SIZE &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, signature.p, signature.len, text.p,
		text.len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}
