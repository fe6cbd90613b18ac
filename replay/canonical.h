/*
 * canonical.h - a request in the form that is signed.
 *
 * Huawei's SDK-HMAC-SHA256, Volcengine's HMAC-SHA256 and AWS Signature
 * Version 4 hash the same six things, a line each:
 *
 *	method, path, sorted query, header lines, names of headers, hash of
 *	the body
 *
 * and differ in how the path is written and in what is left out.
 */
#ifndef REPLAY_CANONICAL_H
#define REPLAY_CANONICAL_H

#include "base/base.h"
#include "base/span.h"
#include "http/digest.h"

struct arena;
struct err;
struct request;

enum canonical_path {
	CANONICAL_SLASH, /* encoded once, and ends in "/" (Huawei) */
	CANONICAL_ONCE,  /* encoded once (Volcengine, S3) */
	CANONICAL_TWICE, /* as sent, without "//", "." and "..", and encoded
			    again (AWS but S3) */
};

/* Sorted, each once; those of headers in lower case. */
struct names {
	struct span *at;
	size_t count;
};

struct canonical {
	enum canonical_path path;
	bool blanks;        /* several blanks in a header count as one */
	struct names names; /* of the headers; absent ones are an error */

	/* Is this query field part of it?  NULL: all are. */
	bool (*has_query)(void *ctx, struct span name);
	void *ctx;
	struct span body_hash; /* in hexadecimal, or a word in its place */
};

/* The names in a list with ";" between them, and room for two more. */
struct names names_of_list(struct span list, bool lower_case,
    struct arena *arena);

/* Put in a name; at most two of them. */
void names_add(struct names *n, struct span name);
void names_drop(struct names *n, struct span name);
bool names_has(const struct names *n, struct span name);

/* Remove those that no header of r has. */
void names_keep_present(struct names *n, const struct request *r);

/* The list, as it is signed and sent. */
struct span names_list(const struct names *n, struct arena *arena);

/* The SHA-256 of the canonical request, in lower-case hexadecimal. */
struct span canonical_hash(const struct canonical *c, struct request *r);

/* 2 * DIGEST_SIZE characters in the arena. */
struct span canonical_hex(const uint8_t digest[DIGEST_SIZE],
    struct arena *arena);

#endif
