#include "deletion/auth.h"

#include "http/head.h"
#include "http/url.h"

/* The value of "name=" in a list such as "Credential=x, Signature=y". */
static struct span
parameter(struct span list, const char *name)
{
	struct span none = { 0 };

	while (list.p != NULL) {
		struct span value = span_trim(span_cut(&list, ','));
		struct span key = span_cut(&value, '=');

		if (span_eq_str(span_trim(key), name))
			return value;
	}
	return none;
}

static size_t
count_slashes(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.p[i] == '/';
	return n;
}

/*
 * AK/date/region/service/terminator (AWS, Volcengine) or
 * AK/date/service/terminator (Tencent).
 */
static void
read_scope(struct auth *out, struct span credential)
{
	size_t parts = count_slashes(credential) + 1;

	out->ak = span_cut(&credential, '/');
	if (parts != 5 && parts != 4)
		return;
	out->date = span_cut(&credential, '/');
	if (parts == 5)
		out->region = span_cut(&credential, '/');
	out->service = span_cut(&credential, '/');
}

static void
read_header(struct auth *out, struct span value)
{
	struct span rest = span_trim(value), found;

	out->scheme = span_cut(&rest, ' ');
	if (rest.p == NULL)
		return;
	found = parameter(rest, "Access");
	if (found.p != NULL) {
		out->ak = found;
		return;
	}
	found = parameter(rest, "Credential");
	if (found.p != NULL)
		read_scope(out, found);
}

static void
read_query(struct auth *out, struct span query, struct arena *arena)
{
	struct pair pair;

	while (url_next_pair(&query, &pair)) {
		struct span value;

		if (pair.value.p == NULL)
			continue;
		value = url_decode(pair.value, true, arena);
		if (span_eq_str(pair.key, "X-Credential") ||
		    span_eq_str(pair.key, "X-Amz-Credential") ||
		    span_eq_str(pair.key, "X-Goog-Credential"))
			read_scope(out, value);
		else if (span_eq_str(pair.key, "X-Algorithm") ||
		    span_eq_str(pair.key, "X-Amz-Algorithm"))
			out->scheme = value;
		else if (span_eq_str(pair.key, "AccessKeyId") ||
		    span_eq_str(pair.key, "AWSAccessKeyId"))
			out->ak = value;
	}
}

/* Documents and gateways that name them in headers of their own. */
static void
read_plain_headers(struct auth *out, const struct head *head)
{
	if (out->service.p == NULL)
		out->service = head_field(head, "Service");
	if (out->region.p == NULL)
		out->region = head_field(head, "Region");
	if (out->region.p == NULL)
		out->region = head_field(head, "X-TC-Region");
}

void
auth_read(struct auth *out, const struct head *head, struct span query,
    struct arena *arena)
{
	struct span value = head_field(head, "Authorization");

	*out = (struct auth){ 0 };
	if (value.p != NULL)
		read_header(out, value);
	else if (query.p != NULL)
		read_query(out, query, arena);
	read_plain_headers(out, head);
}
