/*
 * url.h - request targets and queries, taken apart but not interpreted.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/span.h"

struct arena;

/*
 * A request target (RFC 9112, section 3.2).  Spans point into the target
 * and are absent where it has no such part.
 */
struct url {
	struct span scheme;    /* absolute-form only */
	struct span userinfo;  /* absolute-form only, without the "@" */
	struct span authority; /* host and port: absolute-form, CONNECT */
	struct span path;      /* "*" for OPTIONS *; "/" if absolute-form has
				  none; absent for CONNECT */
	struct span query;     /* without the "?"; absent is not empty */
};

/* Split target; method tells authority-form (CONNECT) from origin-form. */
struct url url_split(struct span method, struct span target);

/*
 * Undo percent-encoding (RFC 3986); "+" becomes a space if form is set.
 * A "%" that no two hexadecimal digits follow stays.  Points into s if
 * nothing changes.
 */
struct span url_decode(struct span s, bool form, struct arena *arena);

/*
 * As url_decode(), for several segments of a path: "%2F" and "%25" stay, in
 * capitals, so that a slash within a segment is not taken for one between
 * two (RFC 3986, section 2.2).
 */
struct span url_decode_path(struct span s, struct arena *arena);

/* One decoded segment as url_decode_path() leaves it. */
struct span url_path_segment(struct span s, struct arena *arena);

/* One key=value of a query or of a form. */
struct pair {
	struct span key, value; /* value absent where there is no "=" */
};

/*
 * Take the next pair off *rest, which ends up absent.  Return false when
 * there is none.  Empty pairs ("a=1&&b=2") are passed over.
 */
bool url_next_pair(struct span *rest, struct pair *raw);

/* How many pairs url_next_pair() takes off text. */
size_t url_count_pairs(struct span text);

/* Host without port, brackets kept: "a.b:80" -> "a.b", "[::1]:1" -> "[::1]". */
struct span url_host(struct span authority);

#endif
