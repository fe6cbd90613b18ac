/*
 * html_chart.h - a timeline as a drawing in the page.
 */
#ifndef FORMATS_HTML_CHART_H
#define FORMATS_HTML_CHART_H

#include <stdio.h>

#include "formats/timeline.h"

/* Draw it as one svg element; nothing if it is empty. */
void html_chart(FILE *out, const struct timeline *tl);

#endif
