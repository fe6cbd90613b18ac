#include "http/date.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#define DATE_MAX 33 /* characters: "Wednesday, 06-Nov-94 08:49:37 GMT" */

struct words {
	char month[4];
	struct tm tm; /* the year as written */
};

static bool
is_imf(const char *text, struct words *w)
{
	int end = 0;

	sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
	    &w->tm.tm_mday, w->month, &w->tm.tm_year, &w->tm.tm_hour,
	    &w->tm.tm_min, &w->tm.tm_sec, &end);
	return end > 0 && text[end] == '\0';
}

static bool
is_rfc850(const char *text, struct words *w)
{
	int end = 0;

	sscanf(text, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n",
	    &w->tm.tm_mday, w->month, &w->tm.tm_year, &w->tm.tm_hour,
	    &w->tm.tm_min, &w->tm.tm_sec, &end);
	w->tm.tm_year += w->tm.tm_year < 70 ? 2000 : 1900;
	return end > 0 && text[end] == '\0';
}

static bool
is_asctime(const char *text, struct words *w)
{
	int end = 0;

	sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", w->month,
	    &w->tm.tm_mday, &w->tm.tm_hour, &w->tm.tm_min, &w->tm.tm_sec,
	    &w->tm.tm_year, &end);
	return end > 0 && text[end] == '\0';
}

static int
month_of(const char *name)
{
	static const char names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	for (int i = 0; i < 12; i++)
		if (strcasecmp(name, names[i]) == 0)
			return i;
	return -1;
}

static bool
is_sane(const struct tm *tm)
{
	return tm->tm_year >= 1900 && tm->tm_mday >= 1 && tm->tm_mday <= 31 &&
	    tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 &&
	    tm->tm_min < 60 && tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

bool
date_parse(int64_t *seconds, struct span text)
{
	char string[DATE_MAX + 1] = { 0 };
	struct words w = { 0 };

	if (text.len == 0 || text.len > DATE_MAX)
		return false;
	memcpy(string, text.p, text.len);
	if (!is_imf(string, &w) && !is_rfc850(string, &w) &&
	    !is_asctime(string, &w))
		return false;
	if (!is_sane(&w.tm) || (w.tm.tm_mon = month_of(w.month)) < 0)
		return false;
	w.tm.tm_year -= 1900;
	*seconds = timegm(&w.tm);
	return true;
}
