/*
 * sql.h - every statement that obit runs on the rows of an archive, as it
 * stands in queries.sql.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "store/queries.h"

#define X(id, text) SQL_##id,
enum sql_id { STATEMENTS(X) SQL_COUNT };
#undef X

extern const char *const sql_text[SQL_COUNT];

#endif
