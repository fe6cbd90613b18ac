#include "tests/lib/vfs_power.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/vfs_shim.h"

#define SECTOR       512
#define FILES        8
#define NAME_MAX_LEN 4096

/* What happened to a file since it was synced. */
struct change {
	struct change *next;
	sqlite3_int64 at, len; /* of a cut: the size, and -1 */
	uint8_t data[];
};

/* What the disk holds of a name, whether it is open or not. */
struct disk {
	char name[NAME_MAX_LEN];
	uint8_t *data; /* as synced */
	size_t len;
	bool durable; /* the name itself is */
	bool deleted; /* but not durably */
	struct change *first, **last;
};

static sqlite3_vfs shim;
static sqlite3_io_methods methods;
static struct disk disks[FILES];
static unsigned events, cut_at;
static bool cut;

/* NULL: a temporary one. */
static struct disk *
disk(sqlite3_file *f)
{
	return vfs_file(f)->own;
}

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* Count an event; true if there is no power for it. */
static bool
happens(void)
{
	events++;
	if (cut_at != 0 && events >= cut_at)
		cut = true;
	if (cut)
		errno = EIO;
	return cut;
}

static void
forget(struct disk *d)
{
	for (struct change *c = d->first, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(d->data);
	*d = (struct disk){ .last = &d->first };
}

static struct disk *
find(const char *name)
{
	for (size_t i = 0; i < FILES; i++)
		if (strcmp(disks[i].name, name) == 0)
			return &disks[i];
	return NULL;
}

/* A file that was there before is on the disk as it is. */
static void
load(struct disk *d)
{
	FILE *f = fopen(d->name, "rb");
	long len;

	if (f == NULL)
		return;
	d->durable = true;
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	d->len = len > 0 ? (size_t)len : 0;
	d->data = must(malloc(d->len + 1));
	if (fread(d->data, 1, d->len, f) != d->len)
		abort();
	fclose(f);
}

static struct disk *
know(const char *name)
{
	struct disk *d = find(name);

	if (d != NULL && !d->deleted)
		return d;
	if (d == NULL)
		d = must(find(""));
	/* A new file under a name whose deletion is not durable yet. */
	forget(d);
	snprintf(d->name, sizeof(d->name), "%s", name);
	load(d);
	return d;
}

static void
change(struct disk *d, sqlite3_int64 at, sqlite3_int64 len, const void *data)
{
	size_t n = len > 0 ? (size_t)len : 0;
	struct change *c;

	if (d == NULL)
		return;
	c = must(malloc(sizeof(*c) + n));
	c->next = NULL;
	c->at = at;
	c->len = len;
	if (n > 0)
		memcpy(c->data, data, n);
	*d->last = c;
	d->last = &c->next;
}

static void
resize(struct disk *d, size_t len)
{
	d->data = must(realloc(d->data, len + 1));
	if (len > d->len)
		memset(d->data + d->len, 0, len - d->len);
	d->len = len;
}

static void
apply_part(struct disk *d, const struct change *c, size_t from, size_t len)
{
	size_t at = (size_t)c->at + from;

	if (at + len > d->len)
		resize(d, at + len);
	memcpy(d->data + at, c->data + from, len);
}

/* The sectors of a write reach the disk each by itself. */
static void
apply_sectors(struct disk *d, const struct change *c)
{
	size_t from = 0, end = (size_t)c->len;

	while (from < end) {
		size_t at = (size_t)c->at + from;
		size_t len = SECTOR - at % SECTOR;

		if (len > end - from)
			len = end - from;
		if (rand() % 2 == 0)
			apply_part(d, c, from, len);
		from += len;
	}
}

static void
apply(struct disk *d, const struct change *c, enum vfs_power_luck luck)
{
	if (luck == LUCK_NONE)
		return;
	if (luck == LUCK_SECTORS && c->len >= 0) {
		apply_sectors(d, c);
		return;
	}
	if (luck != LUCK_ALL && rand() % 2 == 0)
		return;
	if (c->len < 0)
		resize(d, (size_t)c->at);
	else
		apply_part(d, c, 0, (size_t)c->len);
}

/* All that happened to the file, as far as luck has it. */
static void
settle(struct disk *d, enum vfs_power_luck luck)
{
	for (struct change *c = d->first, *next; c != NULL; c = next) {
		next = c->next;
		apply(d, c, luck);
		free(c);
	}
	d->first = NULL;
	d->last = &d->first;
}

static bool
is_lucky(enum vfs_power_luck luck)
{
	return luck == LUCK_ALL || (luck != LUCK_NONE && rand() % 2 == 0);
}

static void
put_back(struct disk *d, enum vfs_power_luck luck)
{
	bool gone = d->deleted ? is_lucky(luck) : false;
	bool there = !gone && (d->durable || is_lucky(luck));
	FILE *f;

	settle(d, luck);
	if (!there) {
		unlink(d->name);
		return;
	}
	f = must(fopen(d->name, "wb"));
	if ((d->len > 0 && fwrite(d->data, 1, d->len, f) != d->len) ||
	    fclose(f) != 0)
		abort();
}

static int
my_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	if (cut)
		return SQLITE_IOERR_READ;
	return vfs_real(f)->pMethods->xRead(vfs_real(f), p, n, at);
}

static int
my_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	/* The one that is on its way may reach the disk. */
	if (!cut)
		change(disk(f), at, n, p);
	if (happens())
		return SQLITE_IOERR_WRITE;
	return vfs_real(f)->pMethods->xWrite(vfs_real(f), p, n, at);
}

static int
my_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (!cut)
		change(disk(f), size, -1, NULL);
	if (happens())
		return SQLITE_IOERR_TRUNCATE;
	return vfs_real(f)->pMethods->xTruncate(vfs_real(f), size);
}

static int
my_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	if (happens())
		return SQLITE_IOERR_FSYNC;
	if (disk(f) != NULL) {
		settle(disk(f), LUCK_ALL);
		disk(f)->durable = true;
	}
	return SQLITE_OK;
}

static int
my_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	f->pMethods = NULL;
	if (cut)
		return SQLITE_CANTOPEN;
	/* Before it is made, to know whether it was there. */
	vfs_file(f)->own = name != NULL ? know(name) : NULL;
	return vfs_open(vfs, name, f, flags, out, &methods);
}

static int
my_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *below = vfs_below(vfs);
	struct disk *d = find(name);

	if (happens())
		return SQLITE_IOERR_DELETE;
	if (d != NULL && (sync != 0 || !d->durable))
		forget(d);
	else if (d != NULL)
		d->deleted = true;
	return below->xDelete(below, name, sync);
}

void
vfs_power_install(void)
{
	for (size_t i = 0; i < FILES; i++)
		forget(&disks[i]);
	methods = vfs_methods();
	methods.xRead = my_read;
	methods.xWrite = my_write;
	methods.xTruncate = my_truncate;
	methods.xSync = my_sync;
	shim = vfs_shim("power");
	shim.xOpen = my_open;
	shim.xDelete = my_delete;
	vfs_install(&shim);
}

void
vfs_power_start(unsigned n)
{
	for (size_t i = 0; i < FILES; i++)
		forget(&disks[i]);
	events = 0;
	cut_at = n;
	cut = false;
}

bool
vfs_power_is_cut(void)
{
	return cut;
}

void
vfs_power_back(enum vfs_power_luck luck)
{
	for (size_t i = 0; i < FILES; i++)
		if (disks[i].name[0] != '\0')
			put_back(&disks[i], luck);
	vfs_power_start(0);
}
