-- Every statement that obit runs on the rows of an archive, by its name.

-- BEGIN
BEGIN;

-- COMMIT
COMMIT;

-- SCHEMA
SELECT sql FROM sqlite_schema ORDER BY rowid;

-- TERM_ALL
SELECT class, value, name FROM term;

-- TERM_ADD
INSERT OR IGNORE INTO term VALUES(?, ?, ?);

-- What is written.

-- RECORDING_ADD
INSERT INTO recording(begun, program, source, filter, finished)
    VALUES(?, ?, ?, ?, 0);

-- RECORDING_END
UPDATE recording SET finished = 1, first = ?, last = ?, cut_short = ?,
    leaf = ?, position = ? WHERE id = ?;

-- COVERAGE_ADD
INSERT INTO coverage VALUES(?, ?, ?);

-- CONNECTION_ADD
INSERT INTO connection VALUES(NULL, ?, ?, ?, ?, ?, ?, ?);

-- WORD_FIND
SELECT id FROM word WHERE text = ?;

-- WORD_ADD
INSERT INTO word(text) VALUES(?);

-- PROFILE_FIND
SELECT id FROM profile WHERE kind = ? AND method IS ? AND host IS ?
    AND status IS ? AND reason IS ? AND flaws = ? AND flags = ?
    AND principal IS ? AND operation IS ? AND outcome IS ? AND code IS ?
    AND findings IS ? AND type IS ? AND target_outcome IS ?
    AND target_code IS ?;

-- PROFILE_ADD
INSERT INTO profile VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- BODY_FIND
SELECT id FROM body WHERE sha256 = ?;

-- BODY_ADD
INSERT INTO body(sha256, size, data) VALUES(?, ?, ?);

-- EXCHANGE_ADD
INSERT INTO exchange VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- TARGET_ADD
INSERT INTO target VALUES(?, ?, ?, ?, ?, ?, ?);

-- FOLLOW_UP_ADD
INSERT INTO follow_up VALUES(?, ?, ?, ?, ?, ?);

-- DICTIONARY_ADD
INSERT INTO dictionary(data) VALUES(?);

-- TEMPLATE_ADD
INSERT INTO template VALUES(?, ?, ?, ?);

-- RECENT_ADD
INSERT INTO recent VALUES(?, ?);

-- RECENT_CLEAR
DELETE FROM recent;

-- SEGMENT_ADD
INSERT INTO segment VALUES(?, ?);

-- LOOKUP_ADD
INSERT INTO lookup VALUES(?, ?);

-- OPERATION_ADD
INSERT OR IGNORE INTO operation VALUES(?, ?);

-- TILE_ADD
INSERT INTO tile VALUES(?, ?);

-- TREE_SET
INSERT OR REPLACE INTO tree VALUES(1, ?, ?, ?, ?);

-- What is read.

-- LAST_EXCHANGE
SELECT max(id) FROM exchange;

-- LAST_DICTIONARY
SELECT id, data FROM dictionary ORDER BY id DESC LIMIT 1;

-- DICTIONARY_GET
SELECT data FROM dictionary WHERE id = ?;

-- TEMPLATE_GET
SELECT numbers, sample, slots FROM template WHERE id = ?;

-- TEMPLATE_ALL
SELECT id, numbers, sample, slots FROM template ORDER BY id;

-- RECORDING_GET
SELECT begun, program, source, filter, finished, first, last, cut_short
FROM recording WHERE id = ?;

-- COVERAGE_GET
SELECT name, count FROM coverage WHERE recording = ?;

-- WORD_GET
SELECT text FROM word WHERE id = ?;

-- BODY_GET
SELECT size, data FROM body WHERE id = ?;

-- EXCHANGE_GET
SELECT c.recording, c.number, c.time, c.client, c.client_port, c.server,
    c.server_port,
    p.kind, p.reason, p.flaws, p.flags, p.principal, p.operation, p.outcome, p.code,
    p.findings, p.type, p.target_outcome, p.target_code,
    e.time, e.scope, e.target, e.request_id, e.token, e.message,
    e.attempt_of, e.attempt_number, e.request_body, e.response_body, e.data
FROM exchange AS e
    LEFT JOIN connection AS c ON c.id = e.connection
    LEFT JOIN profile AS p ON p.id = e.profile
WHERE e.id = ?;

-- TARGET_GET
SELECT number, type, id, scope, outcome, code FROM target
WHERE exchange = ? ORDER BY number;

-- TARGET_COUNT
SELECT count(*) FROM target WHERE exchange = ?;

-- FOLLOW_UP_COUNT
SELECT count(*) FROM follow_up WHERE exchange = ?;

-- FOLLOW_UP_GET
SELECT deletion, state, verdict FROM follow_up
WHERE exchange = ? ORDER BY number;

-- EVIDENCE_COUNT
SELECT count(*) FROM follow_up WHERE deletion = ?;

-- EVIDENCE_GET
SELECT exchange, time, state, verdict FROM follow_up
WHERE deletion = ? ORDER BY exchange, number;

-- TREE_GET
SELECT size, root, range, bytes FROM tree WHERE id = 1;

-- TILE_GET
SELECT hash FROM tile WHERE id = ?;

-- RECENT_ALL
SELECT id, data FROM recent WHERE id >= ? ORDER BY id;

-- SEGMENT_NEXT
SELECT id, count FROM segment WHERE id >= ? ORDER BY id LIMIT 1;

-- SEGMENT_LAST
SELECT coalesce(max(id + count), 1) FROM segment;

-- LOOKUP_RANGE
SELECT id, data FROM lookup WHERE id BETWEEN ? AND ? ORDER BY id;

-- LOOKUP_GET
SELECT data FROM lookup WHERE id = ?;

-- PAGE_ALL
SELECT e.id FROM exchange AS e
    CROSS JOIN profile AS p ON p.id = e.profile
    CROSS JOIN connection AS c ON c.id = e.connection
WHERE e.id > ?1 AND e.id <= ?2 AND (?3 IS NULL OR p.kind = ?3)
    AND (?4 IS NULL OR c.recording = ?4)
ORDER BY e.id LIMIT 64;

-- PAGE_OPERATION
SELECT e.id FROM operation AS o
    CROSS JOIN exchange AS e
        ON e.id BETWEEN o.stretch << 8 AND o.stretch << 8 | 255
    CROSS JOIN profile AS p ON p.id = e.profile
    CROSS JOIN connection AS c ON c.id = e.connection
WHERE o.word = ?5 AND o.stretch >= ?1 >> 8 AND p.operation = ?5
    AND e.id > ?1 AND e.id <= ?2 AND (?3 IS NULL OR p.kind = ?3)
    AND (?4 IS NULL OR c.recording = ?4)
ORDER BY o.stretch, e.id LIMIT 64;

-- What is verified.

-- VERIFY_FILE
PRAGMA integrity_check(1);

-- VERIFY_COUNT
SELECT count(*) FROM exchange;

-- VERIFY_PAGE
SELECT id, leaf FROM exchange WHERE id >= ? ORDER BY id LIMIT 64;

-- VERIFY_COLUMNS
SELECT (SELECT text FROM word AS w WHERE w.id = p.method),
    (SELECT text FROM word AS w WHERE w.id = p.host), p.status,
    (SELECT sha256 FROM body AS b WHERE b.id = e.request_body),
    (SELECT sha256 FROM body AS b WHERE b.id = e.response_body)
FROM exchange AS e JOIN profile AS p ON p.id = e.profile WHERE e.id = ?;

-- VERIFY_TIMES
SELECT count(*) FROM follow_up WHERE exchange = ? AND time <> ?;

-- VERIFY_RECORDING
SELECT leaf, position FROM recording WHERE id = ?;

-- VERIFY_OPERATION
SELECT count(*) FROM operation AS o JOIN word AS w ON w.id = o.word
WHERE w.text = ? AND o.stretch = ?;

-- VERIFY_OPERATIONS
SELECT count(*) FROM operation;

-- VERIFY_TILES
SELECT count(*) FROM tile;

-- VERIFY_LOOKUPS
SELECT count(*) FROM lookup;

-- VERIFY_SEGMENTS
SELECT count(*) FROM segment;

-- PROVE_RECORDING
SELECT id, leaf, position FROM recording
WHERE id > ? AND leaf IS NOT NULL ORDER BY id LIMIT 1;

-- PROVE_EARLIER
SELECT count(*), coalesce(max(id), 0) FROM recording WHERE position < ?;

-- Rows that nothing refers to: each gives the first one, or none.

-- ORPHAN_PROFILE
SELECT e.id FROM exchange AS e JOIN profile AS p ON p.id = e.profile
WHERE iif(p.kind = (SELECT value FROM term
            WHERE class = 'kind' AND name = 'deletion'),
        p.operation IS NULL OR p.outcome IS NULL
            OR p.findings IS NULL
            OR p.target_outcome IS NULL
                AND (p.flags & 16 OR p.type IS NOT NULL OR p.target_code IS NOT NULL
                    OR e.scope IS NOT NULL OR e.target IS NOT NULL),
        p.flags & 31 OR coalesce(p.operation, p.outcome, p.code, p.findings, p.type,
            p.target_outcome, p.target_code, e.scope, e.target, e.request_id,
            e.token, e.message, e.attempt_of, e.attempt_number) IS NOT NULL)
LIMIT 1;

-- ORPHAN_TARGET
SELECT t.exchange FROM target AS t WHERE NOT EXISTS (
    SELECT 1 FROM exchange AS e JOIN profile AS p ON p.id = e.profile
    WHERE e.id = t.exchange AND p.flags & 16)
LIMIT 1;

-- ORPHAN_TARGET_NUMBER
SELECT exchange FROM target GROUP BY exchange
HAVING min(number) IS NOT 2 OR max(number) IS NOT count(*) + 1 LIMIT 1;

-- ORPHAN_FOLLOW_UP
SELECT f.exchange FROM follow_up AS f WHERE NOT EXISTS (
    SELECT 1 FROM exchange AS e JOIN profile AS p ON p.id = e.profile
    WHERE e.id = f.exchange AND p.flags & 32)
LIMIT 1;

-- ORPHAN_FOLLOW_UP_NUMBER
SELECT exchange FROM follow_up GROUP BY exchange
HAVING min(number) IS NOT 1 OR max(number) IS NOT count(*) LIMIT 1;

-- ORPHAN_RECORDING
SELECT max(id, 1) FROM recording
WHERE id < 1 OR id > (SELECT count(*) FROM recording) LIMIT 1;

-- ORPHAN_COVERAGE
SELECT max(recording, 0) FROM coverage AS c WHERE NOT EXISTS (
    SELECT 1 FROM recording AS r WHERE r.id = c.recording AND r.finished = 1)
LIMIT 1;

-- ORPHAN_ORIGIN
SELECT max(o.recording, 0) FROM origin AS o
WHERE NOT EXISTS (SELECT 1 FROM recording AS r WHERE r.id = o.recording)
    OR typeof(o.root) <> 'blob' OR length(o.root) <> 32
    OR typeof(o.number) <> 'integer' OR o.number < 1
    OR typeof(o.size) <> 'integer' OR o.size < 0
    OR typeof(coalesce(o.first, 1)) <> 'integer' OR o.first < 1
    OR iif(o.count = 0, o.first IS NOT NULL OR o.exchange IS NOT NULL OR EXISTS (
            SELECT 1 FROM connection AS c WHERE c.recording = o.recording),
        o.count < 1 OR o.first IS NULL OR o.exchange IS NULL OR o.recording IS NOT (
            SELECT c.recording FROM exchange AS e
                JOIN connection AS c ON c.id = e.connection WHERE e.id = o.exchange)
        OR o.recording IS NOT (
            SELECT c.recording FROM exchange AS e
                JOIN connection AS c ON c.id = e.connection
            WHERE e.id = o.exchange + o.count - 1)
        OR o.recording IS (
            SELECT c.recording FROM exchange AS e
                JOIN connection AS c ON c.id = e.connection WHERE e.id = o.exchange - 1)
        OR o.recording IS (
            SELECT c.recording FROM exchange AS e
                JOIN connection AS c ON c.id = e.connection
            WHERE e.id = o.exchange + o.count))
LIMIT 1;

-- ORPHAN_TERM
SELECT e.id FROM profile AS p JOIN exchange AS e ON e.profile = p.id
WHERE NOT EXISTS (SELECT 1 FROM term WHERE class = 'kind' AND value = p.kind)
    OR (p.reason IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM term WHERE class = 'reason' AND value = p.reason))
    OR p.flaws & ~(SELECT sum(1 << value) FROM term WHERE class = 'flaw') <> 0
    OR (p.outcome IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM term WHERE class = 'outcome' AND value = p.outcome))
    OR (p.target_outcome IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM term
        WHERE class = 'outcome' AND value = p.target_outcome))
    OR p.findings & ~(SELECT total(1 << value) FROM term
        WHERE class = 'finding') <> 0
UNION ALL
SELECT exchange FROM target WHERE NOT EXISTS (
    SELECT 1 FROM term WHERE class = 'outcome' AND value = outcome)
UNION ALL
SELECT exchange FROM follow_up WHERE NOT EXISTS (
    SELECT 1 FROM term WHERE class = 'verdict' AND value = verdict)
LIMIT 1;

-- STATS
SELECT (SELECT count(*) FROM recording),
    (SELECT count(*) FROM exchange),
    (SELECT count(*) FROM exchange AS e JOIN profile AS p ON p.id = e.profile
        WHERE p.outcome IS NOT NULL),
    (SELECT count(*) FROM follow_up),
    (SELECT count(*) FROM (
        SELECT p.type, e.scope, e.target FROM exchange AS e
            JOIN profile AS p ON p.id = e.profile
            WHERE p.target_outcome IS NOT NULL
        UNION
        SELECT type, scope, id FROM target)),
    (SELECT count(*) FROM connection),
    (SELECT coalesce(sum(bytes), 0) FROM tree),
    (SELECT coalesce(sum(b.size), 0) FROM exchange AS e
        JOIN body AS b ON b.id IN (e.request_body, e.response_body)),
    (SELECT coalesce(sum(length(data)), 0) FROM exchange),
    (SELECT coalesce(sum(length(data)), 0) FROM body),
    (SELECT coalesce(sum(length(data)), 0) FROM dictionary),
    (SELECT coalesce(sum(length(sample) + length(slots)), 0) FROM template);

-- STATS_PARTS
SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE;

-- OLD_TREE
SELECT size, root, range, 0 FROM tree WHERE id = 1;

-- An archive of version 1, read to be written anew.

-- OLD_RECORDING
SELECT begun, program, source, filter, finished, first, last, cut_short, leaf
FROM recording WHERE id = ?;

-- OLD_EXCHANGE
SELECT e.recording, e.number, e.time, e.kind, e.reason, e.flaws,
    (SELECT text FROM word WHERE id = e.principal), e.match,
    e.request_body, e.response_body, e.dictionary, e.size, e.data, e.leaf,
    c.number, c.client, c.client_port, c.server, c.server_port
FROM exchange AS e JOIN connection AS c ON c.id = e.connection
WHERE e.id = ?;

-- OLD_DELETION
SELECT (SELECT text FROM word WHERE id = operation), contract, outcome,
    (SELECT text FROM word WHERE id = code), message, request_id, token,
    dry_run, force, set_delete, attempt_of, attempt_number, findings,
    (SELECT count(*) FROM target WHERE deletion = exchange)
FROM deletion WHERE exchange = ?;

-- OLD_TARGET
SELECT (SELECT text FROM word WHERE id = type), id,
    (SELECT text FROM word WHERE id = scope), outcome,
    (SELECT text FROM word WHERE id = code)
FROM target WHERE deletion = ? ORDER BY number;

-- OLD_FOLLOW_UP_COUNT
SELECT count(*) FROM follow_up WHERE exchange = ?;

-- OLD_FOLLOW_UP
SELECT deletion, (SELECT text FROM word WHERE id = state), verdict
FROM follow_up WHERE exchange = ? ORDER BY number;

-- Where merged recordings were.

-- ORIGIN_ADD
INSERT OR IGNORE INTO origin VALUES(?, ?, ?, ?, ?, ?, ?);

-- ORIGIN_COUNT
SELECT count(*) FROM origin WHERE recording = ?;

-- ORIGIN_GET
SELECT root, number, size, first FROM origin WHERE recording = ?
    ORDER BY root, number;

-- What was sent again.

-- REPLAY_ADD
INSERT INTO replay VALUES(?, ?, ?, ?, ?);

-- REPLAY_GET
SELECT recording, plan, root, size, target FROM replay
    ORDER BY recording LIMIT 1;

-- REPLAY_OF
SELECT recording, plan, root, size, target FROM replay WHERE recording = ?;

-- SENT_ADD
INSERT INTO sent(source, recording, intent) VALUES(?, ?, ?)
    ON CONFLICT DO NOTHING;

-- SENT_FORGET
DELETE FROM sent WHERE source = ? AND exchange IS NULL;

-- SENT_SETTLE
INSERT INTO sent(source, recording, intent, exchange) VALUES(?1, ?2, ?3, ?4)
    ON CONFLICT(source) DO UPDATE SET exchange = ?4 WHERE exchange IS NULL;

-- SENT_NEXT
SELECT source, intent, exchange FROM sent WHERE source > ?
    ORDER BY source LIMIT 1;

-- SENT_OF
SELECT source, intent, exchange FROM sent WHERE recording = ? ORDER BY source;
