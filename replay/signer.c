#include "replay/signer.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/stamp.h"
#include "deletion/mask.h"
#include "http/body.h"
#include "http/digest.h"
#include "http/exchange.h"
#include "replay/canonical.h"

#define WHEN_SENT    "when-sent"
#define NOT_HASHED   "UNSIGNED-PAYLOAD"
#define IN_CHUNKS    "STREAMING-"
#define SCOPE_PARTS  5  /* access key, date, region, service, terminator */
#define HKDF_FIRST   1  /* the number of the first block (RFC 5869, 2.3) */
#define DATE_LEN     8  /* of "20261120T200022Z" */
#define LONGEST_TIME 17 /* with its NUL */

/* How the schemes differ.  Empty names are of what a scheme does not have. */
static const struct scheme {
	const char *name, *algorithm;
	const char *date, *token, *hash; /* headers */
	const char *prefix;              /* of the key */
	const char *terminator;          /* of the scope; "": it has none;
					    NULL: there is no scope */
	struct {
		const char *algorithm, *credential, *date, *token, *headers,
		    *signature;
	} query;
	bool blanks;
} schemes[SIGNER_COUNT] = {
	[SIGNER_HUAWEI] = {
		.name = "huawei",
		.algorithm = "SDK-HMAC-SHA256",
		.date = "X-Sdk-Date",
		.token = "X-Security-Token",
		.hash = "X-Sdk-Content-Sha256",
	},
	[SIGNER_HUAWEI_V11] = {
		.name = "huawei-v11",
		.algorithm = "V11-HMAC-SHA256",
		.date = "X-Sdk-Date",
		.token = "X-Security-Token",
		.hash = "X-Sdk-Content-Sha256",
		.terminator = "",
	},
	[SIGNER_VOLCENGINE] = {
		.name = "volcengine",
		.algorithm = "HMAC-SHA256",
		.date = "X-Date",
		.token = "X-Security-Token",
		.hash = "X-Content-Sha256",
		.prefix = "",
		.terminator = "request",
		.query = { "X-Algorithm", "X-Credential", "X-Date",
		    "X-Security-Token", "X-SignedHeaders", "X-Signature" },
		.blanks = true,
	},
	[SIGNER_AWS] = {
		.name = "aws",
		.algorithm = "AWS4-HMAC-SHA256",
		.date = "X-Amz-Date",
		.token = "X-Amz-Security-Token",
		.hash = "X-Amz-Content-Sha256",
		.prefix = "AWS4",
		.terminator = "aws4_request",
		.query = { "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
		    "X-Amz-Security-Token", "X-Amz-SignedHeaders",
		    "X-Amz-Signature" },
		.blanks = true,
	},
};

const char *
signer_name(enum signer_scheme s)
{
	return schemes[s].name;
}

const char *
signer_algorithm(enum signer_scheme s)
{
	return schemes[s].algorithm;
}

/* One signature in the making. */
struct work {
	const struct signer *signer;
	const struct scheme *scheme;
	struct request *r;
	char time[LONGEST_TIME]; /* "20261120T200022Z" */
	struct span region, service;
	struct names names; /* of the signed headers */
	bool in_query;
	struct names queries; /* of Volcengine's signed query fields */
	bool has_queries;     /* there is such a list */
};

static bool
is_signed_in_query(const struct scheme *s, const struct request *r)
{
	return s->query.algorithm != NULL &&
	    span_eq_str(request_query(r, s->query.algorithm), s->algorithm);
}

static bool
is_signed_in_header(const struct scheme *s, const struct request *r)
{
	struct span value = request_header(r, "Authorization");

	return span_eq_str(span_cut(&value, ' '), s->algorithm);
}

bool
signer_fits(enum signer_scheme s, const struct request *r)
{
	return is_signed_in_header(&schemes[s], r) ||
	    is_signed_in_query(&schemes[s], r);
}

/* The value after "NAME=" in "ALGORITHM NAME=value, NAME=value"; or absent. */
static struct span
parameter(struct span authorization, const char *name)
{
	struct span rest = authorization;

	span_cut(&rest, ' ');
	while (rest.p != NULL) {
		struct span value = span_trim(span_cut(&rest, ','));
		struct span key = span_cut(&value, '=');

		if (span_eq_str(key, name))
			return value;
	}
	return (struct span){ 0 };
}

/* "20261120T200022Z" */
static void
basic_time(char out[LONGEST_TIME], int64_t t)
{
	char text[STAMP_SIZE];
	size_t n = 0;

	stamp_format(text, t);
	for (const char *p = text; *p != '.'; p++)
		if (*p != '-' && *p != ':' && n < LONGEST_TIME - 2)
			out[n++] = *p;
	out[n++] = 'Z';
	out[n] = '\0';
}

/* Region and service as recorded, unless others are given. */
static int
read_scope(struct work *w, struct span credential, struct err *err)
{
	struct span parts[SCOPE_PARTS];
	size_t n = 0;

	if (w->scheme->terminator == NULL)
		return 0;
	if (w->scheme->terminator[0] == '\0')
		parts[n++] = span_of_str("");
	/* A key id may hold a slash: the scope is what comes last. */
	for (size_t end = credential.len; n < SCOPE_PARTS && end > 0; n++) {
		size_t from = end;

		while (from > 0 && credential.p[from - 1] != '/')
			from--;
		parts[n] = span_sub(credential, from, end - from);
		end = from > 0 ? from - 1 : 0;
	}
	if (n < SCOPE_PARTS)
		return err_set(err, ERR_FORMAT,
		    "its signature names no region and service");
	w->service = w->signer->service.p ? w->signer->service : parts[1];
	w->region = w->signer->region.p ? w->signer->region : parts[2];
	return 0;
}

static int
read_recorded(struct work *w, struct err *err)
{
	struct span authorization = request_header(w->r, "Authorization");
	struct span list, credential;

	if (w->in_query) {
		list = request_query(w->r, w->scheme->query.headers);
		credential = request_query(w->r, w->scheme->query.credential);
	} else {
		list = parameter(authorization, "SignedHeaders");
		credential = parameter(authorization, "Credential");
		if (list.p == NULL)
			return err_set(err, ERR_FORMAT,
			    "its Authorization has no SignedHeaders");
	}
	w->names = names_of_list(list, true, &w->r->arena);
	return read_scope(w, credential, err);
}

static struct value
when_sent(struct span bytes)
{
	return (struct value){ bytes, span_of_str(WHEN_SENT), false };
}

static int
set_header(struct work *w, const char *name, struct value value,
    struct err *err)
{
	static const char *const lower[] = { "x-sdk-date", "x-date",
		"x-amz-date", "x-security-token", "x-amz-security-token" };

	for (size_t i = 0; i < ARRAY_LEN(lower); i++)
		if (span_eq_nocase(span_of_str(lower[i]), span_of_str(name)))
			names_add(&w->names, span_of_str(lower[i]));
	return request_set_header(w->r, name, value, err);
}

/* A new token, none, or one that somebody put there before. */
static int
set_token(struct work *w, struct err *err)
{
	const char *name =
	    w->in_query ? w->scheme->query.token : w->scheme->token;
	struct span there = w->in_query ? request_query(w->r, name)
					: request_header(w->r, name);
	struct value new = { .bytes = w->signer->token, .secret = true };

	if (new.bytes.p != NULL)
		return w->in_query ? request_set_query(w->r, name, new, err)
				   : set_header(w, name, new, err);
	if (there.p == NULL || !mask_inside(there))
		return 0;
	if (w->in_query)
		request_remove_query(w->r, name);
	else
		request_remove_header(w->r, name);
	return 0;
}

static int
hash_body(struct work *w, struct span *hex, struct err *err)
{
	const struct message *m;
	uint8_t hash[DIGEST_SIZE];

	if (request_message(w->r, &m, err) < 0)
		return -1;
	digest_of(hash, body_entity(m, &w->r->arena));
	*hex = canonical_hex(hash, &w->r->arena);
	return 0;
}

/* What the S3 API Reference says holds for what speaks S3. */
static bool
is_s3(struct span service)
{
	static const char *const names[] = { "s3", "s3express", "s3-outposts",
		"s3-object-lambda" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_eq_str(service, names[i]))
			return true;
	return false;
}

/* Signed in the query, an S3 request and one of Volcengine sign no body. */
static bool
leaves_body_out(const struct work *w)
{
	if (!w->in_query)
		return false;
	if (w->signer->scheme == SIGNER_AWS)
		return is_s3(w->service);
	return request_query(w->r, "X-NotSignBody").p != NULL;
}

/* The hash of the body, also in the header that repeats it. */
static int
set_hash(struct work *w, struct span *hex, struct err *err)
{
	struct span there = request_header(w->r, w->scheme->hash);
	uint8_t nothing[DIGEST_SIZE];

	if (span_has_prefix(there, span_of_str(IN_CHUNKS)))
		return err_set(err, ERR_UNSUPPORTED,
		    "its body is signed in chunks");
	if (span_eq_str(there, NOT_HASHED)) {
		*hex = there;
		return 0;
	}
	if (leaves_body_out(w) && w->signer->scheme == SIGNER_AWS) {
		*hex = span_of_str(NOT_HASHED);
		return 0;
	}
	if (leaves_body_out(w)) {
		digest_of(nothing, span_of_str(""));
		*hex = canonical_hex(nothing, &w->r->arena);
		return 0;
	}
	if (hash_body(w, hex, err) < 0)
		return -1;
	if (there.p == NULL)
		return 0;
	return request_set_header(w->r, w->scheme->hash,
	    (struct value){ .bytes = *hex }, err);
}

/* "20261120/cn-beijing/ecs/request"; shown without its date. */
static struct span
scope(const struct work *w, bool shown)
{
	return arena_printf(&w->r->arena, "%.*s/%.*s/%.*s%s%s",
	    shown ? (int)sizeof(WHEN_SENT) : DATE_LEN,
	    shown ? WHEN_SENT : w->time, (int)w->region.len,
	    (const char *)w->region.p, (int)w->service.len,
	    (const char *)w->service.p,
	    w->scheme->terminator[0] != '\0' ? "/" : "", w->scheme->terminator);
}

static void
chain(uint8_t key[DIGEST_SIZE], struct span text)
{
	uint8_t next[DIGEST_SIZE];

	digest_hmac(next, (struct span){ key, DIGEST_SIZE }, text);
	memcpy(key, next, DIGEST_SIZE);
}

/* HMAC(HMAC(HMAC(HMAC(secret, date), region), service), terminator). */
static void
signing_key(uint8_t key[DIGEST_SIZE], const struct work *w)
{
	struct span secret =
	    arena_printf(&w->r->arena, "%s%.*s", w->scheme->prefix,
		(int)w->signer->secret.len, (const char *)w->signer->secret.p);

	digest_hmac(key, secret, span_sub(span_of_str(w->time), 0, DATE_LEN));
	chain(key, w->region);
	chain(key, w->service);
	chain(key, span_of_str(w->scheme->terminator));
}

/* HKDF (RFC 5869) of the secret for the scope; its hexadecimal digits. */
static struct span
derived_key(const struct work *w, struct span scope)
{
	struct arena *arena = &w->r->arena;
	uint8_t key[DIGEST_SIZE], out[DIGEST_SIZE];

	digest_hmac(key, w->signer->access, w->signer->secret);
	digest_hmac(out, (struct span){ key, sizeof(key) },
	    arena_printf(arena, "%.*s%c", (int)scope.len, (const char *)scope.p,
		HKDF_FIRST));
	return canonical_hex(out, arena);
}

static struct span
signature(struct work *w, struct span canonical)
{
	struct arena *arena = &w->r->arena;
	uint8_t key[DIGEST_SIZE], out[DIGEST_SIZE];
	struct span text, place;

	if (w->scheme->terminator == NULL) {
		text = arena_printf(arena, "%s\n%s\n%.*s", w->scheme->algorithm,
		    w->time, (int)canonical.len, (const char *)canonical.p);
		digest_hmac(out, w->signer->secret, text);
		return canonical_hex(out, arena);
	}
	place = scope(w, false);
	text = arena_printf(arena, "%s\n%s\n%.*s\n%.*s", w->scheme->algorithm,
	    w->time, (int)place.len, (const char *)place.p, (int)canonical.len,
	    (const char *)canonical.p);
	if (w->scheme->terminator[0] == '\0') {
		digest_hmac(out, derived_key(w, place), text);
	} else {
		signing_key(key, w);
		digest_hmac(out, (struct span){ key, sizeof(key) }, text);
	}
	return canonical_hex(out, arena);
}

/* "AK", or "AK/SCOPE". */
static struct span
credential(const struct work *w, bool shown)
{
	struct span id = w->signer->access, place;

	if (w->scheme->terminator == NULL)
		return id;
	place = scope(w, shown);
	return arena_printf(&w->r->arena, "%.*s/%.*s", (int)id.len,
	    (const char *)id.p, (int)place.len, (const char *)place.p);
}

static bool
is_signed_query(void *ctx, struct span name)
{
	const struct work *w = ctx;

	if (w->in_query && span_eq_str(name, w->scheme->query.signature))
		return false;
	return !w->has_queries || names_has(&w->queries, name);
}

static enum canonical_path
path_form(const struct work *w)
{
	if (w->signer->scheme == SIGNER_HUAWEI ||
	    w->signer->scheme == SIGNER_HUAWEI_V11)
		return CANONICAL_SLASH;
	if (w->signer->scheme == SIGNER_VOLCENGINE || is_s3(w->service))
		return CANONICAL_ONCE;
	return CANONICAL_TWICE;
}

static struct span
make_signature(struct work *w, struct span body_hash)
{
	struct canonical c = {
		.path = path_form(w),
		.blanks = w->scheme->blanks,
		.names = w->names,
		.has_query = is_signed_query,
		.ctx = w,
		.body_hash = body_hash,
	};

	return signature(w, canonical_hash(&c, w->r));
}

static struct span
authorization(const struct work *w, struct span signature, bool shown)
{
	struct span id = credential(w, shown);
	struct span list = names_list(&w->names, &w->r->arena);

	return arena_printf(&w->r->arena,
	    "%s %s=%.*s, SignedHeaders=%.*s, Signature=%.*s",
	    w->scheme->algorithm,
	    w->scheme->terminator != NULL ? "Credential" : "Access",
	    (int)id.len, (const char *)id.p, (int)list.len,
	    (const char *)list.p, (int)signature.len,
	    (const char *)signature.p);
}

static int
sign_header(struct work *w, struct err *err)
{
	struct value value = { .secret = true };
	struct span hash, made;

	if (set_header(w, w->scheme->date, when_sent(span_of_str(w->time)),
		err) < 0 ||
	    set_token(w, err) < 0 || set_hash(w, &hash, err) < 0)
		return -1;
	names_keep_present(&w->names, w->r);
	made = make_signature(w, hash);
	value.bytes = authorization(w, made, false);
	value.shown = authorization(w, span_of_str(WHEN_SENT), true);
	return request_set_header(w->r, "Authorization", value, err);
}

/* Volcengine says which query fields are signed; names keep their case. */
static int
set_queries(struct work *w, struct err *err)
{
	struct span list = request_query(w->r, "X-SignedQueries");
	const char *token = w->scheme->query.token;

	if (w->signer->scheme != SIGNER_VOLCENGINE || list.p == NULL)
		return 0;
	w->queries = names_of_list(list, false, &w->r->arena);
	if (request_query(w->r, token).p != NULL)
		names_add(&w->queries, span_of_str(token));
	else
		names_drop(&w->queries, span_of_str(token));
	w->has_queries = true;
	list = names_list(&w->queries, &w->r->arena);
	return request_set_query(w->r, "X-SignedQueries",
	    (struct value){ .bytes = list }, err);
}

static int
sign_query(struct work *w, struct err *err)
{
	struct value id = { credential(w, false), credential(w, true), true };
	struct span hash;

	if (request_set_query(w->r, w->scheme->query.credential, id, err) < 0 ||
	    request_set_query(w->r, w->scheme->query.date,
		when_sent(span_of_str(w->time)), err) < 0 ||
	    set_token(w, err) < 0 || set_queries(w, err) < 0 ||
	    set_hash(w, &hash, err) < 0)
		return -1;
	names_keep_present(&w->names, w->r);
	return request_set_query(w->r, w->scheme->query.signature,
	    when_sent(make_signature(w, hash)), err);
}

int
signer_sign(const struct signer *s, struct request *r, int64_t now,
    struct err *err)
{
	struct work w = {
		.signer = s,
		.scheme = &schemes[s->scheme],
		.r = r,
	};

	w.in_query = !is_signed_in_header(w.scheme, r);
	basic_time(w.time, now);
	if (read_recorded(&w, err) < 0)
		return -1;
	return w.in_query ? sign_query(&w, err) : sign_header(&w, err);
}
