-- The tables of an archive, version 2.  obit-archive(5) has the encodings.
-- Each statement stands in the file as it is here: `sqlite3 a.obit .schema`.

CREATE TABLE recording(            -- one run of a recorder
    id         INTEGER PRIMARY KEY,    -- from 1
    begun      INTEGER NOT NULL,       -- time, by the clock on the wall
    program    TEXT,
    source     TEXT,
    filter     TEXT,
    finished   INTEGER NOT NULL,       -- 0: interrupted, or still running
    first      INTEGER,                -- times of packets
    last       INTEGER,
    cut_short  INTEGER,
    leaf       BLOB,                   -- in the tree, once it is finished,
    position   INTEGER                 -- behind so many other leaves
);

CREATE TABLE coverage(             -- what a finished recording saw
    recording  INTEGER NOT NULL,
    name       TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY(recording, name)
) WITHOUT ROWID;

CREATE TABLE connection(
    id           INTEGER PRIMARY KEY,
    recording    INTEGER NOT NULL,
    number       INTEGER NOT NULL,     -- in its capture
    time         INTEGER NOT NULL,     -- of its first exchange
    client       INTEGER NOT NULL,     -- word: the address
    client_port  INTEGER NOT NULL,
    server       INTEGER NOT NULL,     -- word
    server_port  INTEGER NOT NULL
);

CREATE TABLE profile(              -- what many exchanges have in common
    id              INTEGER PRIMARY KEY,
    kind            INTEGER NOT NULL,  -- term
    method          INTEGER,           -- word
    host            INTEGER,           -- word
    status          INTEGER,           -- NULL: unknown, and
    reason          INTEGER,           -- term: why
    flaws           INTEGER NOT NULL,  -- set of terms
    flags           INTEGER NOT NULL,  -- set of bits:
    -- 1 by contract, 2 dry run, 4 force, 8 by a selector,
    -- 16 with rows in target, 32 with rows in follow_up
    principal       INTEGER,           -- word
    -- of a deletion:
    operation       INTEGER,           -- word
    outcome         INTEGER,           -- term
    code            INTEGER,           -- word
    findings        INTEGER,           -- set of terms
    -- of its first target:
    type            INTEGER,           -- word
    target_outcome  INTEGER,           -- term; NULL: it has no targets
    target_code     INTEGER            -- word
);

-- What happened at a host; the principal tells thousands of profiles apart.
CREATE INDEX profile_host ON profile(host, operation, status, principal);

CREATE TABLE exchange(
    id              INTEGER PRIMARY KEY,  -- from 1 without gaps
    connection      INTEGER NOT NULL,
    time            INTEGER NOT NULL,     -- since that of the connection
    profile         INTEGER NOT NULL,
    scope           INTEGER,              -- word, of the first target
    target,                               -- short text, its id
    request_id,                           -- short text, the server's
    token           TEXT,                 -- for idempotency
    message         TEXT,                 -- the server's
    attempt_of      INTEGER,              -- NULL: of itself
    attempt_number  INTEGER,              -- NULL: 1
    request_body    INTEGER,              -- in the table body
    response_body   INTEGER,
    leaf            INTEGER NOT NULL,     -- the first 4 bytes
    data            BLOB NOT NULL         -- the messages
);

CREATE TABLE target(               -- the second and later ones of a deletion
    exchange  INTEGER NOT NULL,
    number    INTEGER NOT NULL,        -- from 2
    type      INTEGER,                 -- word
    id,                                -- short text
    scope     INTEGER,                 -- word
    outcome   INTEGER NOT NULL,        -- term
    code      INTEGER,                 -- word
    PRIMARY KEY(exchange, number)
) WITHOUT ROWID;

CREATE TABLE follow_up(            -- what an exchange shows of a deletion
    exchange  INTEGER NOT NULL,        -- that shows it
    number    INTEGER NOT NULL,        -- from 1
    deletion  INTEGER NOT NULL,        -- of which it shows something
    time      INTEGER NOT NULL,        -- of the last byte of the response
    state     INTEGER,                 -- word
    verdict   INTEGER NOT NULL,        -- term
    PRIMARY KEY(exchange, number)
) WITHOUT ROWID;

CREATE INDEX follow_up_deletion ON follow_up(deletion);

CREATE TABLE body(                 -- bodies of 4096 bytes and more, each once
    id      INTEGER PRIMARY KEY,
    sha256  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    data    BLOB NOT NULL
);

CREATE UNIQUE INDEX body_sha256 ON body(sha256);

CREATE TABLE dictionary(           -- of compression
    id    INTEGER PRIMARY KEY,
    data  BLOB NOT NULL
);

CREATE TABLE template(             -- messages that many are like
    id       INTEGER PRIMARY KEY,
    numbers  INTEGER NOT NULL,         -- bytes of numbers before the texts
    sample   BLOB NOT NULL,
    slots    BLOB NOT NULL             -- where others differ, and how
);

CREATE TABLE word(
    id    INTEGER PRIMARY KEY,
    text  TEXT NOT NULL
);

CREATE UNIQUE INDEX word_text ON word(text);

CREATE TABLE term(                 -- what the numbers stand for
    class  TEXT NOT NULL,
    value  INTEGER NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY(class, value)
) WITHOUT ROWID;

-- Where to look for a match key, a path or a target.  What is not in a
-- segment yet is in recent.

CREATE TABLE segment(
    id     INTEGER PRIMARY KEY,        -- its first exchange
    count  INTEGER NOT NULL            -- of exchanges
);

CREATE TABLE lookup(
    id    INTEGER PRIMARY KEY,         -- bucket << 40 | segment
    data  BLOB NOT NULL
);

CREATE TABLE recent(
    id    INTEGER PRIMARY KEY,         -- the first exchange of a batch
    data  BLOB NOT NULL
);

CREATE TABLE operation(            -- where deletions of an operation are
    word     INTEGER NOT NULL,
    stretch  INTEGER NOT NULL,         -- exchange >> 8
    PRIMARY KEY(word, stretch)
) WITHOUT ROWID;

CREATE TABLE tree(                 -- one row: the Merkle tree over all leaves
    id     INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL,
    root   BLOB NOT NULL,
    range  BLOB NOT NULL,
    bytes  INTEGER NOT NULL            -- of all messages, packed
);

CREATE TABLE tile(                 -- its subtrees of 256 leaves
    id    INTEGER PRIMARY KEY,         -- from 0
    hash  BLOB NOT NULL
);

CREATE VIEW recordings AS
SELECT id,
    strftime('%Y-%m-%dT%H:%M:%S', begun / 1000000000, 'unixepoch')
        || printf('.%09dZ', begun % 1000000000) AS begun,
    program, source, filter, finished,
    strftime('%Y-%m-%dT%H:%M:%S', first / 1000000000, 'unixepoch')
        || printf('.%09dZ', first % 1000000000) AS first,
    strftime('%Y-%m-%dT%H:%M:%S', last / 1000000000, 'unixepoch')
        || printf('.%09dZ', last % 1000000000) AS last,
    cut_short
FROM recording;

CREATE VIEW exchanges AS
SELECT e.id, c.recording,
    strftime('%Y-%m-%dT%H:%M:%S', (c.time + e.time) / 1000000000, 'unixepoch')
        || printf('.%09dZ', (c.time + e.time) % 1000000000) AS time,
    (SELECT iif(instr(text, ':'), '[' || text || ']', text)
        FROM word WHERE id = c.client) || ':' || c.client_port AS client,
    (SELECT iif(instr(text, ':'), '[' || text || ']', text)
        FROM word WHERE id = c.server) || ':' || c.server_port AS server,
    (SELECT text FROM word WHERE id = p.method) AS method,
    (SELECT text FROM word WHERE id = p.host) AS host,
    p.status,
    (SELECT name FROM term WHERE class = 'reason' AND value = p.reason)
        AS reason,
    (SELECT name FROM term WHERE class = 'kind' AND value = p.kind) AS kind,
    (SELECT text FROM word WHERE id = p.principal) AS principal,
    (SELECT group_concat(name, ' ') FROM term
        WHERE class = 'flaw' AND p.flaws >> value & 1) AS flaws
FROM exchange AS e
    JOIN connection AS c ON c.id = e.connection
    JOIN profile AS p ON p.id = e.profile;

CREATE VIEW deletions AS           -- with its first target
SELECT e.id,
    (SELECT text FROM word WHERE id = p.operation) AS operation,
    iif(p.flags & 1, 'contract', 'convention') AS basis,
    (SELECT name FROM term WHERE class = 'outcome' AND value = p.outcome)
        AS outcome,
    (SELECT text FROM word WHERE id = p.code) AS code,
    e.message,
    CASE substr(e.request_id, 1, 1)
        WHEN x'00' THEN substr(e.request_id, 2)
        WHEN x'01' THEN lower(substr(hex(e.request_id), 3, 8)
            || '-' || substr(hex(e.request_id), 11, 4)
            || '-' || substr(hex(e.request_id), 15, 4)
            || '-' || substr(hex(e.request_id), 19, 4)
            || '-' || substr(hex(e.request_id), 23))
        WHEN x'02' THEN lower(substr(hex(e.request_id), 3))
        ELSE e.request_id
    END AS request_id,
    e.token,
    p.flags >> 1 & 1 AS dry_run,
    p.flags >> 2 & 1 AS force,
    p.flags >> 3 & 1 AS set_delete,
    coalesce(e.attempt_of, e.id) AS attempt_of,
    coalesce(e.attempt_number, 1) AS attempt_number,
    (SELECT group_concat(name, ' ') FROM term
        WHERE class = 'finding' AND p.findings >> value & 1) AS findings,
    (SELECT text FROM word WHERE id = p.type) AS type,
    CASE substr(e.target, 1, 1)
        WHEN x'00' THEN substr(e.target, 2)
        WHEN x'01' THEN lower(substr(hex(e.target), 3, 8)
            || '-' || substr(hex(e.target), 11, 4)
            || '-' || substr(hex(e.target), 15, 4)
            || '-' || substr(hex(e.target), 19, 4)
            || '-' || substr(hex(e.target), 23))
        WHEN x'02' THEN lower(substr(hex(e.target), 3))
        ELSE e.target
    END AS target,
    (SELECT text FROM word WHERE id = e.scope) AS scope,
    (SELECT name FROM term WHERE class = 'outcome' AND value = p.target_outcome)
        AS target_outcome,
    (SELECT text FROM word WHERE id = p.target_code) AS target_code
FROM exchange AS e CROSS JOIN profile AS p ON p.id = e.profile
WHERE p.outcome IS NOT NULL;

CREATE VIEW deletion AS            -- by the name that it had in version 1
SELECT * FROM deletions;

CREATE VIEW later_targets AS       -- all but the first
SELECT exchange AS deletion, number,
    (SELECT text FROM word WHERE id = t.type) AS type,
    CASE substr(t.id, 1, 1)
        WHEN x'00' THEN substr(t.id, 2)
        WHEN x'01' THEN lower(substr(hex(t.id), 3, 8)
            || '-' || substr(hex(t.id), 11, 4)
            || '-' || substr(hex(t.id), 15, 4)
            || '-' || substr(hex(t.id), 19, 4)
            || '-' || substr(hex(t.id), 23))
        WHEN x'02' THEN lower(substr(hex(t.id), 3))
        ELSE t.id
    END AS id,
    (SELECT text FROM word WHERE id = t.scope) AS scope,
    (SELECT name FROM term WHERE class = 'outcome' AND value = t.outcome)
        AS outcome,
    (SELECT text FROM word WHERE id = t.code) AS code
FROM target AS t;

CREATE VIEW targets AS
SELECT id AS deletion, 1 AS number, type, target AS id, scope,
    target_outcome AS outcome, target_code AS code
FROM deletions WHERE target_outcome IS NOT NULL
UNION ALL
SELECT * FROM later_targets;

CREATE VIEW follow_ups AS
SELECT deletion, exchange,
    strftime('%Y-%m-%dT%H:%M:%S', time / 1000000000, 'unixepoch')
        || printf('.%09dZ', time % 1000000000) AS time,
    (SELECT text FROM word WHERE id = f.state) AS state,
    (SELECT name FROM term WHERE class = 'verdict' AND value = f.verdict)
        AS verdict
FROM follow_up AS f;

CREATE VIEW history AS
SELECT d.id, x.time, x.principal, x.client, x.host, x.method, d.operation,
    coalesce(d.type || ':', '') || d.target || coalesce(
        (SELECT group_concat(' ' || coalesce(t.type || ':', '') || t.id, '')
            FROM later_targets AS t WHERE t.deletion = d.id), '') AS targets,
    d.outcome, d.basis, x.status, d.code, d.message, d.request_id, d.token,
    d.dry_run, d.force, d.set_delete, d.attempt_of, d.attempt_number,
    (SELECT f.verdict FROM follow_ups AS f WHERE f.deletion = d.id
        ORDER BY f.exchange DESC LIMIT 1) AS verdict,
    (SELECT f.time FROM follow_ups AS f WHERE f.deletion = d.id
        ORDER BY f.exchange DESC LIMIT 1) AS verdict_time,
    d.findings, x.flaws
FROM deletions AS d JOIN exchanges AS x ON x.id = d.id;

CREATE TABLE origin(               -- where a merged recording was before
    recording  INTEGER NOT NULL,
    root       BLOB NOT NULL,          -- of the archive that it was in
    number     INTEGER NOT NULL,       -- of the recording there
    size       INTEGER NOT NULL,       -- of the tree there
    first      INTEGER,                -- its first exchange there
    exchange   INTEGER,                -- and here
    count      INTEGER NOT NULL,       -- of its exchanges
    PRIMARY KEY(recording, root, number)
) WITHOUT ROWID;

CREATE VIEW origins AS             -- and where each of its exchanges was
SELECT e.id AS exchange, lower(hex(o.root)) AS root, o.number AS recording,
    e.id - o.exchange + o.first AS id
FROM origin AS o
    JOIN exchange AS e ON e.id BETWEEN o.exchange AND o.exchange + o.count - 1;

CREATE TABLE replay(               -- a recording of what was sent again
    recording  INTEGER PRIMARY KEY,
    plan       BLOB NOT NULL,          -- the digest that was confirmed
    root       BLOB NOT NULL,          -- of the archive that was sent
    size       INTEGER NOT NULL,       -- of its tree
    target     TEXT NOT NULL           -- where to
);

CREATE TABLE sent(
    source     INTEGER PRIMARY KEY,    -- an exchange of that archive
    recording  INTEGER NOT NULL,
    intent     INTEGER NOT NULL,       -- time
    exchange   INTEGER                 -- NULL: nobody knows what came of it
);

CREATE VIEW sends AS
SELECT s.source, s.recording,
    strftime('%Y-%m-%dT%H:%M:%S', s.intent / 1000000000, 'unixepoch')
        || printf('.%09dZ', s.intent % 1000000000) AS time,
    s.exchange, h.outcome, h.status
FROM sent AS s LEFT JOIN history AS h ON h.id = s.exchange;
