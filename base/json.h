/*
 * json.h - write JSON, one value after another, to a stdio stream.
 *
 * The writer puts in the commas.  Inside an object every call takes the
 * member's name; inside an array, and at the top, name is NULL.  Text is
 * written as UTF-8; a byte that is not part of valid UTF-8 becomes U+FFFD.
 *
 *	struct json j = JSON_INIT(out);
 *
 *	json_object(&j, NULL);
 *	json_text(&j, "method", method);
 *	json_int(&j, "status", 204);
 *	json_end(&j);
 *	json_line(&j);
 *
 * Write errors stay in the stream, for its owner to check.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

#include "base/span.h"

#define JSON_DEPTH 32 /* values inside values; deeper is a bug */

struct json {
	FILE *out;
	int depth;
	bool again[JSON_DEPTH + 1]; /* something stands before at this depth */
	char close[JSON_DEPTH + 1];
};

#define JSON_INIT(f) ((struct json){ .out = (f) })

/* jansson has functions of the same names: ours must not be seen by it. */
#pragma GCC visibility push(hidden)

void json_object(struct json *j, const char *name);
void json_array(struct json *j, const char *name);

/* Close the innermost object or array. */
void json_end(struct json *j);

/* An absent span is null. */
void json_text(struct json *j, const char *name, struct span text);

/* NULL is null. */
void json_str(struct json *j, const char *name, const char *text);
void json_int(struct json *j, const char *name, int64_t n);
void json_uint(struct json *j, const char *name, uint64_t n);
/* With three digits behind the point; n is finite. */
void json_real(struct json *j, const char *name, double n);
void json_bool(struct json *j, const char *name, bool yes);
void json_null(struct json *j, const char *name);

/* A time as stamp_format() writes it. */
void json_time(struct json *j, const char *name, int64_t t);

/* Bytes as lower-case hexadecimal; absent is null. */
void json_hex(struct json *j, const char *name, struct span bytes);

/* Bytes in base64 with padding (RFC 4648, section 4); absent is null. */
void json_base64(struct json *j, const char *name, struct span bytes);

/* End a line of JSON Lines; every object and array must be closed. */
void json_line(struct json *j);

#pragma GCC visibility pop

#endif
