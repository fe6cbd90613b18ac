/*
 * flow2pcap - write a .flow conversation as a capture file.
 *
 *	flow2pcap [--disguise NAME] [--seed N] FILE.flow > out.pcap
 *	flow2pcap --list
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/lib/flow.h"
#include "tests/lib/wire.h"

#define MAX_CAPTURE ((size_t)1 << 30)

struct options {
	const struct wire_disguise *disguise;
	uint64_t seed;
	const char *path;
	bool list;
};

static int
usage(void)
{
	fputs("usage: flow2pcap [--disguise NAME] [--seed N] FILE.flow\n"
	      "       flow2pcap --list\n",
	    stderr);
	return -1;
}

static int
parse(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "--list") == 0) {
			o->list = true;
		} else if (strcmp(argv[i], "--disguise") == 0) {
			o->disguise = wire_find(value);
			i++;
		} else if (strcmp(argv[i], "--seed") == 0) {
			o->seed = strtoull(value, NULL, 10);
			i++;
		} else if (argv[i][0] == '-' || o->path != NULL) {
			return usage();
		} else {
			o->path = argv[i];
		}
	}
	if (o->disguise == NULL) {
		fputs("flow2pcap: no such disguise; see --list\n", stderr);
		return -1;
	}
	return o->list || o->path != NULL ? 0 : usage();
}

static void
list(void)
{
	const struct wire_disguise *d;

	for (size_t i = 0; (d = wire_disguise(i)) != NULL; i++)
		puts(wire_name(d));
}

static int
convert(const struct options *o, struct err *err)
{
	struct flow flow = FLOW_INIT;
	struct buf out = BUF_INIT(MAX_CAPTURE);
	int rc = flow_read(&flow, o->path, err);

	if (rc == 0)
		rc = wire_capture(&out, &flow, o->disguise, o->seed, err);
	if (rc == 0 &&
	    (fwrite(out.p, 1, out.len, stdout) != out.len ||
		fflush(stdout) != 0))
		rc = err_sys(err, "standard output");
	buf_release(&out);
	flow_release(&flow);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options o = { .disguise = wire_disguise(0), .seed = 1 };
	struct err err;

	if (parse(&o, argc, argv) < 0)
		return 2;
	if (o.list) {
		list();
		return 0;
	}
	if (convert(&o, &err) < 0) {
		fprintf(stderr, "flow2pcap: %s\n", err.text);
		return 3;
	}
	return 0;
}
