#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "deletion/redact.h"
#include "tests/lib/unit.h"

static char folder[64];
static char path[96];

static void
setup(void)
{
	strcpy(folder, "redact-key.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/new/key", folder);
}

static void
teardown(void)
{
	char parent[80];

	snprintf(parent, sizeof(parent), "%s/new", folder);
	unlink(path);
	/* Fails if anything else was left behind. */
	ck_assert_int_eq(rmdir(parent), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(name, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(a_key_is_made_once)
{
	uint8_t a[REDACT_KEY_SIZE] = { 0 }, b[REDACT_KEY_SIZE] = { 0 };
	static const uint8_t zeros[REDACT_KEY_SIZE];
	struct err err;

	setup();
	ck_assert_int_eq(redact_key_load(a, path, &err), 0);
	ck_assert_int_eq(redact_key_load(b, path, &err), 0);
	ck_assert_mem_eq(a, b, sizeof(a));
	ck_assert_mem_ne(a, zeros, sizeof(a));
	ck_assert_uint_eq(mode_of(path), 0600);
	*strrchr(path, '/') = 0;
	ck_assert_uint_eq(mode_of(path), 0700);
	path[strlen(path)] = '/';
	teardown();
}
END_TEST

START_TEST(processes_agree_on_one_key)
{
	enum { COUNT = 8 };
	uint8_t keys[COUNT][REDACT_KEY_SIZE];
	int fds[2];

	setup();
	ck_assert_int_eq(pipe(fds), 0);
	for (int i = 0; i < COUNT; i++) {
		struct err err;

		if (fork() != 0)
			continue;
		if (redact_key_load(keys[0], path, &err) < 0 ||
		    write(fds[1], keys[0], REDACT_KEY_SIZE) != REDACT_KEY_SIZE)
			_exit(1);
		_exit(0);
	}
	for (int i = 0; i < COUNT; i++) {
		int status;

		wait(&status);
		ck_assert_int_eq(status, 0);
		ck_assert_int_eq(read(fds[0], keys[i], REDACT_KEY_SIZE),
		    REDACT_KEY_SIZE);
		ck_assert_mem_eq(keys[i], keys[0], REDACT_KEY_SIZE);
	}
	teardown();
}
END_TEST

START_TEST(a_key_that_is_no_secret_is_refused)
{
	uint8_t key[REDACT_KEY_SIZE];
	struct err err;

	setup();
	ck_assert_int_eq(redact_key_load(key, path, &err), 0);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(redact_key_load(key, path, &err), -1);
	ck_assert_int_eq(err.code, ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(err.text, "0640"));
	ck_assert_ptr_nonnull(strstr(err.text, path));
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(truncate(path, 5), 0);
	ck_assert_int_eq(redact_key_load(key, path, &err), -1);
	ck_assert_int_eq(err.code, ERR_FORMAT);
	teardown();
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	uint8_t key[REDACT_KEY_SIZE];
	struct err err;

	ck_assert_int_eq(redact_key_load(key, "/dev/null", &err), -1);
	ck_assert_int_eq(err.code, ERR_FORMAT);
	ck_assert_int_eq(redact_key_load(key, "/dev/null/key", &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
}
END_TEST

UNIT_MAIN("redact_key", a_key_is_made_once, processes_agree_on_one_key,
    a_key_that_is_no_secret_is_refused, what_is_no_file_is_refused)
