#include "base/stamp.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"

#define NS_PER_S     1000000000
#define MAX_DECIMALS 9

const char *
stamp_format(char text[STAMP_SIZE], int64_t t)
{
	int64_t ns = t % NS_PER_S;
	time_t s = (time_t)(t / NS_PER_S);
	struct tm tm;
	size_t len;

	if (ns < 0) {
		ns += NS_PER_S;
		s--;
	}
	gmtime_r(&s, &tm);
	len = strftime(text, STAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, STAMP_SIZE - len, ".%09dZ", (int)ns);
	return text;
}

/* Read exactly n digits at *p and step over them; -1 if they are not there. */
static int
digits(const char **p, int n)
{
	int v = 0;

	for (; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static bool
step(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int64_t
decimals(const char **p)
{
	int64_t ns = 0;
	int n = 0;

	for (; isdigit((unsigned char)**p) && n < MAX_DECIMALS; n++, (*p)++)
		ns = ns * 10 + (**p - '0');
	if (n == 0)
		return -1;
	for (; n < MAX_DECIMALS; n++)
		ns *= 10;
	return ns;
}

/* Read a zone as seconds east of Greenwich. */
static bool
zone(const char **p, int *seconds)
{
	int sign = **p == '-' ? -1 : 1;
	int h, m;

	*seconds = 0;
	if (step(p, 'Z') || step(p, 'z'))
		return true;
	if (!step(p, '+') && !step(p, '-'))
		return false;
	if ((h = digits(p, 2)) < 0 || !step(p, ':') || (m = digits(p, 2)) < 0)
		return false;
	*seconds = sign * (h * 3600 + m * 60);
	return h < 24 && m < 60;
}

/* timegm() turns February 31 into March 3. */
static bool
is_day(struct tm tm)
{
	int day = tm.tm_mday;

	timegm(&tm);
	return tm.tm_mday == day;
}

static bool
date(const char **p, struct tm *tm)
{
	tm->tm_year = digits(p, 4);
	if (tm->tm_year < 0 || !step(p, '-'))
		return false;
	tm->tm_mon = digits(p, 2) - 1;
	if (tm->tm_mon < 0 || tm->tm_mon > 11 || !step(p, '-'))
		return false;
	tm->tm_mday = digits(p, 2);
	tm->tm_year -= 1900;
	return is_day(*tm);
}

static bool
time_of_day(const char **p, struct tm *tm, int64_t *ns)
{
	tm->tm_hour = digits(p, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || !step(p, ':'))
		return false;
	tm->tm_min = digits(p, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59 || !step(p, ':'))
		return false;
	tm->tm_sec = digits(p, 2);
	if (tm->tm_sec < 0 || tm->tm_sec > 60)
		return false;
	*ns = step(p, '.') ? decimals(p) : 0;
	return *ns >= 0;
}

static bool
parse(const char *p, struct tm *tm, int64_t *ns, int *east)
{
	if (!date(&p, tm))
		return false;
	if (*p == '\0')
		return true;
	if (!step(&p, 'T') && !step(&p, 't') && !step(&p, ' '))
		return false;
	return time_of_day(&p, tm, ns) && zone(&p, east) && *p == '\0';
}

int
stamp_parse(int64_t *t, const char *text, struct err *err)
{
	struct tm tm = { 0 };
	int64_t ns = 0;
	int east = 0;

	if (!parse(text, &tm, &ns, &east))
		return err_set(err, ERR_FORMAT,
		    "\"%s\" is not an RFC 3339 time", text);
	*t = ((int64_t)timegm(&tm) - east) * NS_PER_S + ns;
	return 0;
}
