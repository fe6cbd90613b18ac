/*
 * masks.h - how many masks were put where, for a summary.
 */
#ifndef CLI_MASKS_H
#define CLI_MASKS_H

#include <stdio.h>

struct json;
struct masks;
struct redact_hit;

struct masks *masks_new(void);
void masks_free(struct masks *m); /* NULL is allowed */

/* Count one; beyond 1,000 different places they are counted together. */
void masks_add(struct masks *m, const struct redact_hit *hit);

/* A line for each place. */
void masks_print(const struct masks *m, FILE *out);

/* The member "masked", an array. */
void masks_json(const struct masks *m, struct json *j);

#endif
