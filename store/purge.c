#include "store/purge.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "http/body.h"
#include "http/exchange.h"

enum {
	REQUEST = 1,
	RESPONSE = 2,
};

static void
grow(struct purge_set *set, size_t size)
{
	size_t room = set->size + set->size / 2;

	if (size <= set->size)
		return;
	room = room > size ? room : size;
	set->bits = xrealloc(set->bits, room);
	memset(set->bits + set->size, 0, room - set->size);
	set->size = room;
}

static bool
is_purged(const struct message *m)
{
	return m != NULL && m->purged != NULL;
}

void
purge_set_note(struct purge_set *set, uint64_t n, const struct exchange *x)
{
	unsigned sides = (is_purged(x->request) ? REQUEST : 0) |
	    (is_purged(x->response) ? RESPONSE : 0);

	if (sides == 0)
		return;
	grow(set, n / 4 + 1);
	set->bits[n / 4] |= (uint8_t)(sides << n % 4 * 2);
}

void
purge_set_join(struct purge_set *set, const struct purge_set *other)
{
	grow(set, other->size);
	for (size_t i = 0; i < other->size; i++)
		set->bits[i] |= other->bits[i];
}

void
purge_set_apply(const struct purge_set *set, uint64_t n, struct exchange *x)
{
	unsigned sides =
	    n / 4 < set->size ? (unsigned)set->bits[n / 4] >> n % 4 * 2 : 0;

	if (sides & REQUEST && x->request != NULL)
		body_purge(x->request, &x->arena);
	if (sides & RESPONSE && x->response != NULL)
		body_purge(x->response, &x->arena);
}

void
purge_set_release(struct purge_set *set)
{
	free(set->bits);
	*set = (struct purge_set){ 0 };
}
