#include "cli/sealer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "cli/blob.h"
#include "cli/opt.h"
#include "cli/sealed.h"
#include "store/store.h"
#include "store/verify.h"

#define SECOND     ((int64_t)1000000000)
#define MAX_NUMBER 1000000000u /* of seconds, minutes, hours or exchanges */

#define DEFAULT_NS (60 * SECOND)
#define SUFFIX     ".checkpoint"

struct sealer {
	struct note_key key;
	char *checkpoint;   /* file to write */
	uint64_t exchanges; /* seal after so many; 0: do not count */
	int64_t ns;         /* seal after so long; 0: do not wait */
	uint64_t waiting;   /* exchanges that no checkpoint covers */
	int64_t since;      /* when the first of them came */
};

static int64_t
unit_of(const char *text)
{
	static const struct {
		const char *text;
		int64_t ns;
	} units[] = { { "s", SECOND }, { "m", 60 * SECOND },
		{ "h", 3600 * SECOND } };

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(text, units[i].text) == 0)
			return units[i].ns;
	return 0;
}

static int
parse_every(struct sealer *s, const char *text, struct err *err)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && errno == 0 && n > 0 &&
	    n <= MAX_NUMBER) {
		if (*end == '\0')
			s->exchanges = n;
		else
			s->ns = (int64_t)n * unit_of(end);
		if (*end == '\0' || s->ns > 0)
			return 0;
	}
	return err_set(err, ERR_USAGE,
	    "--seal-every: \"%s\" is no number of exchanges, such as 1000, and "
	    "no time, such as 30s, 5m or 1h",
	    text);
}

static char *
checkpoint_of(const struct sealer_options *options, const char *archive)
{
	const char *name =
	    options->checkpoint != NULL ? options->checkpoint : archive;
	const char *suffix = options->checkpoint != NULL ? "" : SUFFIX;
	char *path = xmalloc(strlen(name) + strlen(suffix) + 1);

	strcpy(path, name);
	return strcat(path, suffix);
}

static int
set_up(struct sealer *s, const struct sealer_options *options, struct err *err)
{
	for (size_t i = 0; i < options->every->count; i++)
		if (parse_every(s, options->every->items[i], err) < 0)
			return -1;
	if (options->every->count == 0)
		s->ns = DEFAULT_NS;
	if (blob_check_secret(options->key, err) < 0)
		return -1;
	return sealed_signer(&s->key, options->key, err);
}

int
sealer_open(struct sealer **out, const struct sealer_options *options,
    const char *archive, struct err *err)
{
	struct sealer *s;

	*out = NULL;
	if (options->key == NULL && options->checkpoint == NULL &&
	    options->every->count == 0)
		return 0;
	if (options->key == NULL)
		return err_set(err, ERR_USAGE,
		    "--seal-every and --checkpoint need --seal KEY");
	s = xcalloc(1, sizeof(*s));
	s->checkpoint = checkpoint_of(options, archive);
	if (set_up(s, options, err) < 0) {
		sealer_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
sealer_close(struct sealer *s)
{
	if (s == NULL)
		return;
	explicit_bzero(&s->key, sizeof(s->key));
	free(s->checkpoint);
	free(s);
}

static int
begin(struct sealer *s, struct store *st, const struct checkpoint *earlier,
    struct err *err)
{
	struct verify_options options = { .checkpoint = earlier };
	struct verification found;

	if (store_verify(st, &options, &found, err) < 0)
		return -1;
	if (found.fault == FAULT_NONE)
		return 0;
	if (earlier == NULL)
		return err_set(err, ERR_CORRUPT,
		    "the archive is not verified, and so nothing in it sealed: "
		    "%s",
		    found.what);
	return err_set(err, ERR_EXISTS,
	    "%s: is not a checkpoint of this archive: %s", s->checkpoint,
	    found.what);
}

int
sealer_begin(struct sealer *s, struct store *st, struct err *err)
{
	struct sealed earlier = SEALED_INIT;
	int got;

	if (s == NULL)
		return 0;
	got = sealed_earlier(&earlier, &s->key, s->checkpoint, err);
	if (got >= 0)
		got = begin(s, st, got == 1 ? &earlier.checkpoint : NULL, err);
	sealed_release(&earlier);
	return got;
}

static int
seal(struct sealer *s, struct store *st, struct err *err)
{
	struct checkpoint c = { .origin = span_of_str(s->key.name) };

	if (store_commit(st, err) < 0 ||
	    store_root(st, c.root, &c.size, err) < 0 ||
	    sealed_write(&c, &s->key, s->checkpoint, err) < 0)
		return -1;
	s->waiting = 0;
	return 0;
}

int
sealer_added(struct sealer *s, struct store *st, struct err *err)
{
	if (s == NULL)
		return 0;
	if (s->waiting++ == 0)
		s->since = clock_steady();
	if (s->exchanges > 0 && s->waiting >= s->exchanges)
		return seal(s, st, err);
	return sealer_tick(s, st, err);
}

int64_t
sealer_wait(const struct sealer *s)
{
	int64_t left;

	if (s == NULL || s->waiting == 0 || s->ns == 0)
		return INT64_MAX;
	left = s->ns - (clock_steady() - s->since);
	return left > 0 ? left : 0;
}

int
sealer_tick(struct sealer *s, struct store *st, struct err *err)
{
	return sealer_wait(s) > 0 ? 0 : seal(s, st, err);
}

int
sealer_end(struct sealer *s, struct store *st, struct err *err)
{
	return s == NULL ? 0 : seal(s, st, err);
}
