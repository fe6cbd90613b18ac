#include <stdio.h>
#include <stdlib.h>

#include "formats/html.h"
#include "formats/page.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define EVIL "</pre></title><script>alert(1)</script>"

/* A page of one deletion whose every text is hostile. */
static char *
page_of(const struct exchange *x, const struct deletion *d)
{
	static const uint64_t evidence[] = { 2 };
	struct reading reading = { .kind = KIND_DELETION, .deletion = *d };
	struct follow_up after = { 1, span_of_str(EVIL), VERDICT_CONFIRMED };
	struct reading follow_up = { .kind = KIND_FOLLOW_UP,
		.follow_ups = &after,
		.follow_up_count = 1,
		.principal = span_of_str(EVIL) };
	struct html_deletion one = {
		.id = 1,
		.exchange = x,
		.reading = &reading,
		.findings = FINDING_BIT(FINDING_REPEATED),
		.followed = true,
		.state = span_of_str(EVIL),
		.evidence = evidence,
		.evidence_count = 1,
	};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct html *h = html_new(out);

	reading.principal = span_of_str(EVIL);
	html_count(h, &one);
	html_begin(h, EVIL, EVIL);
	html_unseen(h, EVIL);
	html_deletion(h, &one);
	html_follow_up(h, 2, x, &follow_up);
	html_end(h);
	html_free(h);
	fclose(out);
	return text;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

static struct exchange *
hostile_exchange(void)
{
	return exchange_of_strings("DELETE /" EVIL " HTTP/1.1\n"
				   "Host: " EVIL "\nUser-Agent: " EVIL
				   "\nContent-Length: 39\n\n" EVIL,
	    "HTTP/1.1 200 " EVIL "\nX: " EVIL "\nContent-Length: 39\n\n" EVIL);
}

START_TEST(recorded_bytes_are_never_markup)
{
	struct target t = { span_of_str(EVIL), span_of_str(EVIL),
		span_of_str(EVIL), OUTCOME_DELETED, span_of_str(EVIL) };
	struct target two[] = { t, t };
	struct deletion d = {
		.operation = span_of_str(EVIL),
		.code = span_of_str(EVIL),
		.message = span_of_str(EVIL),
		.request_id = span_of_str(EVIL),
		.token = span_of_str(EVIL),
		.targets = two,
		.target_count = 1,
		.attempt_of = 1,
		.attempt_number = 1,
	};
	struct exchange *x = hostile_exchange();

	for (size_t n = 0; n <= 2; n++) {
		char *page;

		d.target_count = n;
		page = page_of(x, &d);
		ck_assert_uint_eq(count(page, "<script"), 1);
		ck_assert_uint_eq(count(page, "</script"), 1);
		ck_assert_uint_eq(count(page, "<title>"), 2);
		ck_assert_uint_eq(count(page, "<pre>"), count(page, "</pre>"));
		ck_assert_uint_ge(count(page, "&lt;script&gt;"), 18);
		free(page);
	}
	exchange_free(x);
}
END_TEST

START_TEST(the_policy_allows_its_own_script_and_no_other)
{
	struct deletion d = { .operation = span_of_str("x") };
	struct exchange *x = exchange_of_strings("DELETE / HTTP/1.1\n\n", NULL);
	char *page = page_of(x, &d);

	ck_assert_uint_eq(count(page, "default-src 'none'"), 1);
	ck_assert_uint_eq(count(page, "script-src 'sha256-"), 1);
	ck_assert_uint_eq(count(page, "style-src 'sha256-"), 1);
	ck_assert_uint_eq(count(page, "unsafe"), 0);
	ck_assert_uint_eq(count(page, " style=\""), 0);
	ck_assert_uint_eq(count(page, "http://"), 0);
	ck_assert_uint_eq(count(page, "https://"), 0);
	ck_assert_uint_eq(count(page_css, "url("), 0);
	ck_assert_uint_eq(count(page_css, "@import"), 0);
	ck_assert_uint_eq(count(page_js, "innerHTML"), 0);
	ck_assert_uint_eq(count(page_js, "</"), 0);
	free(page);
	exchange_free(x);
}
END_TEST

START_TEST(a_body_is_shown_if_it_is_text)
{
	struct deletion d = { .operation = span_of_str("x") };
	struct exchange *x =
	    exchange_of_text(span_of_str(
				 "POST / HTTP/1.1\nContent-Length: 4\n\nab\xff"
				 "c"),
		(struct span)SPAN_LITERAL(
		    "HTTP/1.1 200 OK\nContent-Length: 3\n\na\0b"));
	char *page = page_of(x, &d);

	ck_assert_uint_eq(count(page, "4 bytes that are no text"), 2);
	ck_assert_uint_eq(count(page, "3 bytes that are no text"), 2);
	free(page);
	exchange_free(x);
}
END_TEST

START_TEST(what_is_not_listed_is_counted)
{
	struct exchange *x = exchange_of_strings("DELETE / HTTP/1.1\n\n", NULL);
	struct reading reading = { .kind = KIND_DELETION };
	struct html_deletion one = { .exchange = x, .reading = &reading };
	FILE *out = fopen("/dev/null", "w");
	struct html *h = html_new(out);

	html_begin(h, "", "");
	for (one.id = 1; one.id <= HTML_MAX_DELETIONS + 3; one.id++)
		html_deletion(h, &one);
	html_end(h);
	ck_assert_uint_eq(html_omitted(h), 3);
	html_free(h);
	fclose(out);
	exchange_free(x);
}
END_TEST

UNIT_MAIN("html", recorded_bytes_are_never_markup,
    the_policy_allows_its_own_script_and_no_other,
    a_body_is_shown_if_it_is_text, what_is_not_listed_is_counted)
