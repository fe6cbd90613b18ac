#include "replay/tls.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <uthash.h>
#include <utlist.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "replay/authority.h"

#define PIECE    16384 /* bytes of one record at most (RFC 8446) */
#define MAX_NAME 256

/* A certificate that was issued before. */
struct issued {
	X509 *certificate;
	struct issued *prev, *next;
	UT_hash_handle hh;
	char name[];
};

struct tls_context {
	SSL_CTX *ssl;
	struct authority *authority; /* NULL: the certificate was given */
	pthread_mutex_t lock;        /* of what follows */
	struct issued *by_name, *oldest;
};

struct tls {
	SSL *ssl;
	BIO *in, *out; /* the connection's ends of the wire; ssl's */
};

static const unsigned char protocols[] = "\x08http/1.1";

/* The latest reason in OpenSSL's words. */
static int
failed(struct err *err, enum err_code code, const char *what)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(e);

	ERR_clear_error();
	return err_set(err, code, "%s: %s", what,
	    reason != NULL ? reason : "not usable");
}

static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, protocols,
		sizeof(protocols) - 1, in, in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static int
context_new(struct tls_context **out, const SSL_METHOD *method, struct err *err)
{
	struct tls_context *c = xcalloc(1, sizeof(*c));

	c->ssl = SSL_CTX_new(method);
	pthread_mutex_init(&c->lock, NULL);
	if (c->ssl == NULL ||
	    SSL_CTX_set_min_proto_version(c->ssl, TLS1_2_VERSION) != 1) {
		tls_context_free(c);
		return failed(err, ERR_SYSTEM, "OpenSSL");
	}
	SSL_CTX_set_mode(c->ssl, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(c->ssl, choose_protocol, NULL);
	*out = c;
	return 0;
}

int
tls_context_files(struct tls_context **out, const char *chain, const char *key,
    struct err *err)
{
	struct tls_context *c;
	int rc = 0;

	if (context_new(&c, TLS_server_method(), err) < 0)
		return -1;
	if (SSL_CTX_use_certificate_chain_file(c->ssl, chain) != 1)
		rc = failed(err, ERR_FORMAT, chain);
	else if (SSL_CTX_use_PrivateKey_file(c->ssl, key, SSL_FILETYPE_PEM) !=
	    1)
		rc = failed(err, ERR_FORMAT, key);
	if (rc < 0)
		tls_context_free(c);
	else
		*out = c;
	return rc;
}

static void
forget(struct tls_context *c, struct issued *i)
{
	HASH_DEL(c->by_name, i);
	DL_DELETE(c->oldest, i);
	X509_free(i->certificate);
	free(i);
}

/* The certificate of a name, made the first time; the lock is held. */
static X509 *
certificate_of(struct tls_context *c, const char *name)
{
	size_t len = strlen(name);
	struct issued *i;
	X509 *made;

	HASH_FIND(hh, c->by_name, name, len, i);
	if (i != NULL)
		return i->certificate;
	if ((made = authority_issue(c->authority, name)) == NULL)
		return NULL;
	if (HASH_COUNT(c->by_name) >= TLS_MAX_NAMES)
		forget(c, c->oldest);
	i = xcalloc(1, sizeof(*i) + len + 1);
	memcpy(i->name, name, len + 1);
	i->certificate = made;
	HASH_ADD_KEYPTR(hh, c->by_name, i->name, len, i);
	DL_APPEND(c->oldest, i);
	return made;
}

/* Without a name, or with one nobody can have, localhost's has to do. */
static int
choose_certificate(SSL *ssl, void *arg)
{
	struct tls_context *c = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	X509 *x;
	int done = 1;

	if (name == NULL || strcmp(name, "localhost") == 0)
		return 1;
	pthread_mutex_lock(&c->lock);
	x = certificate_of(c, name);
	if (x != NULL)
		done = SSL_use_certificate(ssl, x);
	pthread_mutex_unlock(&c->lock);
	return done;
}

static bool
use_made(struct tls_context *c)
{
	X509 *x = authority_issue(c->authority, NULL);
	bool done = x != NULL && SSL_CTX_use_certificate(c->ssl, x) == 1 &&
	    SSL_CTX_use_PrivateKey(c->ssl, authority_leaf_key(c->authority)) ==
		1;

	X509_free(x);
	return done;
}

int
tls_context_made(struct tls_context **out, struct err *err)
{
	struct tls_context *c;

	if (context_new(&c, TLS_server_method(), err) < 0)
		return -1;
	if (authority_new(&c->authority, err) < 0) {
		tls_context_free(c);
		return -1;
	}
	if (!use_made(c)) {
		tls_context_free(c);
		return failed(err, ERR_SYSTEM, "OpenSSL");
	}
	SSL_CTX_set_cert_cb(c->ssl, choose_certificate, c);
	*out = c;
	return 0;
}

struct span
tls_context_authority(const struct tls_context *c)
{
	return authority_pem(c->authority);
}

int
tls_context_client(struct tls_context **out, const char *authorities,
    struct err *err)
{
	struct tls_context *c;
	int trusted;

	if (context_new(&c, TLS_client_method(), err) < 0)
		return -1;
	trusted = authorities == NULL
	    ? SSL_CTX_set_default_verify_paths(c->ssl)
	    : SSL_CTX_load_verify_file(c->ssl, authorities);
	/* This one function returns 0 when it worked. */
	if (trusted != 1 ||
	    SSL_CTX_set_alpn_protos(c->ssl, protocols, sizeof(protocols) - 1) !=
		0) {
		tls_context_free(c);
		return failed(err, ERR_FORMAT,
		    authorities == NULL ? "the system's certificates"
					: authorities);
	}
	SSL_CTX_set_verify(c->ssl, SSL_VERIFY_PEER, NULL);
	*out = c;
	return 0;
}

void
tls_context_free(struct tls_context *c)
{
	if (c == NULL)
		return;
	while (c->oldest != NULL)
		forget(c, c->oldest);
	SSL_CTX_free(c->ssl);
	authority_free(c->authority);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static struct tls *
tls_new(struct tls_context *c)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	t->ssl = SSL_new(c->ssl);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (t->ssl == NULL || t->in == NULL || t->out == NULL)
		xalloc_failed();
	SSL_set_bio(t->ssl, t->in, t->out);
	return t;
}

struct tls *
tls_accept(struct tls_context *c)
{
	struct tls *t = tls_new(c);

	SSL_set_accept_state(t->ssl);
	return t;
}

/* An address is no name that could be asked for. */
static bool
is_address(const char *host)
{
	ASN1_OCTET_STRING *a = a2i_IPADDRESS(host);

	ASN1_OCTET_STRING_free(a);
	ERR_clear_error();
	return a != NULL;
}

struct tls *
tls_connect(struct tls_context *c, const char *host)
{
	struct tls *t = tls_new(c);
	int done;

	SSL_set_connect_state(t->ssl);
	SSL_set_hostflags(t->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	done = SSL_set1_host(t->ssl, host) == 1;
	if (done && !is_address(host))
		done = SSL_ctrl(t->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
			   TLSEXT_NAMETYPE_host_name,
			   (void *)(uintptr_t)host) == 1;
	if (!done)
		xalloc_failed();
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	free(t);
}

/* What OpenSSL has for the other side. */
static int
drain(struct tls *t, struct buf *wire, struct err *err)
{
	char *bytes;
	long len = BIO_get_mem_data(t->out, &bytes);
	int rc = 0;

	if (len > 0)
		rc = buf_add(wire,
		    (struct span){ (uint8_t *)bytes, (size_t)len }, err);
	(void)BIO_reset(t->out);
	return rc;
}

/* Why it stopped: 0 if it only wants more. */
static int
stopped(struct tls *t, int result, struct err *err)
{
	long verify = SSL_get_verify_result(t->ssl);

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		if (verify == X509_V_OK)
			return failed(err, ERR_FORMAT, "TLS");
		ERR_clear_error();
		return err_set(err, ERR_FORMAT, "TLS: certificate: %s",
		    X509_verify_cert_error_string(verify));
	}
}

static int
read_all(struct tls *t, struct buf *plain, struct err *err)
{
	uint8_t piece[PIECE];
	int n;

	/* Reading also does what is left of the handshake. */
	ERR_clear_error();
	while ((n = SSL_read(t->ssl, piece, sizeof(piece))) > 0)
		if (buf_add(plain, (struct span){ piece, (size_t)n }, err) < 0)
			return -1;
	return stopped(t, n, err);
}

int
tls_take(struct tls *t, struct span bytes, struct buf *plain, struct buf *wire,
    struct err *err)
{
	struct err ignored;
	int rc;

	assert(bytes.len <= TLS_MAX_TAKE);
	if (bytes.len > 0 &&
	    BIO_write(t->in, bytes.p, (int)bytes.len) != (int)bytes.len)
		xalloc_failed();
	rc = read_all(t, plain, err);
	if (drain(t, wire, rc == 0 ? err : &ignored) < 0)
		return -1;
	return rc;
}

int
tls_give(struct tls *t, struct span plain, struct buf *wire, struct err *err)
{
	assert(tls_is_open(t));
	ERR_clear_error();
	while (plain.len > 0) {
		int n = plain.len < PIECE ? (int)plain.len : PIECE;

		if (SSL_write(t->ssl, plain.p, n) != n)
			return failed(err, ERR_FORMAT, "TLS");
		plain = span_sub(plain, (size_t)n, plain.len);
		if (drain(t, wire, err) < 0)
			return -1;
	}
	return 0;
}

int
tls_shut(struct tls *t, struct buf *wire, struct err *err)
{
	ERR_clear_error();
	if (tls_is_open(t))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
	return drain(t, wire, err);
}

bool
tls_is_open(const struct tls *t)
{
	return SSL_is_init_finished(t->ssl);
}

bool
tls_has_ended(const struct tls *t)
{
	return (SSL_get_shutdown(t->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}
