#include "replay/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define HOST_SIZE 64

static int
parse_port(uint16_t *port, const char *text)
{
	char *rest;
	unsigned long n;

	if (*text < '0' || *text > '9')
		return -1;
	n = strtoul(text, &rest, 10);
	*port = (uint16_t)n;
	return *rest == '\0' && n <= UINT16_MAX ? 0 : -1;
}

/* Cut at the last colon. */
static int
split(const char *text, char host[HOST_SIZE], uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len == 0 || len >= HOST_SIZE)
		return -1;
	memcpy(host, text, len);
	host[len] = '\0';
	return parse_port(port, colon + 1);
}

int
address_parse(struct sockaddr_storage *out, const char *text, struct err *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	char host[HOST_SIZE];
	uint16_t port;

	memset(out, 0, sizeof(*out));
	if (split(text, host, &port) < 0)
		goto bad;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return 0;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return 0;
	}
bad:
	return err_set(err, ERR_USAGE,
	    "\"%.80s\" is not ADDR:PORT with a numeric address", text);
}

void
address_url(char url[ADDRESS_URL_SIZE], const char *scheme,
    const struct sockaddr_storage *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	char host[INET6_ADDRSTRLEN] = "";

	if (a->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(url, ADDRESS_URL_SIZE, "%s://[%s]:%u", scheme, host,
		    ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(url, ADDRESS_URL_SIZE, "%s://%s:%u", scheme, host,
		    ntohs(v4->sin_port));
	}
}

struct sockaddr_storage
address_sockaddr(const struct endpoint *e)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *v4 = (void *)&ss;
	struct sockaddr_in6 *v6 = (void *)&ss;

	if (e->v6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(e->port);
		memcpy(&v6->sin6_addr, e->addr, 16);
	} else {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(e->port);
		memcpy(&v4->sin_addr, e->addr, 4);
	}
	return ss;
}

struct endpoint
address_endpoint(const struct sockaddr *sa)
{
	const struct sockaddr_in *v4 = (const void *)sa;
	const struct sockaddr_in6 *v6 = (const void *)sa;
	struct endpoint e = { .v6 = sa->sa_family == AF_INET6 };

	e.port = ntohs(e.v6 ? v6->sin6_port : v4->sin_port);
	if (e.v6)
		memcpy(e.addr, &v6->sin6_addr, 16);
	else
		memcpy(e.addr, &v4->sin_addr, 4);
	return e;
}
