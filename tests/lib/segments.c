#include "tests/lib/segments.h"

#include <stdio.h>

#include "tests/lib/unit.h"

struct segments t;

static unsigned
wants(void *ctx, const struct head *request)
{
	(void)ctx;
	return !t.deletes_only || span_eq_str(request->method, "DELETE");
}

static void
say(const char *what)
{
	t.len +=
	    (size_t)snprintf(t.log + t.len, sizeof(t.log) - t.len, "%s", what);
	ck_assert_uint_lt(t.len, sizeof(t.log));
}

static void
say_flaws(flaw_set flaws)
{
	for (int i = 0; i < FLAW_COUNT; i++)
		if (flaw_has(flaws, i)) {
			say(" ");
			say(flaw_name(i));
		}
}

static int
take(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	const struct head *h = &x->request->parsed;
	char line[300];

	(void)ctx;
	(void)flaws;
	(void)err;
	ck_assert_uint_eq(x->server.port, 80);
	snprintf(line, sizeof(line), "%d.%d %.*s %.*s ", (int)x->connection,
	    (int)x->number, (int)h->method.len, (const char *)h->method.p,
	    (int)h->target.len, (const char *)h->target.p);
	say(line);
	if (x->response != NULL)
		snprintf(line, sizeof(line), "%d%s%.*s", exchange_status(x),
		    x->response->body.p == NULL     ? " -"
			: x->response->body.len > 0 ? " "
						    : "",
		    (int)x->response->body.len,
		    (const char *)x->response->body.p);
	else
		snprintf(line, sizeof(line), "%s", reason_name(x->reason));
	say(line);
	say_flaws(x->flaws);
	say(";");
	*kept = true;
	exchange_free(x);
	return 0;
}

static const struct capture_sink sink = { NULL, wants, take, NULL };

void
open_capture(void)
{
	memset(&t, 0, sizeof(t));
	t.outlet.sink = &sink;
	t.outlet.max_body = 100;
	t.outlet.budget.limit = 1 << 20;
	t.port = 4000;
	t.flows = flow_table_new(&t.outlet);
}

void
put(int from, uint8_t flags, const char *text, uint32_t wire_len)
{
	struct segment seg = {
		.time = t.time += 1000,
		.seq = t.seq[from],
		.ack = t.seq[!from],
		.flags = flags,
		.payload = span_of_str(text),
		.wire_len = wire_len,
	};

	seg.src.addr[0] = from == 0 ? 9 : 1;
	seg.dst.addr[0] = from == 0 ? 1 : 9;
	seg.src.port = from == 0 ? t.port : 80;
	seg.dst.port = from == 0 ? 80 : t.port;
	flow_table_add(t.flows, &seg);
	t.seq[from] += wire_len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
}

void
connect_from(uint32_t isn)
{
	t.seq[0] = isn;
	t.seq[1] = isn * 7;
	put(0, TCP_SYN, "", 0);
	put(1, TCP_SYN | TCP_ACK, "", 0);
}

void
client(const char *text)
{
	put(0, TCP_ACK, text, (uint32_t)strlen(text));
}

void
server(const char *text)
{
	put(1, TCP_ACK, text, (uint32_t)strlen(text));
}

void
expect(const char *log)
{
	const struct coverage *c = &t.outlet.coverage;

	flow_table_free(t.flows);
	ck_assert_str_eq(t.log, log);
	ck_assert_uint_eq(t.outlet.budget.used, 0);
	ck_assert_uint_eq(c->exchanges.seen,
	    c->exchanges.kept + c->exchanges.filtered +
		c->exchanges.incomplete);
}
