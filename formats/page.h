/*
 * page.h - the style and the script of the page: page.css and page.js.
 *
 * build-aux/embed-text.sh writes page.c.
 */
#ifndef FORMATS_PAGE_H
#define FORMATS_PAGE_H

extern const char page_css[];
extern const char page_js[];

#endif
