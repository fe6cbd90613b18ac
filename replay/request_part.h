/*
 * request_part.h - the parts of a request; private to request*.c.
 */
#ifndef REPLAY_REQUEST_PART_H
#define REPLAY_REQUEST_PART_H

#include "replay/request.h"

/* Forget the contents; keep memory for the next one. */
void request_reset(struct request *r);

/* A line, or a field of a query, taken apart; spans point into bytes. */
struct part part_of_header(struct span line);
struct part part_of_query(struct request *r, struct span field);

/* Errors: ERR_LIMIT. */
int parts_add(struct parts *list, struct request *r, struct part part,
    struct err *err) MUST_CHECK;

/* The position of the first one of that name, or count. */
size_t parts_find(const struct parts *list, const char *name, bool any_case);

/* Remove all of that name and return how many there were. */
size_t parts_remove(struct parts *list, const char *name, bool any_case);

/* Put part where the first of that name is, without the others; or last. */
int parts_put(struct parts *list, struct request *r, const char *name,
    bool any_case, struct part part, struct err *err) MUST_CHECK;

/* request_message() in any form and arena; NULL on an error. */
struct message *request_parse(const struct request *r, enum request_form form,
    struct arena *arena, struct err *err);

/* The same of bytes.  They are copied to the arena. */
struct message *request_parse_bytes(struct span head, struct span body,
    struct arena *arena, struct err *err);

#endif
