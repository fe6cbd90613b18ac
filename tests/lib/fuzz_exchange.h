/*
 * fuzz_exchange.h - an exchange from hostile bytes.
 */
#ifndef TESTS_LIB_FUZZ_EXCHANGE_H
#define TESTS_LIB_FUZZ_EXCHANGE_H

#include "http/exchange.h"

/*
 * An exchange of a request and a response, either with CRLF ends; NULL if the
 * request's head does not parse.  A response that does not is left out.
 * A body is what follows the head, cut to its Content-Length if it has one.
 * Owned by the caller.
 */
struct exchange *fuzz_exchange(struct span request, struct span response);

#endif
