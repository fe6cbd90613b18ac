#include "deletion/lever.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "http/exchange.h"
#include "tests/lib/unit.h"

#define VOLC                                                                   \
	"Authorization: HMAC-SHA256 Credential=A/20261120/cn-beijing/ecs/"     \
	"request, SignedHeaders=x-date, Signature=0\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static struct rules *rules;
static struct arena arena;

static void
begin(const char *file)
{
	struct err err = { 0 };

	ck_assert_msg(rules_open(&rules, &file, file != NULL, &err) == 0, "%s",
	    err.text);
}

static void
end(void)
{
	arena_release(&arena);
	rules_close(rules);
}

static struct message
message(const char *line, const char *fields, const char *body)
{
	struct message m = { .complete = true, .framing = FRAMING_LENGTH };
	struct err err;

	m.head = arena_printf(&arena,
	    "%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n\r\n", line,
	    fields, strlen(body));
	m.body = span_of_str(body);
	m.wire_len = m.body_len = m.body.len;
	ck_assert_int_eq(head_parse(&m.parsed, HEAD_REQUEST, m.head, &arena,
			     &err),
	    0);
	return m;
}

/* "KIND NAME VALUE LIFETIME" of the token or the flag, or "". */
static const char *
text(bool found, const struct lever *l)
{
	static const char *const kinds[] = { [SOURCE_QUERY] = "query",
		[SOURCE_FORM] = "form",
		[SOURCE_HEADER] = "header",
		[SOURCE_JSON] = "json" };
	static char out[256];

	out[0] = '\0';
	if (found)
		snprintf(out, sizeof(out), "%s %.*s %.*s %d", kinds[l->kind],
		    (int)l->name.len, (const char *)l->name.p,
		    (int)l->value.len, (const char *)l->value.p, l->lifetime);
	return out;
}

static const char *
token(const char *line, const char *fields, const char *body)
{
	struct message m = message(line, fields, body);
	struct lever l;

	return text(lever_token(rules, &m, &arena, &l), &l);
}

static const char *
flag(const char *line, const char *fields, const char *body)
{
	struct message m = message(line, fields, body);
	struct lever l;

	return text(lever_dry_run(rules, &m, &arena, &l), &l);
}

#define ACTION "POST /?Action=DeleteInstances&Version=2020-04-01"

START_TEST(a_token_is_found_where_it_stands)
{
	begin(NULL);
	ck_assert_str_eq(token("GET /?Action=DeleteInstances&"
			       "InstanceIds.1=i&ClientToken=a%2Bb",
			     VOLC, ""),
	    "query ClientToken a+b 86400");
	ck_assert_str_eq(token(ACTION, VOLC FORM,
			     "InstanceIds.1=i&ClientToken=ab"),
	    "form ClientToken ab 86400");
	ck_assert_str_eq(token(ACTION, VOLC,
			     "{\"InstanceIds\":[\"i\"],\"ClientToken\":"
			     "\"ab\"}"),
	    "json /ClientToken ab 86400");
	ck_assert_str_eq(token("DELETE /x/1", "Idempotency-Key: k\r\n", ""),
	    "header Idempotency-Key k 86400");
	end();
}
END_TEST

START_TEST(most_requests_have_none)
{
	begin(NULL);
	ck_assert_str_eq(token(ACTION, VOLC FORM, "InstanceIds.1=i"), "");
	ck_assert_str_eq(token(ACTION, VOLC FORM,
			     "InstanceIds.1=i&ClientToken="),
	    "");
	ck_assert_str_eq(token("GET /x?ClientToken=a", "", ""), "");
	end();
}
END_TEST

START_TEST(a_flag_is_found_for_the_place_that_there_is)
{
	begin(NULL);
	ck_assert_str_eq(flag(ACTION, VOLC FORM, "InstanceIds.1=i"),
	    "form DryRun true 0");
	ck_assert_str_eq(flag(ACTION, VOLC, "{\"InstanceIds\":[\"i\"]}"),
	    "json /DryRun true 0");
	ck_assert_str_eq(flag("GET /?Action=DeleteInstances&InstanceIds.1=i",
			     VOLC, ""),
	    "query DryRun true 0");
	ck_assert_str_eq(flag("DELETE /api/v1/namespaces/n/pods/p", "", ""),
	    "query dryRun All 0");
	ck_assert_str_eq(flag("DELETE /x/1", "", ""), "");
	ck_assert_str_eq(flag("GET /x/1", "", ""), "");
	end();
}
END_TEST

/* Check a file of one rule with these lines, and count the mistakes. */
static void
count(void *ctx, const char *mistake)
{
	(void)mistake;
	(*(int *)ctx)++;
}

static const char *
write_rule(const char *lines)
{
	static char path[64];
	int fd;
	FILE *f;

	strcpy(path, "/tmp/test_lever-XXXXXX");
	ck_assert_int_ge(fd = mkstemp(path), 0);
	f = fdopen(fd, "w");
	fprintf(f,
	    "rules:\n  - name: my.thing\n    match: DELETE /my/{id}\n"
	    "    id: path:id\n    idem: header:Idempotency-Key\n%s",
	    lines);
	fclose(f);
	return path;
}

static int
mistakes(const char *lines)
{
	const char *path = write_rule(lines);
	struct err err;
	int n = 0;

	ck_assert_int_ge(rules_check(path, count, &n, &err), 0);
	unlink(path);
	return n;
}

START_TEST(a_rule_says_otherwise)
{
	const char *path = write_rule("    lifetime: 600\n"
				      "    dryrun: header:X-Try=yes\n");

	begin(path);
	unlink(path);
	ck_assert_str_eq(token("DELETE /my/1", "Idempotency-Key: k\r\n", ""),
	    "header Idempotency-Key k 600");
	ck_assert_str_eq(flag("DELETE /my/1", "", ""), "header X-Try yes 0");
	end();
}
END_TEST

START_TEST(mistakes_in_rules_are_told)
{
	ck_assert_int_eq(mistakes("    lifetime: 60\n    dryrun: query:a=b\n"),
	    0);
	ck_assert_int_ge(mistakes("    lifetime: 1h\n"), 1);
	ck_assert_int_ge(mistakes("    lifetime: -1\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: query:a\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: query:a=b,c\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: query:a=b*\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: query:a*=b\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: \"!query:a\"\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: path:id=b\n"), 1);
	ck_assert_int_ge(mistakes("    dryrun: status=200\n"), 1);
}
END_TEST

UNIT_MAIN("lever", a_token_is_found_where_it_stands, most_requests_have_none,
    a_flag_is_found_for_the_place_that_there_is, a_rule_says_otherwise,
    mistakes_in_rules_are_told)
