#include "store/sql.h"

#define X(id, text) [SQL_##id] = (text),
const char *const sql_text[SQL_COUNT] = { STATEMENTS(X) };
#undef X
