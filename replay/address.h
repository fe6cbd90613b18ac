/*
 * address.h - addresses of sockets: from text, to text, as an endpoint.
 */
#ifndef REPLAY_ADDRESS_H
#define REPLAY_ADDRESS_H

#include <sys/socket.h>

#include "base/base.h"
#include "http/exchange.h"

struct err;

#define ADDRESS_URL_SIZE 80

/*
 * Read "ADDR:PORT" or "[ADDR]:PORT".  Only numeric addresses: a name would
 * have to be asked of somebody.  Errors: ERR_USAGE.
 */
int address_parse(struct sockaddr_storage *out, const char *text,
    struct err *err) MUST_CHECK;

/* Write "SCHEME://ADDR:PORT". */
void address_url(char url[ADDRESS_URL_SIZE], const char *scheme,
    const struct sockaddr_storage *a);

/* An endpoint of IPv4 or IPv6 as the kernel has it, and back. */
struct sockaddr_storage address_sockaddr(const struct endpoint *e);
struct endpoint address_endpoint(const struct sockaddr *sa);

#endif
