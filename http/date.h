/*
 * date.h - HTTP-date (RFC 9110, section 5.6.7).
 */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include "base/span.h"

/*
 * Read a date in any of its three forms, IMF-fixdate, RFC 850 and asctime,
 * as seconds since 1970.  Two digits of a year from 70 on mean the last
 * century.  Return false if text is none.
 */
bool date_parse(int64_t *seconds, struct span text);

#endif
