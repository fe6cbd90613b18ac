/*
 * sql.h - every statement that obit runs on the rows of an archive.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#define STATEMENTS(X)                                                          \
	X(BEGIN, "BEGIN")                                                      \
	X(COMMIT, "COMMIT")                                                    \
	X(SCHEMA, "SELECT sql FROM sqlite_schema ORDER BY rowid")              \
	X(TERM_ALL, "SELECT class, value, name FROM term")                     \
	X(TERM_ADD, "INSERT OR IGNORE INTO term VALUES(?, ?, ?)")              \
	X(LAST_EXCHANGE, "SELECT max(id) FROM exchange")                       \
	X(LAST_DICTIONARY,                                                     \
	    "SELECT id, data FROM dictionary ORDER BY id DESC LIMIT 1")        \
	X(DICTIONARY_GET, "SELECT data FROM dictionary WHERE id = ?")          \
	X(DICTIONARY_ADD,                                                      \
	    "INSERT INTO dictionary(data) VALUES(?) RETURNING id")             \
	X(RECORDING_ADD,                                                       \
	    "INSERT INTO recording(begun, program, source, filter, finished) " \
	    "VALUES(?, ?, ?, ?, 0) RETURNING id")                              \
	X(RECORDING_END,                                                       \
	    "UPDATE recording SET finished = 1, first = ?, last = ?, "         \
	    "cut_short = ?, leaf = ?, position = ? WHERE id = ?")              \
	X(RECORDING_GET,                                                       \
	    "SELECT begun, program, source, filter, finished, first, last, "   \
	    "cut_short FROM recording WHERE id = ?")                           \
	X(COVERAGE_ADD, "INSERT INTO coverage VALUES(?, ?, ?)")                \
	X(COVERAGE_GET,                                                        \
	    "SELECT name, count FROM coverage WHERE recording = ?")            \
	X(CONNECTION_FIND,                                                     \
	    "SELECT id FROM connection WHERE recording = ? AND number = ? "    \
	    "AND client = ? AND client_port = ? "                              \
	    "AND server = ? AND server_port = ?")                              \
	X(CONNECTION_ADD,                                                      \
	    "INSERT INTO connection(recording, number, client, client_port, "  \
	    "server, server_port) VALUES(?, ?, ?, ?, ?, ?) RETURNING id")      \
	X(CONNECTION_GET,                                                      \
	    "SELECT number, client, client_port, server, server_port "         \
	    "FROM connection WHERE id = ?")                                    \
	X(WORD_FIND, "SELECT id FROM word WHERE text = ?")                     \
	X(WORD_ADD, "INSERT INTO word(text) VALUES(?) RETURNING id")           \
	X(WORD_GET, "SELECT text FROM word WHERE id = ?")                      \
	X(BODY_FIND, "SELECT id FROM body WHERE sha256 = ?")                   \
	X(BODY_ADD,                                                            \
	    "INSERT INTO body(sha256, size, data) VALUES(?, ?, ?) "            \
	    "RETURNING id")                                                    \
	X(BODY_GET, "SELECT size, data FROM body WHERE id = ?")                \
	X(EXCHANGE_ADD,                                                        \
	    "INSERT INTO exchange VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " \
	    "?, ?, ?, ?, ?, ?, ?, ?)")                                         \
	X(EXCHANGE_GET,                                                        \
	    "SELECT recording, connection, number, time, kind, reason, "       \
	    "flaws, "                                                          \
	    "principal, match, request_body, response_body, dictionary, "      \
	    "size, "                                                           \
	    "data FROM exchange WHERE id = ?")                                 \
	X(DELETION_ADD,                                                        \
	    "INSERT INTO deletion VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " \
	    "?, ?)")                                                           \
	X(DELETION_GET,                                                        \
	    "SELECT operation, contract, outcome, code, message, request_id, " \
	    "token, dry_run, force, set_delete, attempt_of, attempt_number, "  \
	    "findings FROM deletion WHERE exchange = ?")                       \
	X(TARGET_ADD, "INSERT INTO target VALUES(?, ?, ?, ?, ?, ?, ?)")        \
	X(TARGET_COUNT, "SELECT count(*) FROM target WHERE deletion = ?")      \
	X(TARGET_GET,                                                          \
	    "SELECT type, id, scope, outcome, code FROM target "               \
	    "WHERE deletion = ? ORDER BY number")                              \
	X(FOLLOW_UP_ADD, "INSERT INTO follow_up VALUES(?, ?, ?, ?, ?, ?)")     \
	X(FOLLOW_UP_COUNT,                                                     \
	    "SELECT count(*) FROM follow_up WHERE exchange = ?")               \
	X(FOLLOW_UP_GET,                                                       \
	    "SELECT deletion, state, verdict FROM follow_up "                  \
	    "WHERE exchange = ? ORDER BY number")                              \
	X(EVIDENCE_COUNT, "SELECT count(*) FROM follow_up WHERE deletion = ?") \
	X(EVIDENCE_GET,                                                        \
	    "SELECT exchange, time, state, verdict FROM follow_up "            \
	    "WHERE deletion = ? ORDER BY exchange, number")                    \
	X(TREE_GET, "SELECT size, root, range FROM tree WHERE id = 1")         \
	X(TREE_SET, "INSERT OR REPLACE INTO tree VALUES(1, ?, ?, ?)")          \
	X(PAGE_ALL,                                                            \
	    "SELECT id FROM exchange WHERE id > ?1 AND id <= ?2 "              \
	    "AND (?3 IS NULL OR kind = ?3) "                                   \
	    "AND (?4 IS NULL OR recording = ?4) ORDER BY id LIMIT 64")         \
	X(PAGE_MATCH,                                                          \
	    "SELECT id FROM exchange WHERE id > ?1 AND id <= ?2 "              \
	    "AND (?3 IS NULL OR kind = ?3) "                                   \
	    "AND (?4 IS NULL OR recording = ?4) "                              \
	    "AND substr(match, 1, 6) = substr(?5, 1, 6) AND match = ?5 "       \
	    "ORDER BY id LIMIT 64")                                            \
	X(PAGE_PATH,                                                           \
	    "SELECT id FROM exchange WHERE id > ?1 AND id <= ?2 "              \
	    "AND (?3 IS NULL OR kind = ?3) "                                   \
	    "AND (?4 IS NULL OR recording = ?4) AND path = ?5 "                \
	    "ORDER BY id LIMIT 64")                                            \
	X(PAGE_OPERATION,                                                      \
	    "SELECT e.id FROM deletion AS d JOIN exchange AS e "               \
	    "ON e.id = d.exchange WHERE d.exchange > ?1 AND d.exchange <= ?2 " \
	    "AND (?3 IS NULL OR e.kind = ?3) "                                 \
	    "AND (?4 IS NULL OR e.recording = ?4) AND d.operation = ?5 "       \
	    "ORDER BY d.exchange LIMIT 64")                                    \
	X(KEYS,                                                                \
	    "SELECT id, kind, match FROM exchange WHERE id > ? ORDER BY id "   \
	    "LIMIT ?")                                                         \
	X(VERIFY_FILE, "PRAGMA integrity_check(1)")                            \
	X(VERIFY_COUNT, "SELECT count(*) FROM exchange")                       \
	X(VERIFY_PAGE,                                                         \
	    "SELECT id, leaf FROM exchange WHERE id >= ? ORDER BY id LIMIT "   \
	    "64")                                                              \
	X(VERIFY_COLUMNS,                                                      \
	    "SELECT (SELECT text FROM word AS w WHERE w.id = e.method), "      \
	    "(SELECT text FROM word AS w WHERE w.id = e.host), status, path, " \
	    "(SELECT sha256 FROM body AS b WHERE b.id = e.request_body), "     \
	    "(SELECT sha256 FROM body AS b WHERE b.id = e.response_body) "     \
	    "FROM exchange AS e WHERE id = ?")                                 \
	X(VERIFY_TIMES,                                                        \
	    "SELECT count(*) FROM follow_up WHERE exchange = ? AND time <> ?") \
	X(VERIFY_RECORDING,                                                    \
	    "SELECT leaf, position FROM recording WHERE id = ?")               \
	X(PROVE_RECORDING,                                                     \
	    "SELECT id, leaf, position FROM recording WHERE id > ? "           \
	    "AND leaf IS NOT NULL ORDER BY id LIMIT 1")                        \
	X(ORPHAN_DELETION,                                                     \
	    "SELECT exchange FROM deletion AS d WHERE NOT EXISTS "             \
	    "(SELECT 1 FROM exchange AS e WHERE e.id = d.exchange AND "        \
	    "e.kind = (SELECT value FROM term WHERE class = 'kind' AND "       \
	    "name = 'deletion')) LIMIT 1")                                     \
	X(ORPHAN_TARGET,                                                       \
	    "SELECT deletion FROM target AS t WHERE NOT EXISTS (SELECT "       \
	    "1 FROM deletion AS d WHERE d.exchange = t.deletion) LIMIT "       \
	    "1")                                                               \
	X(ORPHAN_TARGET_NUMBER,                                                \
	    "SELECT deletion FROM target GROUP BY deletion HAVING "            \
	    "min(number) IS NOT 1 OR max(number) IS NOT count(*) LIMIT "       \
	    "1")                                                               \
	X(ORPHAN_FOLLOW_UP,                                                    \
	    "SELECT exchange FROM follow_up AS f WHERE NOT EXISTS "            \
	    "(SELECT 1 FROM exchange AS e WHERE e.id = f.exchange AND "        \
	    "e.kind <> (SELECT value FROM term WHERE class = 'kind' AND "      \
	    "name = 'other')) LIMIT 1")                                        \
	X(ORPHAN_FOLLOW_UP_NUMBER,                                             \
	    "SELECT exchange FROM follow_up GROUP BY exchange HAVING "         \
	    "min(number) IS NOT 1 OR max(number) IS NOT count(*) LIMIT "       \
	    "1")                                                               \
	X(ORPHAN_CONNECTION,                                                   \
	    "SELECT e.id FROM exchange AS e WHERE NOT EXISTS (SELECT 1 "       \
	    "FROM connection AS c WHERE c.id = e.connection AND "              \
	    "c.recording = e.recording) LIMIT 1")                              \
	X(ORPHAN_RECORDING,                                                    \
	    "SELECT max(id, 1) FROM recording WHERE id < 1 OR id > "           \
	    "(SELECT count(*) FROM recording) LIMIT 1")                        \
	X(ORPHAN_COVERAGE,                                                     \
	    "SELECT max(recording, 0) FROM coverage AS c WHERE NOT "           \
	    "EXISTS (SELECT 1 FROM recording AS r WHERE r.id = "               \
	    "c.recording AND r.finished = 1) LIMIT 1")                         \
	X(ORPHAN_TERM,                                                         \
	    "SELECT id FROM exchange WHERE NOT EXISTS (SELECT 1 FROM "         \
	    "term WHERE class = 'kind' AND value = kind) OR (reason IS "       \
	    "NOT NULL AND NOT EXISTS (SELECT 1 FROM term WHERE class = "       \
	    "'reason' AND value = reason)) OR flaws & ~(SELECT sum(1 << "      \
	    "value) FROM term WHERE class = 'flaw') <> 0 UNION ALL "           \
	    "SELECT exchange FROM deletion WHERE NOT EXISTS (SELECT 1 "        \
	    "FROM term WHERE class = 'outcome' AND value = outcome) OR "       \
	    "findings & ~(SELECT total(1 << value) FROM term WHERE class "     \
	    "= 'finding') <> 0 UNION ALL SELECT deletion FROM target "         \
	    "WHERE NOT EXISTS (SELECT 1 FROM term WHERE class = "              \
	    "'outcome' AND value = outcome) UNION ALL SELECT exchange "        \
	    "FROM follow_up WHERE NOT EXISTS (SELECT 1 FROM term WHERE "       \
	    "class = 'verdict' AND value = verdict) LIMIT 1")                  \
	X(STATS,                                                               \
	    "SELECT (SELECT count(*) FROM recording), "                        \
	    "(SELECT count(*) FROM exchange), "                                \
	    "(SELECT count(*) FROM deletion), "                                \
	    "(SELECT count(*) FROM follow_up), "                               \
	    "(SELECT count(*) FROM target), "                                  \
	    "(SELECT count(*) FROM connection), "                              \
	    "(SELECT coalesce(sum(size), 0) FROM exchange), "                  \
	    "(SELECT coalesce(sum(b.size), 0) FROM exchange AS e "             \
	    "JOIN body AS b ON b.id IN (e.request_body, e.response_body)), "   \
	    "(SELECT coalesce(sum(length(data)), 0) FROM exchange), "          \
	    "(SELECT coalesce(sum(length(data)), 0) FROM body), "              \
	    "(SELECT coalesce(sum(length(data)), 0) FROM dictionary)")

#define X(id, text) SQL_##id,
enum sql_id { STATEMENTS(X) SQL_COUNT };
#undef X

extern const char *const sql_text[SQL_COUNT];

#endif
