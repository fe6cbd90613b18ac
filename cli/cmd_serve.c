#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cmd.h"
#include "cli/opt.h"
#include "cli/outfile.h"
#include "cli/text.h"
#include "deletion/rules.h"
#include "replay/replay.h"

#define MAX_FACTOR 1000

struct args {
	const char *listen;
	const char *latency;
	const char *on_miss;
	const char *log;
	const char *tls_chain, *tls_key, *tls_ca_out;
	struct opt_list rules;
	uint64_t threads;
	uint64_t memory;
	uint64_t max_head, max_body, max_connections;
	uint64_t idle_time, request_time, send_time;
	bool head_of_get;
	bool incomplete;
	bool strict;
	bool tls;
};

static const struct args defaults = {
	.listen = "127.0.0.1:0",
	.latency = "none",
	.on_miss = "404",
	.threads = 1,
	.memory = SERVER_MEMORY,
	.max_head = SERVER_MAX_HEAD,
	.max_body = SERVER_BODY,
	.max_connections = SERVER_CLIENTS,
	.idle_time = SERVER_IDLE,
	.request_time = SERVER_REQUEST,
	.send_time = SERVER_SEND,
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'l', "listen", OPT_STRING, AT(listen), "ADDR:PORT",
	    "listen there instead of on a free port of 127.0.0.1" },
	{ 0, "head-of-get", OPT_FLAG, AT(head_of_get), NULL,
	    "answer a HEAD that was not recorded as the GET was" },
	{ 0, "idle-time", OPT_UINT, AT(idle_time), "SECONDS",
	    "close connections without a request for that long (75)" },
	{ 0, "incomplete", OPT_FLAG, AT(incomplete), NULL,
	    "also serve responses that the recorder saw only parts of" },
	{ 0, "latency", OPT_STRING, AT(latency), "none|recorded|FACTOR",
	    "answer after the time that the recorded server took" },
	{ 0, "log", OPT_STRING, AT(log), "FILE",
	    "append a line of JSON for every request" },
	{ 0, "max-body", OPT_SIZE, AT(max_body), "BYTES",
	    "refuse larger bodies with 413 (8M)" },
	{ 0, "max-connections", OPT_UINT, AT(max_connections), "N",
	    "refuse more at a time with 503 (16384)" },
	{ 0, "max-head", OPT_SIZE, AT(max_head), "BYTES",
	    "refuse larger heads with 431 (256K)" },
	{ 0, "memory", OPT_SIZE, AT(memory), "BYTES",
	    "keep that much of the archive ready (80M)" },
	{ 0, "on-miss", OPT_STRING, AT(on_miss), "404|501|close",
	    "do this when nothing recorded fits" },
	{ 0, "request-time", OPT_UINT, AT(request_time), "SECONDS",
	    "give up with 408 on requests that take longer to come (60)" },
	{ 0, "rules", OPT_LIST, AT(rules), "FILE",
	    "put the rules in FILE before the built-in ones" },
	{ 0, "send-time", OPT_UINT, AT(send_time), "SECONDS",
	    "close if an answer is not read for that long (300)" },
	{ 0, "strict", OPT_FLAG, AT(strict), NULL,
	    "exit 1 if a request was missed or an exchange never asked for" },
	{ 0, "threads", OPT_UINT, AT(threads), "N",
	    "spread connections over N threads (1)" },
	{ 0, "tls", OPT_FLAG, AT(tls), NULL,
	    "speak TLS, with certificates made on the spot" },
	{ 0, "tls-ca-out", OPT_STRING, AT(tls_ca_out), "FILE",
	    "write there what clients must trust for --tls" },
	{ 0, "tls-cert", OPT_STRING, AT(tls_chain), "FILE",
	    "speak TLS, with the certificate chain in FILE (PEM)" },
	{ 0, "tls-key", OPT_STRING, AT(tls_key), "FILE",
	    "the key of that certificate (PEM)" },
	{ 0, NULL, OPT_FLAG, 0, NULL, NULL },
};

/* Everything a run needs, opened in this order. */
struct run {
	struct cmd_ctx *ctx;
	struct rules *rules;
	FILE *log;
	struct server *server;
	char ca_file[PATH_MAX]; /* to be removed; empty: none */
	uint64_t unused;
};

static int
parse_policy(enum miss_policy *out, const char *text, struct err *err)
{
	static const struct {
		const char *text;
		enum miss_policy policy;
	} policies[] = {
		{ "404", MISS_POLICY_404 },
		{ "501", MISS_POLICY_501 },
		{ "close", MISS_POLICY_CLOSE },
	};

	for (size_t i = 0; i < ARRAY_LEN(policies); i++)
		if (strcmp(policies[i].text, text) == 0) {
			*out = policies[i].policy;
			return 0;
		}
	return err_set(err, ERR_USAGE,
	    "--on-miss takes 404, 501 or close, not \"%s\"", text);
}

/* It tells what was deleted, so it is nobody else's to read. */
static int
open_log(FILE **out, const char *path, struct err *err)
{
	int fd;

	if (path == NULL)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "%s", path);
	*out = fdopen(fd, "a");
	if (*out != NULL)
		return 0;
	err_sys(err, "%s", path);
	close(fd);
	return -1;
}

static void
put_sequence(FILE *to, const uint8_t sequence[32])
{
	fputs("sequence ", to);
	text_put_hex(to, sequence, 32);
	fputc('\n', to);
}

static void
print_again(void *ctx, const uint8_t sequence[32])
{
	const struct run *r = ctx;

	put_sequence(r->ctx->log, sequence);
	fflush(r->ctx->log);
}

/* "none", "recorded", or how much longer than recorded. */
static int
parse_latency(double *out, const char *text, struct err *err)
{
	char *end;

	if (strcmp(text, "none") == 0 || strcmp(text, "recorded") == 0) {
		*out = *text == 'r';
		return 0;
	}
	*out = strtod(text, &end);
	if (end != text && *end == '\0' && *out >= 0 && *out <= MAX_FACTOR)
		return 0;
	return err_set(err, ERR_USAGE,
	    "--latency takes none, recorded or a factor up to %d, not \"%s\"",
	    MAX_FACTOR, text);
}

static int
check_range(const char *option, uint64_t n, uint64_t max, struct err *err)
{
	if (n >= 1 && n <= max)
		return 0;
	return err_set(err, ERR_USAGE, "--%s takes 1 to %" PRIu64, option, max);
}

static int
parse_limits(struct server_limits *out, const struct args *a, struct err *err)
{
	if (check_range("max-head", a->max_head, SERVER_MAX_HEAD, err) < 0 ||
	    check_range("max-body", a->max_body, SERVER_MAX_BODY, err) < 0 ||
	    check_range("max-connections", a->max_connections,
		SERVER_MAX_CLIENTS, err) < 0 ||
	    check_range("idle-time", a->idle_time, SERVER_MAX_SECONDS, err) <
		0 ||
	    check_range("request-time", a->request_time, SERVER_MAX_SECONDS,
		err) < 0 ||
	    check_range("send-time", a->send_time, SERVER_MAX_SECONDS, err) < 0)
		return -1;
	*out = (struct server_limits){ .head = a->max_head,
		.body = a->max_body,
		.clients = a->max_connections,
		.idle = (unsigned)a->idle_time,
		.request = (unsigned)a->request_time,
		.send = (unsigned)a->send_time };
	return 0;
}

/* One certificate, from one place. */
static int
parse_tls(struct server_options *out, const struct args *a, struct err *err)
{
	if ((a->tls_chain == NULL) != (a->tls_key == NULL))
		return err_set(err, ERR_USAGE,
		    "--tls-cert and --tls-key go together");
	if (a->tls && a->tls_chain != NULL)
		return err_set(err, ERR_USAGE,
		    "--tls makes a certificate, --tls-cert brings one");
	if (a->tls_ca_out != NULL && !a->tls)
		return err_set(err, ERR_USAGE, "--tls-ca-out goes with --tls");
	out->tls_made = a->tls;
	out->tls_chain = a->tls_chain;
	out->tls_key = a->tls_key;
	return 0;
}

static int
parse_options(struct server_options *out, const struct args *a, struct err *err)
{
	*out = (struct server_options){ .listen = a->listen,
		.threads = a->threads,
		.memory = a->memory,
		.head_of_get = a->head_of_get,
		.incomplete = a->incomplete };
	if (check_range("threads", a->threads, SERVER_MAX_THREADS, err) < 0 ||
	    check_range("memory", a->memory, SERVER_MAX_MEMORY, err) < 0 ||
	    parse_policy(&out->on_miss, a->on_miss, err) < 0 ||
	    parse_latency(&out->latency, a->latency, err) < 0 ||
	    parse_limits(&out->limits, a, err) < 0)
		return -1;
	return parse_tls(out, a, err);
}

/* Where nobody chose a place, one that goes when the server does. */
static int
choose_ca_file(struct run *r, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	if (folder == NULL || *folder == '\0')
		folder = "/tmp";
	if (strlen(folder) + sizeof("/obit-ca-XXXXXX.pem") > sizeof(r->ca_file))
		return err_set(err, ERR_SYSTEM, "$TMPDIR is too long");
	snprintf(r->ca_file, sizeof(r->ca_file), "%s/obit-ca-XXXXXX.pem",
	    folder);
	fd = mkstemps(r->ca_file, (int)strlen(".pem"));
	if (fd < 0) {
		err_sys(err, "%s", r->ca_file);
		r->ca_file[0] = '\0';
		return -1;
	}
	close(fd);
	return 0;
}

/* Tell the clients' side whom to trust. */
static int
write_authority(struct run *r, struct err *err)
{
	const struct args *a = r->ctx->args;
	struct span pem = server_authority(r->server);
	const char *path = a->tls_ca_out;
	struct outfile o;

	if (path == NULL) {
		if (choose_ca_file(r, err) < 0)
			return -1;
		path = r->ca_file;
	}
	if (outfile_open(&o, path, NULL, OUTFILE_SHARED, err) < 0)
		return -1;
	fwrite(pem.p, 1, pem.len, o.f); /* a failure shows at the end */
	if (outfile_commit(&o, err) < 0)
		return -1;
	fprintf(r->ctx->log, "clients must trust %s\n", path);
	return 0;
}

static int
open_all(struct run *r, struct err *err)
{
	const struct args *a = r->ctx->args;
	struct server_options options;

	if (parse_options(&options, a, err) < 0 ||
	    rules_open(&r->rules, a->rules.items, a->rules.count, err) < 0 ||
	    open_log(&r->log, a->log, err) < 0)
		return -1;
	options.log = r->log;
	options.again = print_again;
	options.ctx = r;
	if (server_open(&r->server, r->ctx->operands[0], r->rules, &options,
		err) < 0)
		return -1;
	if (server_rekeyed(r->server) > 0)
		fprintf(r->ctx->log,
		    "%" PRIu64 " exchanges were recorded under other rules, "
		    "and are matched under these\n",
		    server_rekeyed(r->server));
	return a->tls ? write_authority(r, err) : 0;
}

static int
close_all(struct run *r, int status, struct err *err)
{
	server_close(r->server);
	if (r->ca_file[0] != '\0')
		unlink(r->ca_file);
	rules_close(r->rules);
	if (r->log != NULL && fclose(r->log) != 0 && status >= 0)
		status = err_sys(err, "cannot write the log");
	return status;
}

static void
summarise(FILE *to, const struct server_report *report)
{
	fprintf(to,
	    "%" PRIu64 " requests: %" PRIu64 " answered, %" PRIu64
	    " missed, %" PRIu64 " refused, %" PRIu64 " failed",
	    report->requests, report->answered, report->missed, report->refused,
	    report->failed);
	if (report->tunnels > 0)
		fprintf(to, ", %" PRIu64 " tunnels", report->tunnels);
	fputc('\n', to);
	put_sequence(to, report->sequence);
}

static void
print_missed(void *ctx, struct span request, const char *reason, uint64_t times)
{
	struct run *r = ctx;

	fputs("missed ", r->ctx->log);
	text_put_line(r->ctx->log, request);
	fprintf(r->ctx->log, " (%s, %" PRIu64 " times)\n", reason, times);
}

static void
print_unused(void *ctx, uint64_t id, struct span method, struct span target)
{
	struct run *r = ctx;

	r->unused++;
	fprintf(r->ctx->log, "unused %" PRIu64 " ", id);
	text_put_line(r->ctx->log, method);
	fputc(' ', r->ctx->log);
	text_put_line(r->ctx->log, target);
	fputc('\n', r->ctx->log);
}

static int
judge(struct run *r, const struct server_report *report, struct err *err)
{
	struct server_lists lists = { r, print_missed, print_unused };

	if (server_tell(r->server, &lists, err) < 0)
		return -1;
	return report->missed > 0 || r->unused > 0 ? EXIT_DIFFERENT : EXIT_OK;
}

static int
serve(struct run *r, struct err *err)
{
	const struct args *a = r->ctx->args;
	struct server_report report;

	if (server_confine(err) < 0)
		return -1;
	fprintf(r->ctx->out, "%s\n", server_url(r->server));
	if (fflush(r->ctx->out) != 0)
		return err_sys(err, "cannot write the address");
	if (server_run(r->server, &report, err) < 0)
		return -1;
	summarise(r->ctx->log, &report);
	if (report.failed > 0)
		return err_set(err, ERR_CORRUPT,
		    "the archive could not be read for %" PRIu64 " requests",
		    report.failed);
	return a->strict ? judge(r, &report, err) : EXIT_OK;
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	struct run r = { .ctx = ctx };
	int status = open_all(&r, err);

	if (status == 0)
		status = serve(&r, err);
	return close_all(&r, status, err);
}

const struct cmd cmd_serve = {
	.name = "serve",
	.summary = "answer from an archive",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.defaults = &defaults,
	.run = run,
};
