/*
 * plan_show.h - the items of a plan, for people and for programs.
 */
#ifndef CLI_PLAN_SHOW_H
#define CLI_PLAN_SHOW_H

#include <stdio.h>

#include "replay/plan.h"

/* One screen at most, unless the head is longer. */
void plan_show_text(FILE *out, const struct plan_item *item);

/* Its first lines: what it is, and what came of it. */
void plan_show_recorded(FILE *out, const struct plan_item *item);

/* One JSON object. */
void plan_show_json(FILE *out, const struct plan_item *item);

#endif
