/*
 * What recognition costs, beside parsing the same head.
 *
 *	bench/recognise [NAME]
 *
 * Prints, for each request, nanoseconds of head_parse(), of
 * recogniser_interest() and their ratio, and for one exchange those of
 * deletion_of_exchange().  NAME: only the requests whose name holds it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "deletion/recogniser.h"
#include "deletion/rules.h"
#include "http/exchange.h"

enum {
	ROUNDS = 200000,
};

#define FIELDS                                                                 \
	"Host: api.example.com\r\nUser-Agent: curl/8.5.0\r\n"                  \
	"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n"                    \
	"X-Request-Id: 6fa459ea-ee8a-3ca4-894e-db77e160355e\r\n"
#define JSON "Content-Type: application/json\r\nContent-Length: 42\r\n"
#define FORM                                                                   \
	"Content-Type: application/x-www-form-urlencoded\r\n"                  \
	"Content-Length: 42\r\n"
#define SCOPE(scheme, service, end)                                            \
	"Authorization: " scheme " Credential=AK/20261120/cn-beijing/" service \
	"/" end ", SignedHeaders=host, Signature=00\r\n"

static const struct {
	const char *name, *request;
} heads[] = {
	{ "GET, plain", "GET /index.html HTTP/1.1\r\n" FIELDS "\r\n" },
	{ "GET, api path",
	    "GET /v1/0123456789/cloudservers/6fa459ea/detail?limit=100"
	    " HTTP/1.1\r\n" FIELDS "\r\n" },
	{ "GET, Action=Describe",
	    "GET /?Action=DescribeInstances&Version=2020-04-01&MaxResults=100"
	    " HTTP/1.1\r\n" FIELDS SCOPE("HMAC-SHA256", "ecs",
		"request") "\r\n" },
	{ "POST, json",
	    "POST /v1/things/search HTTP/1.1\r\n" FIELDS JSON "\r\n" },
	{ "POST, json, target Describe",
	    "POST / HTTP/1.1\r\nx-amz-target: "
	    "DynamoDB_20120810.GetItem\r\n" FIELDS JSON
		SCOPE("AWS4-HMAC-SHA256", "dynamodb", "aws4_request") "\r\n" },
	{ "PUT, json", "PUT /v1/things/42 HTTP/1.1\r\n" FIELDS JSON "\r\n" },
	{ "POST, form (maybe)", "POST / HTTP/1.1\r\n" FIELDS FORM "\r\n" },
	{ "DELETE (sure)", "DELETE /v1/things/42 HTTP/1.1\r\n" FIELDS "\r\n" },
};

static const char volc[] =
    "GET /?Action=DeleteInstances&Version=2020-04-01&InstanceIds.1=i-1"
    "&InstanceIds.2=i-2 HTTP/1.1\r\n" FIELDS SCOPE("HMAC-SHA256", "ecs",
	"request") "\r\n";

static const char answer[] =
    "{\"ResponseMetadata\":{\"RequestId\":\"20210624\",\"Action\":"
    "\"DeleteInstances\"},\"Result\":{\"OperationDetails\":[{\"InstanceId\":"
    "\"i-1\"},{\"InstanceId\":\"i-2\",\"Error\":{\"Code\":"
    "\"InvalidInstance.NotFound\",\"Message\":\"gone\"}}]}}";

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
die(const struct err *err)
{
	fprintf(stderr, "bench: %s\n", err->text);
	exit(EXIT_FAILURE);
}

static double
time_parse(struct span bytes)
{
	struct arena arena = ARENA_INIT;
	struct head head;
	struct err err;
	double start = now();

	for (int i = 0; i < ROUNDS; i++) {
		if (head_parse(&head, HEAD_REQUEST, bytes, &arena, &err) < 0)
			die(&err);
		arena_reset(&arena);
	}
	arena_release(&arena);
	return (now() - start) / ROUNDS;
}

static double
time_interest(const struct rules *rules, struct span bytes, unsigned *sum)
{
	struct arena arena = ARENA_INIT;
	struct recogniser *r = recogniser_new(rules, SIZE_MAX);
	struct head head;
	struct err err;
	double start;

	if (head_parse(&head, HEAD_REQUEST, bytes, &arena, &err) < 0)
		die(&err);
	start = now();
	for (int i = 0; i < ROUNDS; i++)
		*sum += recogniser_interest(r, &head);
	start = now() - start;
	recogniser_free(r);
	arena_release(&arena);
	return start / ROUNDS;
}

static struct message *
message_of(struct arena *arena, enum head_side side, struct span head,
    struct span body)
{
	struct message *m = arena_alloc(arena, sizeof(*m));
	struct err err;

	m->head = head;
	m->body = body;
	m->wire_len = m->body_len = body.len;
	m->framing = body.len > 0 ? FRAMING_LENGTH : FRAMING_NONE;
	m->complete = true;
	if (head_parse(&m->parsed, side, head, arena, &err) < 0)
		die(&err);
	return m;
}

static double
time_reading(const struct rules *rules)
{
	struct arena arena = ARENA_INIT;
	struct exchange *x = exchange_new();
	struct deletion d;
	double start;
	bool is = true;

	x->request = message_of(&x->arena, HEAD_REQUEST, span_of_str(volc),
	    (struct span){ 0 });
	x->response = message_of(&x->arena, HEAD_RESPONSE,
	    span_of_str("HTTP/1.1 200 OK\r\nContent-Type: application/json"
			"\r\n\r\n"),
	    span_of_str(answer));
	start = now();
	for (int i = 0; i < ROUNDS && is; i++) {
		is = deletion_of_exchange(rules, x, &arena, &d) &&
		    d.outcome == OUTCOME_PARTIAL;
		arena_reset(&arena);
	}
	start = now() - start;
	exchange_free(x);
	arena_release(&arena);
	return is ? start / ROUNDS : -1;
}

int
main(int argc, char **argv)
{
	struct rules *rules;
	unsigned sum = 0;
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		die(&err);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct span bytes = span_of_str(heads[i].request);
		double parse, interest;

		if (argc > 1 && strstr(heads[i].name, argv[1]) == NULL)
			continue;
		parse = time_parse(bytes);
		interest = time_interest(rules, bytes, &sum);

		printf("%-30s parse %6.0f ns  interest %6.0f ns  %4.2f\n",
		    heads[i].name, parse, interest, interest / parse);
	}
	printf("%-30s %6.0f ns\n", "classify a batch of two",
	    time_reading(rules));
	rules_close(rules);
	return sum > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
