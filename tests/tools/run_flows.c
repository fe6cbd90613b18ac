/*
 * run_flows - read every flow in every disguise and compare with its .expect.
 *
 *	run_flows [--update] [FILE.flow...]
 *
 * Without files: all of $top_srcdir/tests/flows.  --update writes what the
 * plainest disguise gives into the .expect files.  Output is TAP.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/lib/flow.h"
#include "tests/lib/flow_dump.h"
#include "tests/lib/wire.h"

#define MAX_CAPTURE ((size_t)1 << 30)
#define SEEDS       2
#define SUFFIX      ".flow"

struct text {
	char *p; /* owned; ends in NUL */
	size_t len;
};

/* Write the disguised flow to a file of its own; close and unlink are ours. */
static int
write_capture(char *path, const struct flow *f, const struct wire_disguise *d,
    uint64_t seed, struct err *err)
{
	struct buf bytes = BUF_INIT(MAX_CAPTURE);
	int fd = mkstemp(path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
	int rc = -1;

	if (out == NULL)
		return err_sys(err, "%s", path);
	if (wire_capture(&bytes, f, d, seed, err) == 0)
		rc = fwrite(bytes.p, 1, bytes.len, out) == bytes.len
		    ? 0
		    : err_sys(err, "%s", path);
	if (fclose(out) != 0 && rc == 0)
		rc = err_sys(err, "%s", path);
	buf_release(&bytes);
	return rc;
}

/* What the recorder reads in the flow so disguised. */
static int
dump(struct text *out, const struct flow *f, const struct wire_disguise *d,
    uint64_t seed, struct err *err)
{
	char path[] = "flow-XXXXXX";
	FILE *text = open_memstream(&out->p, &out->len);
	int rc = write_capture(path, f, d, seed, err);

	if (rc == 0)
		rc = flow_dump(text, path, CAPTURE_MAX_BODY, CAPTURE_MEMORY,
		    err);
	unlink(path);
	fclose(text);
	return rc;
}

static int
read_text(struct text *out, const char *path, struct err *err)
{
	FILE *in = fopen(path, "rb");
	FILE *text;
	int c;

	if (in == NULL)
		return err_sys(err, "%s", path);
	text = open_memstream(&out->p, &out->len);
	while ((c = getc(in)) != EOF)
		putc(c, text);
	fclose(text);
	fclose(in);
	return 0;
}

/* Name the first line that differs. */
static void
explain(const struct wire_disguise *d, uint64_t seed, const char *want,
    const char *got)
{
	size_t n = 0, w, g;

	printf("#   disguise %s, seed %d:\n", wire_name(d), (int)seed);
	while (want[n] != '\0' && want[n] == got[n])
		n++;
	while (n > 0 && want[n - 1] != '\n')
		n--;
	w = strcspn(want + n, "\n");
	g = strcspn(got + n, "\n");
	printf("#     expected: %.*s\n", (int)w, want + n);
	printf("#     but got:  %.*s\n", (int)g, got + n);
}

/* Does the flow read as expected in this disguise?  Say what differs. */
static bool
check_one(const struct flow *f, const struct wire_disguise *d, uint64_t seed,
    const struct text *want, bool say)
{
	struct text got = { NULL, 0 };
	struct err err;
	bool ok;

	ok = dump(&got, f, d, seed, &err) == 0;
	if (!ok && say)
		printf("#   disguise %s: %s\n", wire_name(d), err.text);
	if (ok && strcmp(got.p, want->p) != 0) {
		ok = false;
		if (say)
			explain(d, seed, want->p, got.p);
	}
	free(got.p);
	return ok;
}

/* Add a name to those that failed, once. */
static void
note(char *names, size_t size, const char *name)
{
	size_t len = strlen(names), n = strlen(name);

	if (len >= n && strcmp(names + len - n, name) == 0)
		return;
	snprintf(names + len, size - len, " %s", name);
}

static bool
check_all(const struct flow *f, const struct text *want)
{
	const struct wire_disguise *d;
	char names[2048] = "";
	int failed = 0;

	for (size_t i = 0; (d = wire_disguise(i)) != NULL; i++) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			if (check_one(f, d, seed, want, failed == 0))
				continue;
			failed++;
			note(names, sizeof(names), wire_name(d));
		}
	}
	if (failed > 0)
		printf("#   %d readings differ:%s\n", failed, names);
	return failed == 0;
}

static int
update(const struct flow *f, const char *expect, struct err *err)
{
	struct text got = { NULL, 0 };
	int rc = dump(&got, f, wire_disguise(0), 1, err);
	FILE *out = rc < 0 ? NULL : fopen(expect, "wb");

	if (rc == 0 && out == NULL)
		rc = err_sys(err, "%s", expect);
	if (out != NULL) {
		fwrite(got.p, 1, got.len, out);
		fclose(out);
	}
	free(got.p);
	return rc;
}

/* 0: it reads as expected, or was updated; 1: it does not; -1: an error. */
static int
run_flow(const char *path, bool updating, struct err *err)
{
	struct flow f = FLOW_INIT;
	struct text want = { NULL, 0 };
	size_t stem = strlen(path) - strlen(SUFFIX);
	char *expect;
	int rc = flow_read(&f, path, err);

	expect = arena_string(&f.arena,
	    arena_printf(&f.arena, "%.*s.expect", (int)stem, path));
	if (rc == 0 && updating)
		rc = update(&f, expect, err);
	else if (rc == 0)
		rc = read_text(&want, expect, err);
	if (rc == 0 && !updating)
		rc = check_all(&f, &want) ? 0 : 1;
	free(want.p);
	flow_release(&f);
	return rc;
}

static int
is_flow(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > strlen(SUFFIX) &&
	    strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* Say in TAP how one flow went; return whether it failed. */
static int
report(const char *path, bool updating)
{
	static int number;
	const char *slash = strrchr(path, '/');
	struct err err;
	int rc = run_flow(path, updating, &err);

	if (rc < 0)
		printf("#   %s\n", err.text);
	printf("%sok %d - %s\n", rc == 0 ? "" : "not ", ++number,
	    slash == NULL ? path : slash + 1);
	fflush(stdout);
	return rc != 0;
}

static int
run_folder(const char *folder, bool updating, struct arena *arena)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_flow, alphasort), failed = 0;

	if (n <= 0) {
		printf("Bail out! %s: no flows\n", folder);
		return 1;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		struct span path =
		    arena_printf(arena, "%s/%s", folder, entries[i]->d_name);

		failed += report(arena_string(arena, path), updating);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int
main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	const char *top = getenv("top_srcdir");
	bool updating = argc > 1 && strcmp(argv[1], "--update") == 0;
	int first = updating ? 2 : 1, failed = 0;

	if (first == argc) {
		struct span folder = arena_printf(&arena, "%s/tests/flows",
		    top == NULL ? "." : top);

		failed =
		    run_folder(arena_string(&arena, folder), updating, &arena);
	} else {
		printf("1..%d\n", argc - first);
	}
	for (int i = first; i < argc; i++)
		failed += report(argv[i], updating);
	arena_release(&arena);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
