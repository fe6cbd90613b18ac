#include "replay/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "http/exchange.h"
#include "http/url.h"
#include "replay/destination.h"
#include "replay/host.h"

#define uthash_fatal(msg) xalloc_failed()
#include <uthash.h>

#define KEY_SIZE (DESTINATION_MAX_HOST + 16)

/* A host name, or an address; with its port where that counts. */
struct known {
	UT_hash_handle hh;
	bool name; /* to be asked for */
	char key[];
};

struct guard {
	struct known *all;
};

struct guard *
guard_new(void)
{
	return xcalloc(1, sizeof(struct guard));
}

void
guard_free(struct guard *g)
{
	struct known *k, *next;

	if (g == NULL)
		return;
	HASH_ITER(hh, g->all, k, next)
	{
		HASH_DEL(g->all, k);
		free(k);
	}
	free(g);
}

static const struct known *
find(const struct guard *g, const char *key)
{
	struct known *k;

	HASH_FIND_STR(g->all, key, k);
	return k;
}

static void
add(struct guard *g, const char *key, bool name)
{
	struct known *k;
	size_t len = strlen(key);

	if (find(g, key) != NULL)
		return;
	k = xcalloc(1, sizeof(*k) + len + 1);
	k->name = name;
	memcpy(k->key, key, len + 1);
	HASH_ADD_KEYPTR(hh, g->all, k->key, len, k);
}

/* An IPv4 address inside IPv6 is that address (RFC 4291, 2.5.5.2). */
static struct endpoint
plain(const struct endpoint *e)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct endpoint out = *e;

	if (!e->v6 || memcmp(e->addr, mapped, sizeof(mapped)) != 0)
		return out;
	out = (struct endpoint){ .port = e->port };
	memcpy(out.addr, e->addr + 12, 4);
	return out;
}

static bool
is_loopback(const struct endpoint *e)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return e->v6 ? memcmp(e->addr, v6, 16) == 0 : e->addr[0] == 127;
}

static bool
is_nowhere(const struct endpoint *e)
{
	static const uint8_t zero[16];

	return memcmp(e->addr, zero, e->v6 ? 16 : 4) == 0;
}

static void
address_key(char key[KEY_SIZE], const struct endpoint *e)
{
	struct endpoint p = plain(e);

	if (!is_loopback(&p))
		p.port = 0;
	endpoint_format(key, &p);
}

/* A name that always means this machine is told apart by its port too. */
static void
name_key(char key[KEY_SIZE], const char *host, uint16_t port)
{
	size_t len = strlen(host);

	while (len > 0 && host[len - 1] == '.')
		len--;
	if (len == 9 && strncmp(host, "localhost", 9) == 0)
		snprintf(key, KEY_SIZE, "localhost:%u", port);
	else
		snprintf(key, KEY_SIZE, "%.*s", (int)len, host);
}

static void
note_target(struct guard *g, const struct destination *t)
{
	char key[KEY_SIZE];
	struct endpoint e;
	bool numeric = destination_is_address(t, &e);

	if (numeric)
		address_key(key, &e);
	else
		name_key(key, t->host, t->port);
	add(g, key, !numeric);
}

/* The host as the client named it; it went to the port that it went to. */
static void
note_host(struct guard *g, const struct exchange *x, struct span authority)
{
	struct span host = url_host(authority);
	char url[DESTINATION_MAX_HOST + 32];
	struct destination t;
	struct err err;

	if (host.len == 0 || host.len > DESTINATION_MAX_HOST)
		return;
	snprintf(url, sizeof(url), "http://%.*s:%u", (int)host.len,
	    (const char *)host.p, x->server.port);
	if (destination_parse(&t, url, &err) == 0)
		note_target(g, &t);
	snprintf(url, sizeof(url), "http://%.*s", (int)authority.len,
	    (const char *)authority.p);
	if (destination_parse(&t, url, &err) == 0)
		note_target(g, &t);
}

void
guard_note(struct guard *g, const struct exchange *x)
{
	char key[KEY_SIZE];

	address_key(key, &x->server);
	add(g, key, false);
	if (x->request != NULL)
		note_host(g, x, host_of(&x->request->parsed));
}

static int
refuse(struct err *err, const struct destination *t, const char *what,
    const char *which)
{
	return err_set(err, ERR_REFUSED,
	    "refused: %s is %s %s, and a recording is never sent to where it "
	    "was made",
	    t->host, what, which);
}

static int
check_address(const struct guard *g, const struct destination *t,
    const struct endpoint *e, struct err *err)
{
	struct endpoint p = plain(e);
	char key[KEY_SIZE];

	if (is_nowhere(&p))
		return err_set(err, ERR_REFUSED,
		    "refused: %s stands for every address of this machine",
		    t->host);
	address_key(key, &p);
	if (find(g, key) != NULL)
		return refuse(err, t, "at the recorded address", key);
	return 0;
}

int
guard_check_name(const struct guard *g, const struct destination *t,
    struct err *err)
{
	char key[KEY_SIZE];
	struct endpoint e;

	if (destination_is_address(t, &e))
		return check_address(g, t, &e, err);
	name_key(key, t->host, t->port);
	if (find(g, key) != NULL)
		return refuse(err, t, "the recorded host", key);
	return 0;
}

static bool
share_one(const struct endpoint *a, size_t a_count, const struct endpoint *b,
    size_t b_count)
{
	char one[KEY_SIZE], other[KEY_SIZE];

	for (size_t i = 0; i < a_count; i++)
		for (size_t j = 0; j < b_count; j++) {
			address_key(one, &a[i]);
			address_key(other, &b[j]);
			if (strcmp(one, other) == 0)
				return true;
		}
	return false;
}

/* A service may have moved since; a name that is unknown now is nowhere. */
static int
check_moved(const struct guard *g, const struct destination *t,
    const struct endpoint *at, size_t count, struct err *err)
{
	struct endpoint now[DESTINATION_MAX_ADDRESSES];
	const struct known *k;
	struct err ignored;
	size_t n;

	for (k = g->all; k != NULL; k = k->hh.next) {
		struct destination other = { .port = t->port };

		if (!k->name)
			continue;
		snprintf(other.host, sizeof(other.host), "%s", k->key);
		if (destination_resolve(&other, NULL, 0, now, &n, &ignored) ==
			0 &&
		    share_one(at, count, now, n))
			return refuse(err, t, "an address of the recorded host",
			    k->key);
	}
	return 0;
}

int
guard_check_addresses(const struct guard *g, const struct destination *t,
    const struct endpoint *at, size_t count, struct err *err)
{
	bool local = true;

	for (size_t i = 0; i < count; i++) {
		struct endpoint p = plain(&at[i]);

		if (check_address(g, t, &p, err) < 0)
			return -1;
		local = local && is_loopback(&p);
	}
	return local ? 0 : check_moved(g, t, at, count, err);
}
