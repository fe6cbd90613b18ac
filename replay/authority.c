#include "replay/authority.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"

#define DAY          ((long)24 * 60 * 60)
#define SERIAL_BYTES 16
#define MAX_NAME     253 /* bytes of a host name (RFC 1035) */

struct authority {
	EVP_PKEY *key, *leaf_key;
	X509 *certificate;
	BIO *pem;
};

/* A clock that is a little slow must not make it invalid. */
static bool
set_time(X509 *x)
{
	return X509_gmtime_adj(X509_getm_notBefore(x), -DAY) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x),
		(AUTHORITY_DAYS - 1) * DAY) != NULL;
}

/* Random and positive (RFC 5280, section 4.1.2.2). */
static bool
set_serial(X509 *x)
{
	uint8_t bytes[SERIAL_BYTES];
	BIGNUM *n;
	bool done;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	done = n != NULL &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return done;
}

static bool
set_name(X509_NAME *name, const char *text)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		   (const unsigned char *)text, -1, -1, 0) == 1;
}

/* The authority as issuer, in front of the extensions that name it. */
static bool
begin(X509 *x, X509 *issuer, EVP_PKEY *key, const char *name)
{
	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    set_time(x) && X509_set_pubkey(x, key) == 1 &&
	    set_name(X509_get_subject_name(x), name) &&
	    X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1;
}

static bool
extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	bool done;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	done = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return done;
}

static X509 *
make_certificate(EVP_PKEY *key)
{
	char name[64];
	uint8_t tag[4];
	X509 *x = X509_new();

	/* Two runs have two names, so that a browser keeps them apart. */
	if (x == NULL || RAND_bytes(tag, sizeof(tag)) != 1)
		goto fail;
	snprintf(name, sizeof(name), "obit serve %02x%02x%02x%02x", tag[0],
	    tag[1], tag[2], tag[3]);
	if (begin(x, x, key, name) &&
	    extend(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    extend(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    extend(x, x, NID_subject_key_identifier, "hash") &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		return x;
fail:
	X509_free(x);
	return NULL;
}

int
authority_new(struct authority **out, struct err *err)
{
	struct authority *a = xcalloc(1, sizeof(*a));

	a->key = EVP_EC_gen("P-256");
	a->leaf_key = EVP_EC_gen("P-256");
	a->pem = BIO_new(BIO_s_mem());
	if (a->key != NULL && a->leaf_key != NULL && a->pem != NULL)
		a->certificate = make_certificate(a->key);
	if (a->certificate == NULL ||
	    PEM_write_bio_X509(a->pem, a->certificate) != 1) {
		authority_free(a);
		return err_set(err, ERR_SYSTEM,
		    "OpenSSL cannot make a certificate");
	}
	*out = a;
	return 0;
}

void
authority_free(struct authority *a)
{
	if (a == NULL)
		return;
	EVP_PKEY_free(a->key);
	EVP_PKEY_free(a->leaf_key);
	X509_free(a->certificate);
	BIO_free(a->pem);
	free(a);
}

struct span
authority_pem(const struct authority *a)
{
	char *text;
	long len = BIO_get_mem_data(a->pem, &text);

	return (struct span){ (const uint8_t *)text, (size_t)len };
}

EVP_PKEY *
authority_leaf_key(const struct authority *a)
{
	return a->leaf_key;
}

/* Only what cannot mean anything in OpenSSL's own notation. */
static bool
is_host_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > MAX_NAME)
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) && *name != '-' &&
		    *name != '.' && *name != '_')
			return false;
	return true;
}

X509 *
authority_issue(struct authority *a, const char *name)
{
	char names[MAX_NAME + sizeof("DNS:")] =
	    "DNS:localhost,IP:127.0.0.1,IP:::1";
	X509 *x;

	if (name != NULL && !is_host_name(name))
		return NULL;
	if (name != NULL)
		snprintf(names, sizeof(names), "DNS:%s", name);
	x = X509_new();
	/* A common name has 64 characters at most; clients look elsewhere. */
	if (x != NULL && begin(x, a->certificate, a->leaf_key, "obit serve") &&
	    extend(x, a->certificate, NID_basic_constraints,
		"critical,CA:FALSE") &&
	    extend(x, a->certificate, NID_key_usage,
		"critical,digitalSignature") &&
	    extend(x, a->certificate, NID_ext_key_usage, "serverAuth") &&
	    extend(x, a->certificate, NID_subject_alt_name, names) &&
	    extend(x, a->certificate, NID_subject_key_identifier, "hash") &&
	    extend(x, a->certificate, NID_authority_key_identifier,
		"keyid:always") &&
	    X509_sign(x, a->key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}
