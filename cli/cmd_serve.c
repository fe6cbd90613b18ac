#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cmd.h"
#include "cli/opt.h"
#include "cli/text.h"
#include "deletion/rules.h"
#include "replay/replay.h"

struct args {
	const char *listen;
	const char *on_miss;
	const char *log;
	struct opt_list rules;
	bool strict;
	uint64_t threads;
};

static const struct args defaults = {
	.threads = 1,
	.listen = "127.0.0.1:0",
	.on_miss = "404",
};

static const struct opt opts[] = {
	{ 'l', "listen", OPT_STRING, offsetof(struct args, listen), "ADDR:PORT",
	    "listen there instead of on a free port of 127.0.0.1" },
	{ 0, "log", OPT_STRING, offsetof(struct args, log), "FILE",
	    "append a line of JSON for every request" },
	{ 0, "on-miss", OPT_STRING, offsetof(struct args, on_miss),
	    "404|501|close", "do this when nothing recorded fits" },
	{ 0, "rules", OPT_LIST, offsetof(struct args, rules), "FILE",
	    "put the rules in FILE before the built-in ones" },
	{ 0, "strict", OPT_FLAG, offsetof(struct args, strict), NULL,
	    "exit 1 if a request was missed or an exchange never asked for" },
	{ 0, "threads", OPT_UINT, offsetof(struct args, threads), "N",
	    "spread connections over N threads (1)" },
	{ 0, NULL, OPT_FLAG, 0, NULL, NULL },
};

/* Everything a run needs, opened in this order. */
struct run {
	struct cmd_ctx *ctx;
	struct rules *rules;
	FILE *log;
	struct server *server;
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
	for (size_t i = 0; i < 32; i++)
		fprintf(to, "%02x", sequence[i]);
	fputc('\n', to);
}

static void
print_again(void *ctx, const uint8_t sequence[32])
{
	const struct run *r = ctx;

	put_sequence(r->ctx->log, sequence);
	fflush(r->ctx->log);
}

static int
open_all(struct run *r, struct err *err)
{
	const struct args *a = r->ctx->args;
	struct server_options options = { .listen = a->listen,
		.threads = a->threads,
		.again = print_again,
		.ctx = r };

	if (a->threads < 1 || a->threads > SERVER_MAX_THREADS)
		return err_set(err, ERR_USAGE, "--threads takes 1 to %d",
		    SERVER_MAX_THREADS);
	if (parse_policy(&options.on_miss, a->on_miss, err) < 0 ||
	    rules_open(&r->rules, a->rules.items, a->rules.count, err) < 0 ||
	    open_log(&r->log, a->log, err) < 0)
		return -1;
	options.log = r->log;
	return server_open(&r->server, r->ctx->operands[0], r->rules, &options,
	    err);
}

static int
close_all(struct run *r, int status, struct err *err)
{
	server_close(r->server);
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
	    " missed, %" PRIu64 " refused, %" PRIu64 " failed\n",
	    report->requests, report->answered, report->missed, report->refused,
	    report->failed);
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
