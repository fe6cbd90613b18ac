/*
 * html_exchange.h - the two messages of an exchange in the page.
 */
#ifndef FORMATS_HTML_EXCHANGE_H
#define FORMATS_HTML_EXCHANGE_H

#include <stdio.h>

#include "http/exchange.h"

/* Request and response, heads and bodies, beside each other. */
void html_exchange(FILE *out, const struct exchange *x);

/* The status, or why there is none. */
void html_status(FILE *out, const struct exchange *x);

#endif
