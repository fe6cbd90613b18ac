#include "http/digest.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "base/xalloc.h"

/*
 * Most of what is digested comes in numbers and names of a few bytes, for
 * which a call of OpenSSL takes longer than their digest: they are gathered.
 */
struct digest {
	EVP_MD_CTX *ctx;
	bool begun; /* something was added */
	size_t held;
	uint8_t small[512];
};

/*
 * Looked up once: to find an algorithm takes OpenSSL as long as to digest
 * a kilobyte.  They never change and live as long as the process.
 */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static EVP_MAC_CTX *hmac; /* with some key: to be copied */

/* One that its thread does not need at the moment: making it takes longer
   than most digests do. */
static pthread_key_t spare;

static void
destroy(void *arg)
{
	struct digest *d = arg;

	EVP_MD_CTX_free(d->ctx);
	free(d);
}

/* Fails only if the library itself has none. */
static void
look_up_hmac(void)
{
	static const uint8_t any_key[DIGEST_SIZE];
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
		    sizeof(name) - 1),
		OSSL_PARAM_END,
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	bool ok;

	hmac = EVP_MAC_CTX_new(mac);
	ok = EVP_MAC_init(hmac, any_key, sizeof(any_key), params);
	EVP_MAC_free(mac);
	assert(ok);
}

static void
look_up(void)
{
	int failed = pthread_key_create(&spare, destroy);

	assert(failed == 0);
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	assert(sha256 != NULL);
	look_up_hmac();
}

static void
need_algorithms(void)
{
	int failed = pthread_once(&once, look_up);

	assert(failed == 0);
}

static void
start(struct digest *d)
{
	int ok = EVP_DigestInit_ex(d->ctx, sha256, NULL);

	assert(ok == 1);
}

static struct digest *
make(void)
{
	struct digest *d = xcalloc(1, sizeof(*d));

	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL)
		xalloc_failed();
	start(d);
	return d;
}

struct digest *
digest_new(void)
{
	struct digest *d;

	need_algorithms();
	d = pthread_getspecific(spare);
	if (d == NULL)
		return make();
	(void)pthread_setspecific(spare, NULL);
	return d;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	if (d->begun)
		start(d);
	d->begun = false;
	d->held = 0;
	if (pthread_getspecific(spare) != NULL ||
	    pthread_setspecific(spare, d) != 0)
		destroy(d);
}

static void
update(struct digest *d, const uint8_t *p, size_t len)
{
	int ok = EVP_DigestUpdate(d->ctx, p, len);

	assert(ok == 1);
}

static void
flush(struct digest *d)
{
	if (d->held > 0)
		update(d, d->small, d->held);
	d->held = 0;
}

void
digest_add(struct digest *d, struct span data)
{
	if (data.len == 0)
		return;
	d->begun = true;
	if (data.len > sizeof(d->small) - d->held)
		flush(d);
	if (data.len > sizeof(d->small)) {
		update(d, data.p, data.len);
		return;
	}
	memcpy(d->small + d->held, data.p, data.len);
	d->held += data.len;
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
	int ok;

	flush(d);
	ok = EVP_DigestFinal_ex(d->ctx, out, NULL);
	assert(ok == 1);
	start(d);
	d->begun = false;
}

/* Of nothing: every message without a body asks for it. */
static const uint8_t of_nothing[DIGEST_SIZE] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98,
	0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
	0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78,
	0x52, 0xb8, 0x55 };

void
digest_of(uint8_t out[DIGEST_SIZE], struct span data)
{
	struct digest *d;

	if (data.len == 0) {
		memcpy(out, of_nothing, DIGEST_SIZE);
		return;
	}
	d = digest_new();
	digest_add(d, data);
	digest_finish(d, out);
	digest_free(d);
}

void
digest_hmac(uint8_t out[DIGEST_SIZE], struct span key, struct span data)
{
	static const uint8_t empty[1]; /* NULL would be the key it has */
	EVP_MAC_CTX *ctx;
	bool ok;

	need_algorithms();
	ctx = EVP_MAC_CTX_dup(hmac);
	if (ctx == NULL)
		xalloc_failed();
	ok = EVP_MAC_init(ctx, key.len > 0 ? key.p : empty, key.len, NULL) ==
		1 &&
	    (data.len == 0 || EVP_MAC_update(ctx, data.p, data.len) == 1) &&
	    EVP_MAC_final(ctx, out, NULL, DIGEST_SIZE) == 1;
	EVP_MAC_CTX_free(ctx);
	assert(ok);
}
