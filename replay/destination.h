/*
 * destination.h - where requests are sent: "scheme://host:port", and no path.
 */
#ifndef REPLAY_DESTINATION_H
#define REPLAY_DESTINATION_H

#include <stdint.h>

#include "base/base.h"
#include "base/span.h"
#include "http/exchange.h"

struct err;

#define DESTINATION_MAX_HOST      255
#define DESTINATION_MAX_ADDRESSES 16

struct destination {
	bool tls;
	char host[DESTINATION_MAX_HOST + 1]; /* lower case, without brackets */
	uint16_t port;
	char authority[DESTINATION_MAX_HOST + 10]; /* as Host says it */
};

/*
 * Read a URL of http or https; without a port it is the scheme's.  Errors:
 * ERR_USAGE for anything that follows, a lone "/" included: a path that is
 * put in front of others must be asked for by name.
 */
int destination_parse(struct destination *t, const char *url,
    struct err *err) MUST_CHECK;

/* Its host is an address, written in numbers. */
bool destination_is_address(const struct destination *t, struct endpoint *out);

/*
 * The addresses of the target: of the first of the texts "HOST:PORT:ADDR"
 * that names its host and port, else those that the system knows.  Errors:
 * ERR_USAGE for a text that is none, ERR_NOT_FOUND, ERR_SYSTEM.
 */
int destination_resolve(const struct destination *t, const char *const *texts,
    size_t text_count, struct endpoint out[DESTINATION_MAX_ADDRESSES],
    size_t *count, struct err *err) MUST_CHECK;

#endif
