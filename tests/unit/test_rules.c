#include "deletion/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

static char path[] = "test_rules.XXXXXX";

static void
write_file(const char *text)
{
	int fd;
	FILE *f;

	strcpy(path, "test_rules.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	f = fdopen(fd, "w");
	fputs(text, f);
	fclose(f);
}

struct told {
	int count;
	char first[512];
};

static void
tell(void *arg, const char *text)
{
	struct told *told = arg;

	if (told->count++ == 0)
		snprintf(told->first, sizeof(told->first), "%s", text);
}

#define RULE "rules:\n  - name: a\n    match: DELETE /x/{id}\n    "

static const struct {
	const char *text;
	const char *mistake; /* the first, without the file name; NULL: none */
	int count;
} files[] = {
	{ "", NULL, 0 },
	{ RULE "id: path:id\n", NULL, 0 },
	{ "- a\n", "1:1: a rule file is a map", 1 },
	{ "ruels: []\n", "1:1: unknown word 'ruels' in a rule file", 1 },
	{ RULE "idd: path:id\n", "4:5: unknown word 'idd' in a rule", 1 },
	{ RULE "id: paht:id\n", "4:9: unknown source 'paht:id'", 1 },
	{ RULE "id: path:no\n", "2:5: no segment '{no}' in a match line", 1 },
	{ RULE "id: rjson:/a\n", "4:9: 'rjson:/a' is of the response", 1 },
	{ RULE "id: json:/a~2\n", "4:9: bad name or pointer in 'json:/a~2'",
	    1 },
	{ RULE "id: json:a/b\n", "4:9: bad name or pointer in 'json:a/b'", 1 },
	{ RULE "id: auth:regoin\n", "4:9: bad name or pointer in 'auth:regoin'",
	    1 },
	{ RULE "when: status=200 deleted\n", "4:11: a when line lacks '=>'",
	    1 },
	{ RULE "when: status=200 => delted\n", "4:11: unknown outcome 'delted'",
	    1 },
	{ RULE "when:\n      - status=200 => deleted\n      - x => gone\n",
	    "6:9: unknown source 'x'", 1 },
	{ RULE "poll: self vlaue=status\n",
	    "4:11: unknown word 'vlaue=status' in a poll line", 1 },
	{ RULE "poll: GET /x/{no} value=status\n",
	    "2:5: no segment '{no}' in a match line", 1 },
	{ RULE "poll: self every=soon\n", "4:11: 'soon' is not a number", 1 },
	{ "rules:\n  - {name: a, match: 'DELETE /{b} path:c=x'}\n",
	    "2:5: no segment '{c}' in its match line", 1 },
	{ RULE "item: rjson:/a/* code=/c\n",
	    "4:11: an item line needs id=", 1 },
	{ RULE "codes: {gone: x}\n", "4:19: expected a list of codes", 1 },
	{ RULE "status: {20x: gone}\n", "4:14: '20x' is not a number", 1 },
	{ RULE "basis: hope\n",
	    "4:12: basis is 'contract' or 'convention', not 'hope'", 1 },
	{ RULE "name: b\n", "4:5: the key stands twice", 1 },
	{ "rules:\n  - {name: a, match: DELETE /}\n"
	  "  - {name: a, match: DELETE /}\n",
	    "3:12: the rule 'a' stands in line 2 already", 1 },
	{ "rules:\n  - {match: DELETE /}\n", "2:5: a rule lacks its name", 1 },
	{ "rules:\n  - {name: a}\n", "2:5: a rule lacks its match line", 1 },
	{ "rules:\n  - {name: a, match: delete /}\n",
	    "2:22: 'delete' is not a method", 1 },
	{ "rules:\n  - {name: a, match: DELETE x}\n",
	    "2:22: a path begins with '/', not 'x'", 1 },
	{ "rules:\n  - {name: a, match: 'DELETE /{a}/{a}'}\n",
	    "2:22: '{a}' stands twice", 1 },
	{ "rules:\n  - {name: a, match: 'DELETE /x{a}'}\n",
	    "2:22: braces must hold a whole segment: 'x{a}'", 1 },
	{ "rules: &a\n  - *a\n", "2:5: the alias stands inside its own anchor",
	    1 },
	{ "rules: [\n", "2:1: did not find expected node content", 1 },
	{ "rules:\n  - {name: a, idd: 1, match: get /, when: x}\n",
	    "2:15: unknown word 'idd' in a rule", 3 },
};

START_TEST(mistakes_are_named_where_they_stand)
{
	struct told told = { 0 };
	char expected[600] = "";
	struct err err;

	write_file(files[_i].text);
	ck_assert_int_eq(rules_check(path, tell, &told, &err), files[_i].count);
	unlink(path);
	if (files[_i].mistake != NULL)
		snprintf(expected, sizeof(expected), "%s:%s", path,
		    files[_i].mistake);
	ck_assert_str_eq(told.first, expected);
	ck_assert_int_eq(told.count, files[_i].count);
}
END_TEST

static void
open_with(const char *text, struct rules **rules)
{
	const char *list[] = { path };
	struct err err;

	write_file(text);
	if (rules_open(rules, list, 1, &err) < 0)
		ck_abort_msg("%s", err.text);
	unlink(path);
}

START_TEST(open_tells_the_first_mistake)
{
	const char *list[] = { path };
	struct rules *rules;
	struct err err;

	write_file("rules:\n  - {name: a, idd: 1, match: get /}\n");
	ck_assert_int_eq(rules_open(&rules, list, 1, &err), -1);
	unlink(path);
	ck_assert_int_eq(err.code, ERR_FORMAT);
	ck_assert_ptr_nonnull(strstr(err.text, ":2:15: unknown word 'idd'"));
	ck_assert_int_eq(rules_open(&rules, list, 1, &err), -1);
	ck_assert_int_eq(err.code, ERR_SYSTEM);
}
END_TEST

START_TEST(a_users_rules_come_first)
{
	struct rules *rules;
	struct exchange *x =
	    exchange_of_strings("DELETE /v1/p/vpcs/v HTTP/1.1\nHost: h\n\n",
		"HTTP/1.1 204 No\n\n");
	struct deletion d;

	open_with("rules:\n  - name: mine\n    match: DELETE /v1/{p}/vpcs/{v}\n"
		  "    id: path:v\n    status: {204: accepted}\n",
	    &rules);
	ck_assert(deletion_of_exchange(rules, x, &x->arena, &d));
	ck_assert(span_eq_str(d.operation, "mine"));
	ck_assert_int_eq(d.outcome, OUTCOME_ACCEPTED);
	ck_assert(!d.contract);
	exchange_free(x);
	rules_close(rules);
}
END_TEST

static const struct {
	const char *request;
	const char *operation; /* NULL: no deletion */
	const char *id;
} requests[] = {
	{ "DELETE http://h/a%2Fb/c HTTP/1.1\nHost: x\n\n", "rest.delete",
	    "a%2Fb/c" },
	{ "DELETE / HTTP/1.1\nHost: x\n\n", "rest.delete", NULL },
	{ "DELETE * HTTP/1.1\nHost: x\n\n", "rest.delete", NULL },
	{ "DELETE /v%31/p/vpcs/%76 HTTP/1.1\nHost: x\n\n", "huawei.vpc", "v" },
	{ "DELETE /v1/p/vpcs/v/ HTTP/1.1\nHost: x\n\n", "huawei.vpc", "v" },
	{ "delete /v1/p/vpcs/v HTTP/1.1\nHost: x\n\n", NULL, NULL },
	{ "POST /v1/p/vpcs/v HTTP/1.1\nHost: x\nX-Http-Method: delete\n\n",
	    "huawei.vpc", "v" },
	{ "POST /x?_method=DELETE HTTP/1.1\nHost: x\n\n", "rest.override",
	    "x" },
	{ "POST /x HTTP/1.1\nHost: x\nContent-Length: 14\nContent-Type: "
	  "application/x-www-form-urlencoded\n\n_method=delete",
	    "rest.override", "x" },
	{ "GET /x?_method=DELETE HTTP/1.1\nHost: x\n\n", NULL, NULL },
	{ "DELETE /b/a%2Fb/c+d HTTP/1.1\nHost: x\nAuthorization: "
	  "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request, "
	  "SignedHeaders=host, Signature=0\n\n",
	    "aws.s3.object", "a/b/c+d" },
	{ "GET /?Action=DeleteInstances&InstanceIds.1=i&X-Credential=A%2F2026"
	  "%2Fr%2Fecs%2Frequest HTTP/1.1\nHost: x\n\n",
	    "volc.ecs.instances", "i" },
	{ "GET /?Action=DeleteInstances&InstanceIds.1=i&X-Credential=A%2F2026"
	  "%2Fr%2Fvpc%2Frequest HTTP/1.1\nHost: x\n\n",
	    NULL, NULL },
	{ "POST /es/_bulk HTTP/1.1\nHost: x\nContent-Length: 48\nContent-Type: "
	  "application/x-ndjson\n\n{\"index\":{\"_id\":\"1\"}}\n{}\n{\"delete\""
	  ":{\"_id\":\"2\"}}\n",
	    "es.bulk", "2" },
	{ "POST /v1/p/k/r/tags/action HTTP/1.1\nHost: x\nContent-Length: 54\n\n"
	  "{\"action\":\"create\",\"tags\":[{\"key\":\"delete\"}],\"x\":\"d\"}"
	  " ",
	    NULL, NULL },
};

START_TEST(requests_are_normalised)
{
	struct exchange *x = exchange_of_strings(requests[_i].request, NULL);
	struct rules *rules;
	struct deletion d;
	struct err err;
	bool is;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	is = deletion_of_request(rules, x->request, &x->arena, &d);
	ck_assert_int_eq(is, requests[_i].operation != NULL);
	if (is) {
		ck_assert_str_eq(arena_string(&x->arena, d.operation),
		    requests[_i].operation);
		ck_assert_int_eq(d.set_delete, requests[_i].id == NULL);
	}
	if (is && requests[_i].id != NULL)
		ck_assert_str_eq(arena_string(&x->arena, d.targets[0].id),
		    requests[_i].id);
	exchange_free(x);
	rules_close(rules);
}
END_TEST

START_TEST(the_defaults_name_secrets)
{
	struct rules *rules;
	struct sources secrets;
	bool found = false;

	open_with("defaults:\n  secret: [header:X-Mine]\n", &rules);
	secrets = rules_secrets(rules);
	ck_assert(span_eq_str(secrets.at[0].name, "X-Mine"));
	for (size_t i = 0; i < secrets.count; i++)
		found |= secrets.at[i].kind == SOURCE_HEADER &&
		    span_eq_str(secrets.at[i].name, "X-Auth-Token");
	ck_assert(found);
	ck_assert_uint_gt(rules_volatiles(rules).count, 0);
	rules_close(rules);
}
END_TEST

/* As many as are allowed, and one more. */
START_TEST(the_number_of_rules_is_limited)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct told told = { 0 };
	struct err err;

	fprintf(f, "rules:\n");
	for (int i = 0; i < RULES_MAX; i++)
		fprintf(f, "  - {name: r%d, match: 'DELETE /r%d/{x}'}\n", i, i);
	fflush(f);
	write_file(text);
	ck_assert_int_eq(rules_check(path, tell, &told, &err), 0);
	unlink(path);
	fprintf(f, "  - {name: more, match: 'DELETE /'}\n");
	fclose(f);
	write_file(text);
	ck_assert_int_eq(rules_check(path, tell, &told, &err), 1);
	ck_assert_ptr_nonnull(strstr(told.first, "more than 10000 rules"));
	unlink(path);
	free(text);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("rules");
	Suite *suite = suite_create("rules");
	SRunner *runner;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, mistakes_are_named_where_they_stand, 0,
	    ARRAY_LEN(files));
	tcase_add_loop_test(t, requests_are_normalised, 0, ARRAY_LEN(requests));
	tcase_add_test(t, open_tells_the_first_mistake);
	tcase_add_test(t, a_users_rules_come_first);
	tcase_add_test(t, the_defaults_name_secrets);
	tcase_add_test(t, the_number_of_rules_is_limited);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
