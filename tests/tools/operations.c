/*
 * Which of a vendor's operations do the shipped rules recognise?
 *
 *	operations huawei|volcengine|aws PERCENT [-v] <OPERATIONS.tsv
 *
 * Makes a request of each line, as the vendor's SDK would send it, and asks
 * deletion_of_request().  Fails if less than PERCENT of the operations whose
 * name says that they delete are recognised, or one whose name says that it
 * reads is.  Writes the share and what was missed; with -v also what else
 * was taken for a deletion.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/deletion.h"
#include "deletion/rules.h"

#define PROJECT "0123456789abcdef0123456789abcdef"
#define SIGNED  ", SignedHeaders=host, Signature=00\r\n"

struct operation {
	struct span service, protocol, name, method, uri;
};

struct tally {
	const struct rules *rules;
	struct operation op;
	bool verbose;
	unsigned deletes, found, set, reads, wrong, others;
	FILE *missed;
};

/* Does name begin with the word, and does the word end there? */
static bool
begins(struct span name, const char *word)
{
	struct span w = span_of_str(word);

	return name.len >= w.len &&
	    span_eq_nocase(span_sub(name, 0, w.len), w) &&
	    (name.len == w.len || !islower(name.p[w.len]));
}

/* Some services write the name of what they are made of in front. */
static struct span
without_prefix(struct span name)
{
	static const char *const prefixes[] = { "Batch", "Admin", "nova",
		"cinder", "glance", "neutron", "keystone" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (begins(name, prefixes[i]))
			return span_sub(name, strlen(prefixes[i]), SIZE_MAX);
	return name;
}

static bool
leads_with(struct span name, const char *const *words)
{
	name = without_prefix(name);
	for (; *words != NULL; words++)
		if (begins(name, *words))
			return true;
	return false;
}

/* ReleaseDomainVersion of a CDN and Release of functions publish. */
static bool
publishes(const struct operation *op)
{
	return span_eq_str(op->name, "Release") ||
	    span_eq_str(op->name, "ReleaseDomainVersion");
}

static bool
says_delete(const struct operation *op)
{
	static const char *const words[] = { "Delete", "Terminate", "Destroy",
		"Purge", "Remove", "Release", NULL };

	return leads_with(op->name, words) && !publishes(op);
}

static bool
says_read(const struct operation *op)
{
	static const char *const words[] = { "List", "Get", "Describe", "Show",
		"Query", "Check", NULL };

	return leads_with(op->name, words);
}

static const char *
action_of(const struct operation *op)
{
	static const char *const removes[] = { "Remove", NULL };

	if (!says_delete(op))
		return "create";
	return leads_with(op->name, removes) ? "remove" : "delete";
}

/* Put something in place of "{name}". */
static void
put_value(FILE *f, struct span name, unsigned n)
{
	if (span_eq_str(name, "project_id"))
		fputs(PROJECT, f);
	else if (name.len > 0 && name.p[name.len - 1] == '+')
		fputs("a/b%2Bc", f);
	else
		fprintf(f, "x%u-0a1b2c3d", n);
}

static void
put_uri(FILE *f, struct span uri)
{
	unsigned n = 0;

	while (uri.len > 0) {
		struct span rest = uri, before = span_cut(&rest, '{');

		fwrite(before.p, 1, before.len, f);
		if (rest.p == NULL)
			return;
		put_value(f, span_cut(&rest, '}'), n++);
		uri = rest;
	}
}

static bool
has_body(const struct operation *op)
{
	return !span_eq_str(op->method, "GET") &&
	    !span_eq_str(op->method, "DELETE") &&
	    !span_eq_str(op->method, "HEAD");
}

#define TEXT(s) (int)(s).len, (const char *)(s).p

/* The body goes behind the head: its length is needed first. */
static void
put_body(FILE *f, const char *type, const char *body)
{
	fprintf(f, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type,
	    strlen(body), body);
}

/* Of these the body is known to name the action. */
static bool
acts(struct span uri)
{
	static const char *const ends[] = { "/action",
		"/instances/{instance_id}/users" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t n = strlen(ends[i]);

		if (uri.len > n && memcmp(uri.p + uri.len - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

static void
put_json(FILE *f, const struct operation *op, const char *type)
{
	char body[128];

	snprintf(body, sizeof(body), "{%s%s%s\"id\":\"x-1\"}",
	    acts(op->uri) ? "\"action\":\"" : "",
	    acts(op->uri) ? action_of(op) : "", acts(op->uri) ? "\"," : "");
	if (has_body(op))
		put_body(f, type, body);
	else
		fputs("\r\n", f);
}

static void
put_huawei(FILE *f, const struct operation *op)
{
	struct span rest = op->service, service = span_cut(&rest, '/');

	fprintf(f, "%.*s ", TEXT(op->method));
	put_uri(f, op->uri);
	fprintf(f,
	    " HTTP/1.1\r\nX-Sdk-Date: 20261120T191747Z\r\n"
	    "X-Project-Id: " PROJECT "\r\n"
	    "host: %.*s.cn-north-4.myhuaweicloud.com\r\n"
	    "Authorization: SDK-HMAC-SHA256 Access=AK" SIGNED,
	    TEXT(service));
	put_json(f, op, "application/json");
}

static void
put_volcengine(FILE *f, const struct operation *op)
{
	fprintf(f,
	    "%.*s /?Action=%.*s&Version=2020-04-01%s HTTP/1.1\r\n"
	    "Host: open.volcengineapi.com\r\nX-Date: 20261120T191747Z\r\n"
	    "Authorization: HMAC-SHA256 Credential=AK/20261120/cn-beijing/"
	    "%.*s/request" SIGNED,
	    TEXT(op->method), TEXT(op->name),
	    has_body(op) ? "" : "&InstanceId=x-1", TEXT(op->service));
	if (has_body(op))
		put_body(f, "application/json", "{\"InstanceId\":\"x-1\"}");
	else
		fputs("\r\n", f);
}

static void
put_aws_head(FILE *f, const struct operation *op)
{
	fprintf(f, "%.*s ", TEXT(op->method));
	put_uri(f, op->uri);
	fprintf(f,
	    " HTTP/1.1\r\nhost: %.*s.us-east-1.amazonaws.com\r\n"
	    "x-amz-date: 20261120T191747Z\r\n"
	    "authorization: AWS4-HMAC-SHA256 Credential=AK/20261120/us-east-1/"
	    "%.*s/aws4_request" SIGNED,
	    TEXT(op->service), TEXT(op->service));
}

static void
put_aws_query(FILE *f, const struct operation *op)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "Action=%.*s&Version=2016-11-15&ResourceId.1=x-1", TEXT(op->name));
	put_body(f, "application/x-www-form-urlencoded; charset=utf-8", body);
}

static void
put_aws(FILE *f, const struct operation *op)
{
	if (span_eq_str(op->protocol, "smithy-rpc-v2-cbor")) {
		fprintf(f,
		    "POST /service/%.*s/operation/%.*s HTTP/1.1\r\n"
		    "host: %.*s.us-east-1.amazonaws.com\r\n"
		    "smithy-protocol: rpc-v2-cbor\r\n"
		    "authorization: AWS4-HMAC-SHA256 Credential=AK/20261120/"
		    "us-east-1/%.*s/aws4_request" SIGNED,
		    TEXT(op->service), TEXT(op->name), TEXT(op->service),
		    TEXT(op->service));
		put_body(f, "application/cbor", "\xbf\xff");
		return;
	}
	put_aws_head(f, op);
	if (span_eq_str(op->protocol, "query") ||
	    span_eq_str(op->protocol, "ec2")) {
		put_aws_query(f, op);
	} else if (span_eq_str(op->protocol, "json")) {
		fprintf(f, "x-amz-target: Svc_20120810.%.*s\r\n",
		    TEXT(op->name));
		put_json(f, op, "application/x-amz-json-1.1");
	} else {
		put_json(f, op, "application/json");
	}
}

static struct span
take(struct span *line)
{
	return span_cut(line, '\t');
}

typedef void put_request(FILE *f, const struct operation *op);

static const struct vendor {
	const char *name;
	bool protocols; /* the table has a column of them */
	put_request *put;
} vendors[] = {
	{ "huawei", false, put_huawei },
	{ "volcengine", false, put_volcengine },
	{ "aws", true, put_aws },
};

static void
read_line(struct operation *op, bool protocols, struct span line)
{
	*op = (struct operation){ .service = take(&line) };
	if (protocols)
		op->protocol = take(&line);
	op->name = take(&line);
	op->method = take(&line);
	op->uri = take(&line);
}

static void
message_of(struct message *m, struct span bytes, struct arena *arena)
{
	struct err err;
	size_t n = 4;

	while (n < bytes.len && memcmp(bytes.p + n - 4, "\r\n\r\n", 4) != 0)
		n++;
	m->head = span_sub(bytes, 0, n);
	m->body = span_sub(bytes, n, SIZE_MAX);
	m->framing = m->body.len > 0 ? FRAMING_LENGTH : FRAMING_NONE;
	m->wire_len = m->body_len = m->body.len;
	m->complete = true;
	if (head_parse(&m->parsed, HEAD_REQUEST, m->head, arena, &err) == 0)
		return;
	fprintf(stderr, "operations: %s\n%.*s", err.text, TEXT(bytes));
	exit(EXIT_FAILURE);
}

static void
print_operation(FILE *f, const char *what, const struct operation *op)
{
	fprintf(f, "%-8s%.*s %.*s %.*s %.*s\n", what, TEXT(op->service),
	    TEXT(op->name), TEXT(op->method), TEXT(op->uri));
}

static void
count(struct tally *t, bool is, const struct deletion *d)
{
	if (says_delete(&t->op)) {
		t->deletes++;
		t->found += is;
		t->set += is && d->set_delete;
		if (!is)
			print_operation(t->missed, "missed", &t->op);
	} else if (says_read(&t->op)) {
		t->reads++;
		t->wrong += is;
		if (is)
			print_operation(t->missed, "wrong", &t->op);
	} else if (is) {
		t->others++;
		if (t->verbose)
			print_operation(t->missed, "also", &t->op);
	}
}

static void
ask(struct tally *t, put_request *put)
{
	struct arena arena = ARENA_INIT;
	struct message m = { 0 };
	struct deletion d;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		exit(EXIT_FAILURE);
	put(f, &t->op);
	fclose(f);
	message_of(&m, (struct span){ (uint8_t *)text, len }, &arena);
	count(t, deletion_of_request(t->rules, &m, &arena, &d), &d);
	arena_release(&arena);
	free(text);
}

static void
ask_all(struct tally *t, const struct vendor *v)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (getline(&line, &room, stdin) <= 0)
		return;
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct span text = { (uint8_t *)line, (size_t)n };

		read_line(&t->op, v->protocols, span_cut(&text, '\n'));
		ask(t, v->put);
	}
	free(line);
}

static bool
report(const struct tally *t, const char *vendor, double minimum)
{
	double share = t->deletes ? 100.0 * t->found / t->deletes : 0;

	printf("%s: %u of %u operations that say they delete (%.1f %%), %u of "
	       "them without an id;\n%u of %u that say they read; %u others\n",
	    vendor, t->found, t->deletes, share, t->set, t->wrong, t->reads,
	    t->others);
	return share >= minimum && t->wrong == 0 && t->reads > 0;
}

static bool
measure(const struct vendor *v, const char *minimum, bool verbose)
{
	struct tally t = { .verbose = verbose };
	char *missed = NULL;
	struct rules *rules;
	size_t len = 0;
	struct err err;
	bool good;

	if (rules_open(&rules, NULL, 0, &err) < 0) {
		fprintf(stderr, "operations: %s\n", err.text);
		return false;
	}
	t.rules = rules;
	t.missed = open_memstream(&missed, &len);
	if (t.missed == NULL)
		exit(EXIT_FAILURE);
	ask_all(&t, v);
	fclose(t.missed);
	good = report(&t, v->name, strtod(minimum, NULL));
	fputs(missed, stdout);
	free(missed);
	rules_close(rules);
	return good;
}

int
main(int argc, char **argv)
{
	bool verbose = argc == 4 && strcmp(argv[3], "-v") == 0;

	for (size_t i = 0; argc >= 3 && i < ARRAY_LEN(vendors); i++)
		if (strcmp(argv[1], vendors[i].name) == 0)
			return measure(&vendors[i], argv[2], verbose)
			    ? EXIT_SUCCESS
			    : EXIT_FAILURE;
	fputs("usage: operations VENDOR PERCENT [-v] <OPERATIONS\n", stderr);
	return 2;
}
