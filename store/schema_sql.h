/*
 * schema_sql.h - the files schema_*.sql, compiled in.
 */
#ifndef STORE_SCHEMA_SQL_H
#define STORE_SCHEMA_SQL_H

extern const char schema_1_sql[];
extern const char schema_2_sql[];

#endif
