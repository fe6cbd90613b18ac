#include "http/exchange.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

static const char *const reason_names[] = {
	[REASON_NO_RESPONSE] = "no-response",
	[REASON_RESPONSE_LOST] = "response-lost",
	[REASON_AMBIGUOUS] = "ambiguous",
	[REASON_RESET] = "reset",
	[REASON_CUT] = "cut",
	[REASON_LIMIT] = "limit",
};

const char *
endpoint_format(char text[ENDPOINT_SIZE], const struct endpoint *e)
{
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(e->v6 ? AF_INET6 : AF_INET, e->addr, addr, sizeof(addr));
	snprintf(text, ENDPOINT_SIZE, e->v6 ? "[%s]:%u" : "%s:%u", addr,
	    (unsigned)e->port);
	return text;
}

const char *
reason_name(enum reason r)
{
	return reason_names[r];
}

struct exchange *
exchange_new(void)
{
	struct exchange *x = xcalloc(1, sizeof(*x));

	x->arena = ARENA_INIT;
	return x;
}

void
exchange_free(struct exchange *x)
{
	if (x == NULL)
		return;
	arena_release(&x->arena);
	free(x);
}

int64_t
exchange_time(const struct exchange *x)
{
	return x->request != NULL ? x->request->first : x->response->first;
}

int
exchange_status(const struct exchange *x)
{
	return x->response != NULL ? x->response->parsed.status : 0;
}

bool
exchange_is_redirect(const struct exchange *x)
{
	int status = exchange_status(x);

	return status >= 300 && status < 400 && status != 304;
}

bool
exchange_is_complete(const struct exchange *x)
{
	return x->request != NULL && x->request->complete &&
	    x->response != NULL && x->response->complete;
}
