#include "http/digest.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/xalloc.h"

struct digest {
	EVP_MD_CTX *ctx;
};

static void
start(struct digest *d)
{
	/* Fails only if the library itself has no SHA-256. */
	int ok = EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL);

	assert(ok == 1);
}

struct digest *
digest_new(void)
{
	struct digest *d = xcalloc(1, sizeof(*d));

	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL)
		xalloc_failed();
	start(d);
	return d;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

void
digest_add(struct digest *d, struct span data)
{
	int ok = data.len == 0 || EVP_DigestUpdate(d->ctx, data.p, data.len);

	assert(ok == 1);
}

void
digest_add_text(struct digest *d, struct span text)
{
	uint64_t len = text.p == NULL ? UINT64_MAX : text.len;

	digest_add(d, (struct span){ (const uint8_t *)&len, sizeof(len) });
	digest_add(d, text);
}

void
digest_finish(struct digest *d, uint8_t out[DIGEST_SIZE])
{
	int ok = EVP_DigestFinal_ex(d->ctx, out, NULL);

	assert(ok == 1);
	start(d);
}

void
digest_of(uint8_t out[DIGEST_SIZE], struct span data)
{
	int ok = EVP_Digest(data.len > 0 ? data.p : (const uint8_t *)"",
	    data.len, out, NULL, EVP_sha256(), NULL);

	assert(ok == 1);
}

void
digest_hmac(uint8_t out[DIGEST_SIZE], struct span key, struct span data)
{
	const uint8_t *ok = HMAC(EVP_sha256(), key.p, (int)key.len,
	    data.len > 0 ? data.p : (const uint8_t *)"", data.len, out, NULL);

	assert(ok != NULL);
}
