#include "replay/diff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "http/exchange.h"
#include "store/store.h"
#include "tests/lib/folder.h"
#include "tests/lib/tape.h"
#include "tests/lib/unit.h"

#define CLOUDDC        "clouddc.cn-north-4.myhuaweicloud.com"
#define AT(host, line) line " HTTP/1.1\r\nHost: " host "\r\n\r\n"
#define SERVER         "/v1/p/instances/i"
#define OK             "HTTP/1.1 204 No Content\r\n\r\n"
#define STATE(state)                                                           \
	"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"state\":\"" state "\"}"

static struct tape tape[2];
static char told[1 << 16];

static void
begin(void)
{
	folder_enter();
	tape_open(&tape[0], folder_path("a.obit"));
	tape_open(&tape[1], folder_path("b.obit"));
}

static void
end(void)
{
	tape_close(&tape[0]);
	tape_close(&tape[1]);
	folder_leave();
}

static void add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
add(const char *fmt, ...)
{
	size_t at = strlen(told);
	va_list args;

	va_start(args, fmt);
	vsnprintf(told + at, sizeof(told) - at, fmt, args);
	va_end(args);
}

static void
differs(void *ctx, const struct entry *a, const struct entry *b,
    const struct differences *d)
{
	bool swapped = *(bool *)ctx;

	add("%d %d:", (int)(swapped ? b : a)->id, (int)(swapped ? a : b)->id);
	for (size_t i = 0; i < d->count; i++) {
		struct span x = swapped ? d->at[i].b : d->at[i].a;
		struct span y = swapped ? d->at[i].a : d->at[i].b;

		add(" %s %.*s|%.*s", compared_name(d->at[i].what), (int)x.len,
		    (const char *)x.p, (int)y.len, (const char *)y.p);
	}
	add("\n");
}

static void
only(void *ctx, int side, const struct entry *e)
{
	if (*(bool *)ctx)
		side = !side;
	add("only %c %d\n", "ab"[side], (int)e -> id);
}

static void
progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	ck_assert_uint_le(done, total);
}

static struct diff_report report;

/* What differs, of B and A instead of A and B if swapped; ignored may be NULL.
 */
static const char *
diff(bool swapped, const char *ignored)
{
	struct diff_options o = { .comparison.rules = tape[0].rules };
	struct diff_sink sink = { &swapped, differs, only, progress };
	struct err err;

	if (ignored != NULL)
		ck_assert_int_eq(diff_ignore(&o, ignored, &err), 0);
	told[0] = '\0';
	ck_assert_int_eq(diff_run(tape[swapped].store, tape[!swapped].store, &o,
			     &sink, &report, &err),
	    0);
	comparison_release(&o.comparison);
	return told;
}

static void
rewind_both(void)
{
	tape_rewind(&tape[0]);
	tape_rewind(&tape[1]);
}

START_TEST(a_verdict_is_compared)
{
	begin();
	for (int i = 0; i < 2; i++) {
		tape_add(&tape[i], AT(CLOUDDC, "DELETE " SERVER), OK);
		tape_add(&tape[i], AT(CLOUDDC, "GET " SERVER "/status"),
		    i == 0 ? STATE("terminated") : STATE("error"));
	}
	rewind_both();
	ck_assert_str_eq(diff(false, NULL),
	    "1 1: verdict confirmed|reverted\n"
	    "2 2: body \"terminated\"|\"error\"\n");
	ck_assert_str_eq(diff(false, "verdict"),
	    "2 2: body \"terminated\"|\"error\"\n");
	end();
}
END_TEST

START_TEST(a_verdict_that_one_lacks)
{
	begin();
	for (int i = 0; i < 2; i++)
		tape_add(&tape[i], AT(CLOUDDC, "DELETE " SERVER), OK);
	tape_add(&tape[1], AT(CLOUDDC, "GET " SERVER "/status"),
	    STATE("terminated"));
	rewind_both();
	ck_assert_str_eq(diff(false, NULL),
	    "1 1: verdict |confirmed\nonly b 2\n");
	ck_assert_uint_eq(report.pairs, 1);
	ck_assert_uint_eq(report.different, 1);
	ck_assert_uint_eq(report.only[PAIRING_A], 0);
	ck_assert_uint_eq(report.only[PAIRING_B], 1);
	ck_assert_str_eq(diff(false, "only-b"), "1 1: verdict |confirmed\n");
	ck_assert_uint_eq(report.only[PAIRING_B], 0);
	ck_assert_str_eq(diff(true, "only-a"), "1 1: verdict |confirmed\n");
	end();
}
END_TEST

/* The rule that makes 204 "accepted" looks at the host. */
START_TEST(a_replay_is_read_as_if_it_had_gone_to_the_recorded_host)
{
	begin();
	tape_add(&tape[0], AT(CLOUDDC, "DELETE " SERVER), OK);
	tape_add(&tape[1], AT("127.0.0.1:8080", "DELETE " SERVER), OK);
	tape_add(&tape[0], AT(CLOUDDC, "DELETE " SERVER), OK);
	tape_add(&tape[1], AT("127.0.0.1:8080", "DELETE " SERVER), STATE("x"));
	rewind_both();
	ck_assert_str_eq(diff(false, "body"),
	    "2 2: status 204|200 outcome accepted|deleted\n");
	end();
}
END_TEST

/* One exchange of a made-up archive. */
struct made {
	unsigned id;
	int status;
	unsigned etag, code, extra;
	bool silent;
};

static const char *
request_of(const struct made *m, char out[256])
{
	snprintf(out, 256, "DELETE /x/%u HTTP/1.1\r\nHost: h\r\n\r\n", m->id);
	return out;
}

static const char *
response_of(const struct made *m, char out[512])
{
	char body[128];
	int n = snprintf(body, sizeof(body), "{\"code\":%u,\"x\":{\"y\":[%u]}}",
	    m->code, m->extra);

	if (m->silent)
		return NULL;
	snprintf(out, 512,
	    "HTTP/1.1 %d X\r\nETag: %u\r\nContent-Length: %d\r\n\r\n%s",
	    m->status, m->etag, n, body);
	return out;
}

#define MADE 12

static void
make(struct made made[MADE])
{
	static const int statuses[] = { 200, 202, 404, 403, 500 };

	for (int i = 0; i < MADE; i++)
		made[i] =
		    (struct made){ (unsigned)rand() % 4, statuses[rand() % 5],
			    (unsigned)rand() % 3, (unsigned)rand() % 3,
			    (unsigned)rand() % 3, rand() % 6 == 0 };
}

static void
write_tape(struct tape *t, const struct made *made, int count)
{
	char request[256], response[512];

	for (int i = 0; i < count; i++)
		tape_add(t, request_of(&made[i], request),
		    response_of(&made[i], response));
}

/* Change one thing about one exchange, and say how many pairs differ. */
static unsigned
plant(struct made *m, int what)
{
	if (what == 5)
		m->silent = !m->silent;
	if (what == 0)
		m->status = m->status == 200 ? 404 : 200;
	else if (what == 1)
		m->etag++;
	else if (what == 2)
		m->code++;
	else if (what == 3)
		m->extra++;
	else if (what == 4)
		m->id += 100;
	/* What nobody answered cannot tell. */
	return m->silent && what < 4 ? 0 : 1;
}

START_TEST(an_archive_is_equal_to_itself)
{
	struct made made[MADE];

	for (unsigned seed = 0; seed < 20; seed++) {
		srand(seed);
		make(made);
		begin();
		write_tape(&tape[0], made, MADE);
		write_tape(&tape[1], made, MADE);
		rewind_both();
		ck_assert_str_eq(diff(false, NULL), "");
		ck_assert_uint_eq(report.pairs, MADE);
		end();
	}
}
END_TEST

static int
compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines in the order of one archive or the other: sort them. */
static void
sort_lines(char *text, char *out)
{
	char *lines[256];
	size_t n = 0;

	for (char *p = strtok(text, "\n"); p != NULL; p = strtok(NULL, "\n"))
		lines[n++] = p;
	qsort(lines, n, sizeof(lines[0]), compare_text);
	*out = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(strcat(out, lines[i]), "\n");
}

START_TEST(it_is_symmetric)
{
	static char one[1 << 16], other[1 << 16];
	struct made made[2 * MADE];

	for (unsigned seed = 100; seed < 120; seed++) {
		srand(seed);
		make(made);
		make(made + MADE);
		begin();
		write_tape(&tape[0], made, MADE);
		write_tape(&tape[1], made + MADE / 2, MADE);
		rewind_both();
		diff(false, NULL);
		ck_assert(told[0] != '\0');
		sort_lines(told, one);
		diff(true, NULL);
		sort_lines(told, other);
		ck_assert_str_eq(one, other);
		end();
	}
}
END_TEST

START_TEST(each_single_change_is_found)
{
	struct made made[MADE];

	for (int what = 0; what < 6; what++)
		for (unsigned seed = 0; seed < MADE; seed++) {
			unsigned wanted;

			srand(seed);
			make(made);
			begin();
			write_tape(&tape[0], made, MADE);
			wanted = plant(&made[seed], what);
			write_tape(&tape[1], made, MADE);
			rewind_both();
			diff(false, NULL);
			if (what != 4)
				ck_assert_uint_eq(report.different, wanted);
			else
				ck_assert_uint_eq(report.only[PAIRING_B], 1);
			end();
		}
}
END_TEST

START_TEST(what_is_missing_from_the_front_is_found)
{
	struct made made[MADE];

	for (int i = 0; i < MADE; i++)
		made[i] = (struct made){ .id = (unsigned)i, .status = 200 };
	begin();
	write_tape(&tape[0], made, MADE);
	write_tape(&tape[1], made + 1, MADE - 1);
	rewind_both();
	ck_assert_str_eq(diff(false, NULL), "only a 1\n");
	end();
}
END_TEST

UNIT_MAIN("diff", a_verdict_is_compared, a_verdict_that_one_lacks,
    a_replay_is_read_as_if_it_had_gone_to_the_recorded_host,
    an_archive_is_equal_to_itself, it_is_symmetric, each_single_change_is_found,
    what_is_missing_from_the_front_is_found)
