#include "cli/archive.h"

#include "base/err.h"
#include "cli/cmd.h"

int
archive_read(const char *path, archive_work *work, struct cmd_ctx *ctx,
    struct err *err)
{
	struct err ignored;
	struct store *st;
	int status;

	if (store_open(&st, path, STORE_READ, err) < 0)
		return -1;
	status = work(st, ctx, err);
	if (status < 0) {
		(void)!store_close(st, &ignored);
		return err_prefix(err, "%s", path);
	}
	return store_close(st, err) < 0 ? -1 : status;
}
