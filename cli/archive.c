#include "cli/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/cmd.h"

static bool
has_prefix(const char *text, const char *path)
{
	size_t len = strlen(path);

	return strncmp(text, path, len) == 0 && text[len] == ':';
}

static int
finish(struct store *st, const char *path, int status, struct err *err)
{
	struct err ignored;

	if (status < 0) {
		(void)!store_close(st, &ignored);
		/* Errors of the store name it, those of the work do not. */
		return has_prefix(err->text, path)
		    ? -1
		    : err_prefix(err, "%s", path);
	}
	return store_close(st, err) < 0 ? -1 : status;
}

int
archive_read(const char *path, archive_work *work, struct cmd_ctx *ctx,
    struct err *err)
{
	struct store *st;

	if (store_open(&st, path, STORE_READ, err) < 0)
		return -1;
	return finish(st, path, work(st, ctx, err), err);
}

static int
parse_id(uint64_t *id, const char *text, struct err *err)
{
	char *end;

	errno = 0;
	*id = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0)
		return 0;
	return err_set(err, ERR_USAGE,
	    "an exchange is named by its number, not \"%s\"", text);
}

static int
read_one(struct store *st, const char *number, entry_work *work,
    struct cmd_ctx *ctx, struct err *err)
{
	struct entry e = ENTRY_INIT;
	uint64_t id;
	int status;

	if (parse_id(&id, number, err) < 0)
		return -1;
	status = store_get(st, id, &e, err);
	if (status > 0)
		status = work(&e, ctx, err);
	else if (status == 0)
		status = err_set(err, ERR_NOT_FOUND, "no exchange %s", number);
	entry_release(&e);
	return status;
}

int
archive_read_one(const char *path, const char *number, entry_work *work,
    struct cmd_ctx *ctx, struct err *err)
{
	struct store *st;

	if (store_open(&st, path, STORE_READ, err) < 0)
		return -1;
	return finish(st, path, read_one(st, number, work, ctx, err), err);
}
