#include "replay/sending.h"

#include <inttypes.h>

#include "base/err.h"

static const char *const orders[] = {
	[ORDER_CAUSAL] = "causal",
	[ORDER_RECORDED] = "recorded",
	[ORDER_SERIAL] = "serial",
};

const char *
order_name(enum order o)
{
	return orders[o];
}

/* Segments of characters that need no escape (RFC 3986, 3.3). */
static bool
is_prefix(struct span s)
{
	static const char others[] = "-._~!$&'()*+,;=:@%/";

	if (s.len < 2 || s.p[0] != '/' || s.p[s.len - 1] == '/')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t letter = s.p[i] | 0x20;

		if (!(letter >= 'a' && letter <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    strchr(others, s.p[i]) == NULL)
			return false;
	}
	return true;
}

int
sending_check(const struct sending *s, struct err *err)
{
	if (s->prefix != NULL && !is_prefix(span_of_str(s->prefix)))
		return err_set(err, ERR_USAGE,
		    "--path-prefix takes \"/PATH\" without \"/\" at its end, "
		    "not \"%.200s\"",
		    s->prefix);
	if (s->connections < 1 || s->connections > SENDING_MAX_CONNECTIONS)
		return err_set(err, ERR_USAGE, "--connections takes 1 to %d",
		    SENDING_MAX_CONNECTIONS);
	if (s->connect_s < 1 || s->answer_s < 1 || s->total_s < 1)
		return err_set(err, ERR_USAGE,
		    "a timeout is one second or more");
	return 0;
}

static int
set_host(const struct sending *s, struct request *r, struct err *err)
{
	if (s->keep_host || request_header(r, "Host").p == NULL)
		return 0;
	return request_set_header(r, "Host", VALUE_PLAIN(s->target.authority),
	    err);
}

int
sending_dress(const struct sending *s, struct request *r, int64_t now,
    struct err *err)
{
	if (set_host(s, r, err) < 0)
		return -1;
	if (s->prefix != NULL && r->path.len > 0 && r->path.p[0] == '/')
		r->path = arena_printf(&r->arena, "%s%.*s", s->prefix,
		    (int)r->path.len, (const char *)r->path.p);
	return dressing_apply(&s->dressing, r, now, err);
}

void
sending_keep_meaning(const struct sending *s, struct exchange *x,
    struct span host)
{
	struct message *m = x->request;

	if (host.p != NULL)
		m->as_host = arena_copy(&x->arena, host);
	if (s->prefix != NULL)
		m->as_prefix = arena_copy(&x->arena, span_of_str(s->prefix));
}

struct span
sending_text(const struct sending *s, struct arena *arena)
{
	struct span text = arena_printf(arena,
	    "target %s://%s\nprefix %s\nkeep-host %d\nall %d\norder %s\n"
	    "speed %" PRIu64 "\nrate %" PRIu64 "\nlimit %" PRIu64
	    "\nmax-deletes %" PRIu64 "\nconnections %" PRIu64
	    "\nstop-on %" PRIu32 "\ntimeouts %" PRIu64 " %" PRIu64 " %" PRIu64
	    "\n",
	    s->target.tls ? "https" : "http", s->target.authority,
	    s->prefix != NULL ? s->prefix : "", s->keep_host, s->all,
	    order_name(s->order), s->speed, s->rate, s->limit, s->max_deletes,
	    s->connections, s->stop_on, s->connect_s, s->answer_s, s->total_s);

	if (s->follow)
		text = arena_printf(arena,
		    "%.*sfollow every %" PRIu64 " limit %" PRIu64 "\n",
		    (int)text.len, (const char *)text.p, s->follow_every,
		    s->follow_limit);
	for (size_t i = 0; i < s->resolve_count; i++)
		text = arena_printf(arena, "%.*sresolve %s\n", (int)text.len,
		    (const char *)text.p, s->resolve[i]);
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		text = arena_printf(arena, "%.*s%s%02x", (int)text.len,
		    (const char *)text.p, i == 0 ? "credentials " : "",
		    s->credentials[i]);
	return text;
}
