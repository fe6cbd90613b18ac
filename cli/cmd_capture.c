/*
 * obit capture - packets to archive: the command line.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cli/opt.h"
#include "cli/privilege.h"
#include "cli/session.h"

#define MAX_BUFFER  (1 << 30)
#define MAX_SNAPLEN (1 << 20) /* more is no packet */
#define MIN_MEMORY  (1 << 20) /* less gives up what is in any capture */

struct args {
	struct opt_list files, rules, seal_every;
	const char *seal, *checkpoint;
	uint64_t buffer, snaplen, count, max_body, memory;
	int64_t duration;
	const char *interface, *filter, *user, *rotate;
	bool modest, all, keep_secrets, json;
};

#define NOT_GIVEN UINT64_MAX

static const struct args defaults = {
	.buffer = CAPTURE_BUFFER >> 10,
	.snaplen = CAPTURE_SNAPLEN,
	.max_body = NOT_GIVEN,
	.memory = CAPTURE_MEMORY,
};

#define AT(member) offsetof(struct args, member)

static const struct opt opts[] = {
	{ 'r', "read", OPT_LIST, AT(files), "FILE",
	    "read this pcap or pcapng file; \"-\" is standard input" },
	{ 'i', "interface", OPT_STRING, AT(interface), "IFACE",
	    "watch this interface; \"any\" is all of them" },
	{ 'f', "filter", OPT_STRING, AT(filter), "EXPR",
	    "read only packets that match this libpcap filter" },
	{ 'B', "buffer", OPT_UINT, AT(buffer), "KIB",
	    "let the kernel hold so many KiB of packets (default 16384)" },
	{ 's', "snaplen", OPT_UINT, AT(snaplen), "BYTES",
	    "read so much of each packet (default 262144)" },
	{ 'p', "no-promiscuous", OPT_FLAG, AT(modest), NULL,
	    "see only what is for this machine" },
	{ 0, "duration", OPT_DURATION, AT(duration), "TIME",
	    "watch for so long: seconds, or 90s, 5m, 12h, 7d" },
	{ 'c', "count", OPT_UINT, AT(count), "N",
	    "stop after so many packets" },
	{ 0, "rotate", OPT_STRING, AT(rotate), "SIZE|TIME",
	    "begin a new archive at this size, or after this time" },
	{ 0, "user", OPT_STRING, AT(user), "NAME",
	    "become this user once the interface is open" },
	{ 0, "all", OPT_FLAG, AT(all), NULL,
	    "keep every exchange, not only deletions and their follow-ups" },
	{ 0, "rules", OPT_LIST, AT(rules), "FILE",
	    "ask the rules in this file before the built-in ones" },
	{ 0, "max-body", OPT_SIZE, AT(max_body), "SIZE",
	    "keep bodies up to this size (default 8M)" },
	{ 0, "memory", OPT_SIZE, AT(memory), "SIZE",
	    "buffer at most this much, from 1M (default 64M)" },
	{ 0, "keep-secrets", OPT_FLAG, AT(keep_secrets), NULL,
	    "store tokens and signatures as they are" },
	{ 0, "seal", OPT_STRING, AT(seal), "KEY",
	    "sign checkpoints with the private key in this file" },
	{ 0, "seal-every", OPT_LIST, AT(seal_every), "N|TIME",
	    "after so many exchanges, or so long (default 1m)" },
	{ 0, "checkpoint", OPT_STRING, AT(checkpoint), "FILE",
	    "write them to FILE (default ARCHIVE.checkpoint)" },
	{ 'j', "json", OPT_FLAG, AT(json), NULL,
	    "write the summary as one JSON object" },
	{ 0 },
};

/* What is read, for people: the interface, or the files in a row. */
static struct span
source_text(const struct args *args, struct arena *arena)
{
	struct span text = { 0 };

	if (args->interface != NULL)
		return span_of_str(args->interface);
	for (size_t i = 0; i < args->files.count; i++)
		text = arena_printf(arena, "%.*s%s%s", (int)text.len,
		    (const char *)text.p, i > 0 ? ", " : "",
		    args->files.items[i]);
	return text;
}

static int
check_files(const struct args *args, const struct rotation *rotation,
    struct err *err)
{
	const struct opt_list *files = &args->files;
	const char *live = NULL;
	size_t inputs = 0;

	if (args->buffer != defaults.buffer)
		live = "--buffer";
	if (args->snaplen != defaults.snaplen)
		live = "--snaplen";
	if (args->modest)
		live = "--no-promiscuous";
	if (args->user != NULL)
		live = "--user";
	if (args->duration > 0)
		live = "--duration";
	if (rotation->ns > 0)
		live = "--rotate TIME";
	if (live != NULL)
		return err_set(err, ERR_USAGE, "%s needs -i IFACE", live);
	for (size_t i = 0; i < files->count; i++)
		inputs += strcmp(files->items[i], "-") == 0;
	if (inputs > 1)
		return err_set(err, ERR_USAGE,
		    "standard input can be read only once");
	return 0;
}

static int
check_interface(const struct args *args, struct err *err)
{
	if (args->interface[0] == '\0')
		return err_set(err, ERR_USAGE, "-i takes a name");
	if (args->buffer == 0 || args->buffer > MAX_BUFFER >> 10)
		return err_set(err, ERR_USAGE,
		    "--buffer takes a number of KiB from 1 to %d",
		    MAX_BUFFER >> 10);
	if (args->snaplen == 0 || args->snaplen > MAX_SNAPLEN)
		return err_set(err, ERR_USAGE,
		    "--snaplen takes a number of bytes from 1 to %d",
		    MAX_SNAPLEN);
	return args->user != NULL ? privilege_check(args->user, err) : 0;
}

/* What --max-body is, by default as much as there is room for. */
static uint64_t
max_body(const struct args *args)
{
	uint64_t room = CAPTURE_BODY_PART(args->memory);

	if (args->max_body != NOT_GIVEN)
		return args->max_body;
	return room < CAPTURE_MAX_BODY ? room : CAPTURE_MAX_BODY;
}

static int
check(const struct args *args, struct rotation *rotation, struct err *err)
{
	if (args->rotate != NULL &&
	    rotation_parse(rotation, args->rotate, err) < 0)
		return -1;
	if (args->rotate != NULL && args->checkpoint != NULL)
		return err_set(err, ERR_USAGE,
		    "with --rotate each archive has a checkpoint of its own: "
		    "leave out --checkpoint");
	if (args->memory < MIN_MEMORY)
		return err_set(err, ERR_USAGE,
		    "--memory takes a size from 1M such as 64M, not "
		    "%" PRIu64 " bytes",
		    args->memory);
	if (max_body(args) > CAPTURE_BODY_PART(args->memory))
		return err_set(err, ERR_USAGE,
		    "--max-body takes at most a quarter of --memory, here "
		    "%" PRIu64 " bytes",
		    CAPTURE_BODY_PART(args->memory));
	if (args->interface == NULL && args->files.count == 0)
		return err_set(err, ERR_USAGE,
		    "name an interface with -i IFACE or a capture with "
		    "-r FILE");
	if (args->interface == NULL)
		return check_files(args, rotation, err);
	if (args->files.count > 0)
		return err_set(err, ERR_USAGE,
		    "-i watches an interface and -r reads files: not both");
	return check_interface(args, err);
}

static int
run(struct cmd_ctx *ctx, struct err *err)
{
	const struct args *args = ctx->args;
	struct arena arena = ARENA_INIT;
	struct capture_interface interface = {
		.name = args->interface,
		.buffer = (uint32_t)args->buffer << 10,
		.snaplen = (uint32_t)args->snaplen,
		.promiscuous = !args->modest,
		.duration = args->duration,
	};
	struct session_options options = {
		.capture = {
			.files = args->files.items,
			.file_count = args->files.count,
			.interface = args->interface ? &interface : NULL,
			.filter = args->filter,
			.max_packets = args->count,
			.max_body = max_body(args),
			.memory = args->memory,
		},
		.recorder = {
			.rule_files = args->rules.items,
			.rule_file_count = args->rules.count,
			.all = args->all,
			.keep_secrets = args->keep_secrets,
		},
		.sealer = {
			.key = args->seal,
			.checkpoint = args->checkpoint,
			.every = &args->seal_every,
		},
		.user = args->user,
		.archive = ctx->operands[0],
		.json = args->json,
	};
	int status;

	if (check(args, &options.rotation, err) < 0)
		return -1;
	options.source = source_text(args, &arena);
	status = session_run(&options, ctx, err);
	arena_release(&arena);
	return status;
}

extern const struct cmd cmd_capture;
const struct cmd cmd_capture = {
	.name = "capture",
	.summary = "record the deletions in captures or on an interface",
	.operands = "ARCHIVE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.defaults = &defaults,
	.run = run,
};
