#include "replay/own.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/xalloc.h"

const char *
own_phrase(int status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 408:
		return "Request Timeout";
	case 413:
		return "Content Too Large";
	case 431:
		return "Request Header Fields Too Large";
	case 500:
		return "Internal Server Error";
	case 501:
		return "Not Implemented";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return "Service Unavailable";
	}
}

struct span
own_answer(const struct own *own, struct arena *arena)
{
	return arena_printf(arena,
	    "HTTP/1.1 %d %s\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: %zu\r\n"
	    "X-Obit: %s\r\n"
	    "%s\r\n"
	    "%.*s",
	    own->status, own_phrase(own->status), own->text.len, own->what,
	    own->last ? "Connection: close\r\n" : "",
	    own->head_only ? 0 : (int)own->text.len, (const char *)own->text.p);
}

struct span
own_refusal(int status, const char *why, struct arena *arena)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	struct json j = JSON_INIT(f);
	struct span out;

	if (f == NULL)
		xalloc_failed();
	json_object(&j, NULL);
	json_str(&j, "error", own_phrase(status));
	json_str(&j, "detail", why);
	json_end(&j);
	json_line(&j);
	if (fclose(f) != 0)
		xalloc_failed();
	out = arena_copy(arena, (struct span){ (uint8_t *)text, len });
	free(text);
	return out;
}

struct span
own_tunnel(void)
{
	return span_of_str("HTTP/1.1 200 Connection established\r\n"
			   "X-Obit: tunnel\r\n\r\n");
}
