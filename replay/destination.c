#include "replay/destination.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "http/exchange.h"
#include "replay/address.h"

static int
bad(struct err *err, const char *url, const char *why)
{
	return err_set(err, ERR_USAGE, "--target \"%.200s\": %s", url, why);
}

static bool
is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '.' || c == '_' || c == ':';
}

/* Digits alone, 1 to 65535. */
static int
read_port(uint16_t *port, struct span text)
{
	unsigned n = 0;

	if (text.len == 0 || text.len > 5)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return -1;
		n = n * 10 + (unsigned)(text.p[i] - '0');
	}
	*port = (uint16_t)n;
	return n >= 1 && n <= UINT16_MAX ? 0 : -1;
}

/* "host:port", "[v6]:port", either without its port. */
static int
split_authority(struct span text, struct span *host, struct span *port)
{
	size_t end;

	*port = (struct span){ 0 };
	if (text.len > 0 && text.p[0] == '[') {
		end = span_find(text, ']');
		if (end == text.len)
			return -1;
		*host = span_sub(text, 1, end - 1);
		text = span_sub(text, end + 1, text.len);
		if (text.len == 0)
			return end > 1 ? 0 : -1;
		*port = span_sub(text, 1, text.len);
		return text.p[0] == ':' ? 0 : -1;
	}
	*host = span_cut(&text, ':');
	*port = text;
	return span_find(text, ':') == text.len ? 0 : -1;
}

static int
take_host(struct destination *t, struct span host)
{
	if (host.len == 0 || host.len > DESTINATION_MAX_HOST)
		return -1;
	for (size_t i = 0; i < host.len; i++) {
		char c = (char)host.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (!is_host_char(c))
			return -1;
		t->host[i] = c;
	}
	t->host[host.len] = '\0';
	return 0;
}

static void
name_authority(struct destination *t)
{
	bool v6 = strchr(t->host, ':') != NULL;
	char port[8] = "";

	if (t->port != (t->tls ? 443 : 80))
		snprintf(port, sizeof(port), ":%u", t->port);
	snprintf(t->authority, sizeof(t->authority), "%s%s%s%s", v6 ? "[" : "",
	    t->host, v6 ? "]" : "", port);
}

static bool
take_scheme(struct destination *t, struct span *rest)
{
	static const struct span schemes[] = { SPAN_LITERAL("http://"),
		SPAN_LITERAL("https://") };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (span_eq_nocase(span_sub(*rest, 0, schemes[i].len),
			schemes[i])) {
			t->tls = i == 1;
			*rest = span_sub(*rest, schemes[i].len, rest->len);
			return true;
		}
	return false;
}

int
destination_parse(struct destination *t, const char *url, struct err *err)
{
	struct span rest = span_of_str(url), host, port;

	*t = (struct destination){ 0 };
	if (!take_scheme(t, &rest))
		return bad(err, url, "is not http://HOST:PORT or https://");
	if (span_find(rest, '@') < rest.len)
		return bad(err, url,
		    "credentials are given with --header, not here");
	if (strpbrk((const char *)rest.p, "/?#") != NULL)
		return bad(err, url,
		    "takes no path, not even \"/\"; --path-prefix does");
	t->port = t->tls ? 443 : 80;
	if (split_authority(rest, &host, &port) < 0 || take_host(t, host) < 0)
		return bad(err, url, "has no host that can be read");
	if (port.p != NULL && read_port(&t->port, port) < 0)
		return bad(err, url, "has no port from 1 to 65535");
	name_authority(t);
	return 0;
}

static bool
parse_address(struct endpoint *e, const char *text)
{
	*e = (struct endpoint){ 0 };
	if (inet_pton(AF_INET, text, e->addr) == 1)
		return true;
	e->v6 = true;
	return inet_pton(AF_INET6, text, e->addr) == 1;
}

bool
destination_is_address(const struct destination *t, struct endpoint *out)
{
	bool is = parse_address(out, t->host);

	out->port = t->port;
	return is;
}

/* 1 if the text is about t, 0 if about another, -1 if it is none. */
static int
read_override(const struct destination *t, const char *text,
    struct endpoint *out, struct err *err)
{
	struct span rest = span_of_str(text), host = span_cut(&rest, ':');
	struct span port = span_cut(&rest, ':');
	struct destination other = { 0 };
	char address[INET6_ADDRSTRLEN + 2] = "";

	if (rest.len > 1 && rest.p[0] == '[' && rest.p[rest.len - 1] == ']')
		rest = span_sub(rest, 1, rest.len - 2);
	if (rest.len > 0 && rest.len < sizeof(address))
		memcpy(address, rest.p, rest.len);
	if (take_host(&other, host) < 0 || read_port(&other.port, port) < 0 ||
	    !parse_address(out, address))
		return err_set(err, ERR_USAGE,
		    "--resolve takes HOST:PORT:ADDR, not \"%.200s\"", text);
	out->port = t->port;
	return strcmp(other.host, t->host) == 0 && other.port == t->port;
}

static int
ask_system(const struct destination *t,
    struct endpoint out[DESTINATION_MAX_ADDRESSES], size_t *count,
    struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	int rc = getaddrinfo(t->host, NULL, &hints, &list);

	if (rc == EAI_SYSTEM)
		return err_sys(err, "%s", t->host);
	if (rc != 0)
		return err_set(err, ERR_NOT_FOUND, "%s: %s", t->host,
		    gai_strerror(rc));
	for (const struct addrinfo *i = list;
	     i != NULL && *count < DESTINATION_MAX_ADDRESSES; i = i->ai_next)
		if (i->ai_family == AF_INET || i->ai_family == AF_INET6) {
			out[*count] = address_endpoint(i->ai_addr);
			out[(*count)++].port = t->port;
		}
	freeaddrinfo(list);
	if (*count == 0)
		return err_set(err, ERR_NOT_FOUND, "%s: has no address",
		    t->host);
	return 0;
}

int
destination_resolve(const struct destination *t, const char *const *texts,
    size_t text_count, struct endpoint out[DESTINATION_MAX_ADDRESSES],
    size_t *count, struct err *err)
{
	struct endpoint e;

	*count = 0;
	for (size_t i = 0; i < text_count; i++) {
		int got = read_override(t, texts[i], &e, err);

		if (got < 0)
			return -1;
		if (got == 1 && *count == 0)
			out[(*count)++] = e;
	}
	if (*count > 0)
		return 0;
	if (destination_is_address(t, &out[0])) {
		*count = 1;
		return 0;
	}
	return ask_system(t, out, count, err);
}
