#include "replay/own.h"

#include "base/arena.h"

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
own_tunnel(void)
{
	return span_of_str("HTTP/1.1 200 Connection established\r\n"
			   "X-Obit: tunnel\r\n\r\n");
}
