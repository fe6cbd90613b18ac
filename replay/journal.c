#include "replay/journal.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/xalloc.h"

struct journal {
	pthread_mutex_t lock;
	FILE *to;
	uint64_t number; /* of the last request */
};

struct journal *
journal_new(FILE *to)
{
	struct journal *j = xcalloc(1, sizeof(*j));

	pthread_mutex_init(&j->lock, NULL);
	j->to = to;
	return j;
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	pthread_mutex_destroy(&j->lock);
	free(j);
}

void
journal_write(struct journal *j, const struct journal_entry *e)
{
	struct json out;

	if (j == NULL)
		return;
	pthread_mutex_lock(&j->lock);
	out = JSON_INIT(j->to);
	json_object(&out, NULL);
	json_uint(&out, "number", ++j->number);
	json_time(&out, "time", clock_wall());
	json_text(&out, "session",
	    e->session.len > 0 ? e->session : (struct span){ 0 });
	json_text(&out, "method", e->method);
	json_text(&out, "path", e->path);
	if (e->status > 0)
		json_int(&out, "status", e->status);
	else
		json_null(&out, "status");
	if (e->id > 0)
		json_uint(&out, "id", e->id);
	else
		json_null(&out, "id");
	json_str(&out, "reason", e->reason);
	json_end(&out);
	json_line(&out);
	fflush(j->to);
	pthread_mutex_unlock(&j->lock);
}
