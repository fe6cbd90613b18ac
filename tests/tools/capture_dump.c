/*
 * Print what capture makes of files: one JSON object for each exchange, and
 * the coverage at the end.  With -d only deletes are wanted, with -n
 * nothing is printed but the coverage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "capture/capture.h"
#include "http/body.h"

struct dump {
	struct json json;
	bool deletes_only;
	bool quiet;
};

static unsigned
wants(void *ctx, const struct head *request)
{
	const struct dump *d = ctx;

	return !d->deletes_only || span_eq_str(request->method, "DELETE");
}

static void
put_message(struct json *j, const char *name, const struct message *m)
{
	if (m == NULL) {
		json_null(j, name);
		return;
	}
	json_object(j, name);
	json_uint(j, "head_len", m->head.len);
	json_uint(j, "interim_len", m->interim.len);
	json_uint(j, "wire_len", m->wire_len);
	json_uint(j, "body_len", m->body_len);
	json_hex(j, "sha256",
	    (struct span){ m->has_digest ? m->body_sha256 : NULL,
		DIGEST_SIZE });
	json_bool(j, "complete", m->complete);
	json_uint(j, "holes", m->hole_count);
	json_time(j, "first", m->first);
	json_time(j, "last", m->last);
	json_end(j);
}

static void
put_flaws(struct json *j, flaw_set flaws)
{
	json_array(j, "flaws");
	for (int i = 0; i < FLAW_COUNT; i++)
		if (flaw_has(flaws, i))
			json_str(j, NULL, flaw_name(i));
	json_end(j);
}

static void
put(struct json *j, const struct exchange *x)
{
	char text[ENDPOINT_SIZE];

	json_object(j, NULL);
	json_uint(j, "connection", x->connection);
	json_uint(j, "n", x->number);
	json_str(j, "client", endpoint_format(text, &x->client));
	json_str(j, "server", endpoint_format(text, &x->server));
	json_text(j, "method", x->request->parsed.method);
	json_text(j, "target", x->request->parsed.target);
	json_text(j, "id", head_field(&x->request->parsed, "X-Request-Id"));
	if (x->response != NULL)
		json_int(j, "status", exchange_status(x));
	else
		json_null(j, "status");
	json_str(j, "reason", reason_name(x->reason));
	put_message(j, "request", x->request);
	put_message(j, "response", x->response);
	json_uint(j, "missing", x->missing);
	put_flaws(j, x->flaws);
	json_end(j);
	json_line(j);
}

static int
take(void *ctx, struct exchange *x, bool *kept, flaw_set *flaws,
    struct err *err)
{
	struct dump *d = ctx;

	(void)flaws;
	(void)err;
	*kept = true;
	body_digests(x);
	if (!d->quiet)
		put(&d->json, x);
	exchange_free(x);
	return 0;
}

static void
put_coverage(struct json *j, const struct coverage *c)
{
	json_object(j, NULL);
	json_uint(j, "packets", c->packets);
	json_uint(j, "bytes", c->bytes);
	json_object(j, "layers");
	for (int i = 0; i < LAYER_COUNT; i++)
		json_uint(j, layer_name(i), c->layers[i]);
	json_end(j);
	json_object(j, "flows");
	json_uint(j, "http", c->flows.http);
	json_uint(j, "other", c->flows.other);
	json_uint(j, "undecided", c->flows.undecided);
	json_end(j);
	json_object(j, "exchanges");
	json_uint(j, "seen", c->exchanges.seen);
	json_uint(j, "kept", c->exchanges.kept);
	json_uint(j, "filtered", c->exchanges.filtered);
	json_uint(j, "incomplete", c->exchanges.incomplete);
	json_uint(j, "orphans", c->exchanges.orphans);
	json_end(j);
	json_uint(j, "unseen_bytes", c->unseen_bytes);
	json_uint(j, "evicted", c->evicted);
	json_end(j);
	json_line(j);
}

int
main(int argc, char **argv)
{
	struct dump d = { .json = JSON_INIT(stdout) };
	struct capture_sink sink = { &d, wants, take, NULL };
	struct capture_options o = {
		.max_body = CAPTURE_MAX_BODY,
		.memory = CAPTURE_MEMORY,
	};
	struct capture *c;
	struct err err;
	int opt;

	while ((opt = getopt(argc, argv, "dnb:m:")) != -1)
		switch (opt) {
		case 'd':
			d.deletes_only = true;
			break;
		case 'n':
			d.quiet = true;
			break;
		case 'b':
			o.max_body = strtoull(optarg, NULL, 10);
			break;
		case 'm':
			o.memory = strtoull(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	o.files = (const char *const *)argv + optind;
	o.file_count = (size_t)(argc - optind);
	if (capture_open(&c, &o, &sink, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	if (capture_run(c, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		capture_close(c);
		return 3;
	}
	put_coverage(&d.json, capture_coverage(c));
	capture_close(c);
	return fflush(stdout) == 0 ? 0 : 3;
}
