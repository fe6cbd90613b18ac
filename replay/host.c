#include "replay/host.h"

#include "http/head.h"
#include "http/url.h"

struct span
host_of(const struct head *request)
{
	struct span host =
	    url_split(request->method, request->target).authority;

	if (host.p == NULL)
		host = head_field(request, "Host");
	return host.p == NULL ? span_of_str("") : host;
}

struct span
path_of(const struct head *request)
{
	return url_split(request->method, request->target).path;
}
