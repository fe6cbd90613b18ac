#include "replay/miss.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/xalloc.h"
#include "http/head.h"
#include "replay/host.h"

#define MAX_TEXT 2048 /* bytes of a path or target that are repeated */

static const char *const names[MISS_REASON_COUNT] = {
	[MISS_UNKNOWN] = "unknown",
	[MISS_AMBIGUOUS] = "host",
	[MISS_EARLY] = "early",
	[MISS_LATE] = "late",
	[MISS_PURGED] = "purged",
};

static const char *const texts[MISS_REASON_COUNT] = {
	[MISS_UNKNOWN] = "no recorded exchange means the same",
	[MISS_AMBIGUOUS] =
	    "recorded for several hosts; send the Host of one of them",
	[MISS_EARLY] =
	    "recorded only after a deletion that was not yet sent here",
	[MISS_LATE] =
	    "recorded only before a deletion that was already sent here",
	[MISS_PURGED] = "the body of the recorded answer was purged",
};

const char *
miss_reason_name(enum miss_reason reason)
{
	return names[reason];
}

static void
write_names(struct json *j, const char *name, const struct names *list)
{
	json_array(j, name);
	for (size_t i = 0; i < list->count; i++)
		json_text(j, NULL, list->name[i]);
	json_end(j);
}

static void
write_differences(struct json *j, const struct near *n)
{
	json_array(j, "differs");
	for (enum difference d = 0; d < DIFFERENCE_COUNT; d++)
		if (n->differs >> d & 1)
			json_str(j, NULL, difference_name(d));
	json_end(j);
	if (n->differs >> DIFFERENCE_TARGETS & 1) {
		json_object(j, "targets");
		write_names(j, "missing", &n->missing);
		write_names(j, "extra", &n->extra);
		json_end(j);
	}
	if (n->differs >> DIFFERENCE_QUERY & 1) {
		json_object(j, "query");
		write_names(j, "missing", &n->query_missing);
		write_names(j, "extra", &n->query_extra);
		write_names(j, "different", &n->query_different);
		json_end(j);
	}
}

static void
write_near(struct json *j, const struct near *n)
{
	json_object(j, NULL);
	json_uint(j, "id", n->id);
	json_text(j, "method", n->method);
	json_text(j, "host", n->host);
	json_text(j, "target", span_sub(n->target, 0, MAX_TEXT));
	if (n->status > 0)
		json_int(j, "status", n->status);
	else
		json_null(j, "status");
	write_differences(j, n);
	json_end(j);
}

static void
write_miss(struct json *j, const struct miss *miss)
{
	const struct head *request = miss->request;
	struct span path = path_of(request);

	json_object(j, NULL);
	json_str(j, "error", texts[miss->reason]);
	json_str(j, "reason", names[miss->reason]);
	json_text(j, "method", request->method);
	json_text(j, "path",
	    path.p == NULL ? path : span_sub(path, 0, MAX_TEXT));
	if (miss->reason == MISS_EARLY || miss->reason == MISS_LATE)
		json_uint(j, "deletion", miss->deletion);
	if (miss->reason == MISS_PURGED)
		json_uint(j, "exchange", miss->exchange);
	if (miss->reason == MISS_AMBIGUOUS)
		write_names(j, "hosts",
		    &(struct names){ miss->hosts, miss->host_count });
	if (miss->reason == MISS_UNKNOWN) {
		json_array(j, "nearest");
		for (size_t i = 0; i < miss->nearest_count; i++)
			write_near(j, &miss->nearest[i]);
		json_end(j);
	}
	json_end(j);
	json_line(j);
}

struct span
miss_text(const struct miss *miss, struct arena *arena)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	struct json j = JSON_INIT(f);
	struct span out;

	if (f == NULL)
		xalloc_failed();
	write_miss(&j, miss);
	if (fclose(f) != 0)
		xalloc_failed();
	out = arena_copy(arena, (struct span){ (uint8_t *)text, len });
	free(text);
	return out;
}
