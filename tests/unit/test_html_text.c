#include <stdio.h>
#include <stdlib.h>

#include "formats/html_text.h"
#include "tests/lib/unit.h"

static void
check(void (*write)(FILE *, struct span), struct span in, const char *out)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	write(f, in);
	fclose(f);
	ck_assert_str_eq(text, out);
	free(text);
}

START_TEST(nothing_ends_an_element_or_attribute)
{
	check(html_text, span_of_str("</pre><script>alert(1)</script>"),
	    "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
	check(html_text, span_of_str("\" onload='x' &lt;"),
	    "&quot; onload=&#39;x&#39; &amp;lt;");
}
END_TEST

START_TEST(what_cannot_be_seen_is_shown)
{
	struct span zero = SPAN_LITERAL("a\0b\x1b[2J\x7f\r");
	struct span none = { 0 };

	check(html_text, zero, "a\\x00b\\x1b[2J\\x7f\\x0d");
	check(html_text, span_of_str("\xff\xc3<\xe2\x82"),
	    "\\xff\\xc3&lt;\\xe2\\x82");
	check(html_text,
	    span_of_str("a\xe2\x80\xae"
			"b"),
	    "a\\u{202e}b");
	check(html_text, span_of_str("\xef\xbb\xbf\xe2\x80\x8b\xc2\x85"),
	    "\\u{feff}\\u{200b}\\u{85}");
	check(html_text, span_of_str("\xe5\x88\xa0\xe9\x99\xa4 \xc3\xa9"),
	    "\xe5\x88\xa0\xe9\x99\xa4 \xc3\xa9");
	check(html_text, none, "");
}
END_TEST

START_TEST(lines_end_in_either_way)
{
	check(html_lines, span_of_str("a\r\nb\nc\rd\r"), "a\nb\nc\\x0dd\\x0d");
	check(html_lines, span_of_str("a\r\n"), "a\n");
}
END_TEST

UNIT_MAIN("html_text", nothing_ends_an_element_or_attribute,
    what_cannot_be_seen_is_shown, lines_end_in_either_way)
