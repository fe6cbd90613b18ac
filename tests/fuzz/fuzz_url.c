/* The first byte chooses the form; the rest is a target. */
#include <assert.h>

#include "base/arena.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_inside(struct span part, struct span whole)
{
	if (part.len > 0 && !span_eq_str(part, "/"))
		assert(part.p >= whole.p &&
		    part.p + part.len <= whole.p + whole.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = ARENA_INIT;
	struct span target = span_sub((struct span){ data, len }, 1, len);
	bool connect = len > 0 && data[0] == 'C';
	struct url u =
	    url_split(span_of_str(connect ? "CONNECT" : "GET"), target);
	struct pair pair;

	check_inside(u.scheme, target);
	check_inside(u.userinfo, target);
	check_inside(u.authority, target);
	check_inside(u.path, target);
	check_inside(u.query, target);
	check_inside(url_host(u.authority), target);
	assert(url_decode(u.path, false, &arena).len <= u.path.len);
	while (url_next_pair(&u.query, &pair)) {
		check_inside(pair.key, target);
		assert(
		    url_decode(pair.value, true, &arena).len <= pair.value.len);
	}
	assert(u.query.p == NULL);
	arena_release(&arena);
	return 0;
}
