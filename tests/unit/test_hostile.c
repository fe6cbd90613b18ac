/*
 * Whatever a server writes into a body, an answer that cannot be read, or
 * not in one way only, is never a deletion that worked.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define DEEP 100000
#define HUGE ((size_t)100 << 20)

static const struct base {
	const char *request, *fields, *answer;
	enum outcome outcome; /* of the good answer */
	bool xml;
} bases[] = {
	{ "GET /?Action=DeleteInstances&Version=2020-04-01&InstanceIds.1=i-1 "
	  "HTTP/1.1\nHost: h\nRegion: r\nService: ecs\n\n",
	    "Content-Type: application/json\n",
	    "{\"ResponseMetadata\":{\"RequestId\":\"r\"},\"Result\":"
	    "{\"OperationDetails\":[{\"InstanceId\":\"i-1\"}]}}",
	    OUTCOME_DELETED, false },
	{ "DELETE /v1/p/demanager/instances/i HTTP/1.1\nHost: h\n\n",
	    "Content-Type: application/json\n", "{\"instance_id\":\"i\"}",
	    OUTCOME_DELETED, false },
	{ "DELETE /things/1 HTTP/1.1\nHost: h\n\n",
	    "Content-Type: application/json\n", "{\"deleted\":true}",
	    OUTCOME_DELETED, false },
	{ "DELETE /things/1 HTTP/1.1\nHost: h\n\n", "", "{\"deleted\":true}",
	    OUTCOME_DELETED, false },
	{ "POST /v1/p/cloudservers/delete HTTP/1.1\nHost: h\nContent-Type: "
	  "application/json\nContent-Length: 24\n\n"
	  "{\"servers\":[{\"id\":\"s\"}]}",
	    "Content-Type: application/json\n", "{\"job_id\":\"j\"}",
	    OUTCOME_ACCEPTED, false },
	{ "POST /b?delete HTTP/1.1\nHost: h\nAuthorization: AWS4-HMAC-SHA256 "
	  "Credential=AK/1/r/s3/aws4_request\nContent-Length: 82\n\n"
	  "<Delete><Quiet>true</Quiet><Object><Key>k</Key></Object></Delete>"
	  "                 ",
	    "Content-Type: application/xml\n",
	    "<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>",
	    OUTCOME_DELETED, true },
};

/* What is put before the good answer's own members or elements. */
static const struct spoil {
	const char *name, *json, *xml;
} spoils[] = {
	{ "an infinite number", "\"n\":1e99999,", NULL },
	{ "a long number", "\"n\":123456789012345678901234567890,", NULL },
	{ "a key twice", "\"n\":1,\"n\":2,", NULL },
	{ "a key twice, deeper", "\"n\":{\"a\":1,\"a\":1},", NULL },
	{ "invalid UTF-8", "\"n\":\"\xff\",", "<n>\xff</n>" },
	{ "a surrogate in UTF-8", "\"n\":\"\xed\xa0\x80\",",
	    "<n>\xed\xa0\x80</n>" },
	{ "half a surrogate", "\"n\":\"\\ud800\",", "<n>&#xD800;</n>" },
	{ "a NUL", "\"n\":\"\\u0000\",", "<n>&#0;</n>" },
	{ "a stray comma", ",", "<n></m>" },
	{ "an entity that is none", "\"n\":&x;,", "<n>&x;</n>" },
};

static struct rules *rules;

static void
start(void)
{
	struct err err;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
}

static enum outcome
outcome_with(const struct base *b, const char *fields, struct span answer)
{
	struct deletion d;
	struct exchange *x;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	bool is;

	fprintf(f, "HTTP/1.1 200 OK\n%s%sContent-Length: %zu\n\n", b->fields,
	    fields, answer.len);
	fwrite(answer.p, 1, answer.len, f);
	fclose(f);
	x = exchange_of_text(span_of_str(b->request),
	    (struct span){ (uint8_t *)text, len });
	is = deletion_of_exchange(rules, x, &x->arena, &d);
	ck_assert(is);
	for (size_t i = 0; i < d.target_count; i++)
		ck_assert_int_eq(d.targets[i].outcome, d.outcome);
	exchange_free(x);
	free(text);
	return d.outcome;
}

static void
expect_unknown(const struct base *b, const char *what, const char *fields,
    struct span answer)
{
	enum outcome seen = outcome_with(b, fields, answer);

	if (seen != OUTCOME_UNKNOWN)
		ck_abort_msg("%.40s: %s is %s", b->request, what,
		    outcome_name(seen));
}

/* The good answer with something behind its first bracket or tag. */
static char *
spoiled(const struct base *b, const char *more)
{
	const char *end = strchr(b->answer, b->xml ? '>' : '{') + 1;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "%.*s%s%s", (int)(end - b->answer), b->answer, more, end);
	fclose(f);
	return text;
}

START_TEST(the_good_answers_are_good)
{
	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		ck_assert_int_eq(outcome_with(&bases[i], "",
				     span_of_str(bases[i].answer)),
		    bases[i].outcome);
	rules_close(rules);
}
END_TEST

START_TEST(no_beginning_of_an_answer_is_one)
{
	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		struct span all = span_of_str(bases[i].answer);

		for (size_t n = 1; n < all.len; n++)
			expect_unknown(&bases[i], "a beginning", "",
			    span_sub(all, 0, n));
	}
	rules_close(rules);
}
END_TEST

static void
expect_spoiled(const struct base *b, const char *what, const char *more)
{
	char *text;

	if (more == NULL)
		return;
	text = spoiled(b, more);
	expect_unknown(b, what, "", span_of_str(text));
	free(text);
}

START_TEST(a_spoiled_answer_is_unknown)
{
	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		for (size_t k = 0; k < ARRAY_LEN(spoils); k++)
			expect_spoiled(&bases[i], spoils[k].name,
			    bases[i].xml ? spoils[k].xml : spoils[k].json);
	rules_close(rules);
}
END_TEST

/* before, n times "open", n times "close", after */
static char *
nested(const char *before, const char *open, const char *close,
    const char *after)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	fputs(before, f);
	for (int i = 0; i < DEEP; i++)
		fputs(open, f);
	for (int i = 0; i < DEEP; i++)
		fputs(close, f);
	fputs(after, f);
	fclose(f);
	return text;
}

START_TEST(depth_is_limited)
{
	char *lists = nested("\"n\":", "[", "]", ",");
	char *maps = nested("\"n\":", "{\"a\":", "", "");
	char *tags = nested("", "<n>", "</n>", "");

	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		expect_spoiled(&bases[i], "lists", bases[i].xml ? NULL : lists);
		expect_spoiled(&bases[i], "maps", bases[i].xml ? NULL : maps);
		expect_spoiled(&bases[i], "tags", bases[i].xml ? tags : NULL);
	}
	rules_close(rules);
	free(lists);
	free(maps);
	free(tags);
}
END_TEST

START_TEST(what_follows_an_answer_spoils_it)
{
	static const char *const more[] = { "}", "{}", "<a/>", "x" };

	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		for (size_t k = 0; k < ARRAY_LEN(more); k++) {
			char text[256];

			snprintf(text, sizeof(text), "%s%s", bases[i].answer,
			    more[k]);
			expect_unknown(&bases[i], more[k], "",
			    span_of_str(text));
		}
	rules_close(rules);
}
END_TEST

#define GOOD "<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>"

START_TEST(entities_are_not_followed)
{
	static const char *const bombs[] = {
		"<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
		"\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
		"\"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d "
		"\"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e "
		"\"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f "
		"\"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">]><DeleteResult>"
		"<Deleted><Key>k</Key></Deleted><n>&f;&f;&f;&f;</n>"
		"</DeleteResult>",
		"<!DOCTYPE d [<!ENTITY k \"k\">]><DeleteResult><Deleted>"
		"<Key>&k;</Key></Deleted></DeleteResult>",
		"<!DOCTYPE d SYSTEM \"file:///etc/passwd\">" GOOD,
		"<!DOCTYPE d [<!ENTITY % x SYSTEM \"http://h/\"> %x;]>" GOOD,
	};

	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		for (size_t k = 0; bases[i].xml && k < ARRAY_LEN(bombs); k++)
			expect_unknown(&bases[i], "an entity", "",
			    span_of_str(bombs[k]));
	rules_close(rules);
}
END_TEST

/* RFC 1952 with one stored block; the trailer is cut off in any case. */
static size_t
gzip_of(uint8_t *out, const char *text)
{
	static const uint8_t head[10] = { 0x1f, 0x8b, 8 };
	uint16_t n = (uint16_t)strlen(text);
	uint8_t block[5] = { 1, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n,
		(uint8_t)(~n >> 8) };

	memcpy(out, head, sizeof(head));
	memcpy(out + 10, block, sizeof(block));
	memcpy(out + 15, text, n);
	memset(out + 15 + n, 0, 8);
	return 15 + (size_t)n;
}

START_TEST(a_cut_gzip_is_unknown)
{
	uint8_t bytes[512];

	start();
	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		size_t len = gzip_of(bytes, bases[i].answer);

		for (size_t n = 1; n < len + 8; n++)
			expect_unknown(&bases[i], "a cut gzip",
			    "Content-Encoding: gzip\n",
			    (struct span){ bytes, n });
		expect_unknown(&bases[i], "no gzip", "Content-Encoding: gzip\n",
		    span_of_str(bases[i].answer));
		expect_unknown(&bases[i], "a coding of tomorrow",
		    "Content-Encoding: tomorrow\n",
		    span_of_str(bases[i].answer));
	}
	rules_close(rules);
}
END_TEST

START_TEST(a_body_of_100_mb_is_not_read)
{
	char *more = malloc(HUGE), *text;

	start();
	memset(more, 'a', HUGE);
	memcpy(more, "\"n\":\"", 5);
	memcpy(more + HUGE - 3, "\",", 3);
	text = spoiled(&bases[0], more);
	expect_unknown(&bases[0], "100 MB", "", span_of_str(text));
	free(text);
	free(more);
	rules_close(rules);
}
END_TEST

UNIT_MAIN("hostile", the_good_answers_are_good,
    no_beginning_of_an_answer_is_one, a_spoiled_answer_is_unknown,
    depth_is_limited, what_follows_an_answer_spoils_it,
    entities_are_not_followed, a_cut_gzip_is_unknown,
    a_body_of_100_mb_is_not_read)
