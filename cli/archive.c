#include "cli/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/err.h"
#include "cli/cmd.h"

static int
finish(struct store *st, int status, struct err *err)
{
	struct err ignored;

	if (status < 0) {
		(void)!store_close(st, &ignored);
		return -1;
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
	return finish(st, work(st, ctx, err), err);
}

int
archive_id(uint64_t *id, const char *text, struct err *err)
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

	if (archive_id(&id, number, err) < 0)
		return err_prefix(err, "%s", store_path(st));
	if ((status = store_get(st, id, &e, err)) < 0)
		return -1;
	if (status == 0)
		status = err_set(err, ERR_NOT_FOUND, "no exchange %s", number);
	else
		status = work(&e, ctx, err);
	entry_release(&e);
	return status < 0 ? err_prefix(err, "%s", store_path(st)) : status;
}

int
archive_read_one(const char *path, const char *number, entry_work *work,
    struct cmd_ctx *ctx, struct err *err)
{
	struct store *st;

	if (store_open(&st, path, STORE_READ, err) < 0)
		return -1;
	return finish(st, read_one(st, number, work, ctx, err), err);
}
