#include "tests/lib/fuzz_archive.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/leaf.h"
#include "store/prove.h"
#include "store/store.h"
#include "store/verify.h"
#include "tests/lib/sample.h"

#define MAX_ARCHIVE (1 << 20)

static uint8_t original[MAX_ARCHIVE];
static size_t size;
static char path[64];

static void
must(bool done)
{
	if (!done)
		abort();
}

static void
leave(void)
{
	static const char *const suffixes[] = { "", "-wal", "-shm",
		"-journal" };
	char name[80];

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

/* The same archive in every run, made once. */
static void
make(void)
{
	struct recording rec = { .begun = 1 };
	struct coverage coverage = { .packets = 1 };
	struct reading reading;
	struct store *st;
	struct err err;
	FILE *f;

	snprintf(path, sizeof(path), "fuzz-archive.%ld", (long)getpid());
	unlink(path);
	must(store_open(&st, path, STORE_APPEND, &err) == 0);
	atexit(leave);
	must(store_begin(st, &rec, &err) == 0);
	for (unsigned n = 0; n < 40; n++) {
		struct exchange *x = sample_exchange(n, &reading);

		must(store_add(st, x, &reading, &err) == 0);
		exchange_free(x);
	}
	must(store_end(st, &coverage, &err) == 0);
	must(store_close(st, &err) == 0);
	f = fopen(path, "rb");
	must(f != NULL);
	size = fread(original, 1, sizeof(original), f);
	fclose(f);
	must(size > 0 && size < sizeof(original));
}

static void
read_rows(struct store *st)
{
	struct arena arena = ARENA_INIT;
	const struct evidence *evidence;
	struct entry e = ENTRY_INIT;
	struct recording rec;
	struct store_stats stats;
	struct err err;
	size_t count;
	int got = 0;

	for (uint64_t id = 0; id < 45; id++) {
		if (store_get(st, id, &e, &err) == 1)
			got++;
		if (store_evidence(st, id, &arena, &evidence, &count, &err) ==
		    0)
			got++;
	}
	if (store_recording(st, 1, &arena, &rec, &err) == 1)
		got++;
	if (store_stats(st, &stats, &err) == 0)
		got++;
	entry_release(&e);
	arena_release(&arena);
}

static void
visit(struct store *st, const struct selection *which)
{
	struct entry e = ENTRY_INIT;
	struct cursor *c;
	struct err err;

	if (cursor_open(&c, st, which, &err) < 0)
		return;
	while (cursor_next(c, &e, &err) == 1)
		continue;
	entry_release(&e);
	cursor_close(c);
}

/* Whatever is wrong, it is found out in bounded time. */
static void
judge(struct store *st)
{
	struct verify_options options = { 0 };
	struct buf encoding = BUF_INIT(LEAF_ENCODING_MAX);
	struct checkpoint head = { .size = UINT64_MAX };
	struct verification found;
	struct inclusion in;
	const char *why;
	struct err err;

	if (store_verify(st, &options, &found, &err) == 0)
		must(found.fault < FAULT_COUNT);
	if (store_prove(st, 20, &head, &encoding, &in, &why, &err) == 0)
		must(why != NULL);
	buf_release(&encoding);
}

void
fuzz_archive_read(void)
{
	static const uint8_t key[MATCH_KEY_SIZE] = { 20 };
	const struct selection selections[] = {
		{ .key = key },
		{ .path = SPAN_LITERAL("/v3/pools/p20") },
		{ .operation = SPAN_LITERAL("elb:DeletePool") },
		{ .by_kind = true, .kind = KIND_DELETION },
	};
	struct store *st;
	struct err err;

	if (store_open(&st, path, STORE_READ, &err) < 0)
		return;
	read_rows(st);
	for (size_t i = 0; i < ARRAY_LEN(selections); i++)
		visit(st, &selections[i]);
	judge(st);
	must(store_close(st, &err) == 0);
}

struct span
fuzz_archive_original(void)
{
	if (size == 0)
		make();
	return (struct span){ original, size };
}

const char *
fuzz_archive_put(const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	must(fd >= 0);
	must(write(fd, bytes, len) == (ssize_t)len);
	close(fd);
	return path;
}
