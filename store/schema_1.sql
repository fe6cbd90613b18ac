-- The tables of version 1, which obit 0.1.0 wrote until version 2 took their
-- place.  An archive of it is known by these statements.

CREATE TABLE recording(
    id INTEGER PRIMARY KEY,
    begun INTEGER NOT NULL,
    program TEXT,
    source TEXT,
    filter TEXT,
    finished INTEGER NOT NULL,
    first INTEGER,
    last INTEGER,
    cut_short INTEGER,
    leaf BLOB,
    position INTEGER);

CREATE TABLE coverage(
    recording INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY(recording, name)) WITHOUT ROWID;

CREATE TABLE connection(
    id INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL,
    number INTEGER NOT NULL,
    client TEXT NOT NULL,
    client_port INTEGER NOT NULL,
    server TEXT NOT NULL,
    server_port INTEGER NOT NULL);

CREATE INDEX connection_number ON connection(recording, number);

CREATE TABLE exchange(
    id INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    number INTEGER NOT NULL,
    time INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    method INTEGER,
    host INTEGER,
    status INTEGER,
    reason INTEGER,
    flaws INTEGER NOT NULL,
    principal INTEGER,
    path INTEGER,
    match BLOB NOT NULL,
    request_body INTEGER,
    response_body INTEGER,
    dictionary INTEGER,
    size INTEGER NOT NULL,
    data BLOB NOT NULL,
    leaf BLOB NOT NULL);

CREATE INDEX exchange_match ON exchange(substr(match, 1, 6));

CREATE INDEX exchange_path ON exchange(path) WHERE path IS NOT NULL;

CREATE TABLE deletion(
    exchange INTEGER PRIMARY KEY,
    operation INTEGER NOT NULL,
    contract INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    code INTEGER,
    message TEXT,
    request_id TEXT,
    token TEXT,
    dry_run INTEGER NOT NULL,
    force INTEGER NOT NULL,
    set_delete INTEGER NOT NULL,
    attempt_of INTEGER NOT NULL,
    attempt_number INTEGER NOT NULL,
    findings INTEGER NOT NULL);

CREATE INDEX deletion_operation ON deletion(operation);

CREATE TABLE target(
    deletion INTEGER NOT NULL,
    number INTEGER NOT NULL,
    type INTEGER,
    id TEXT,
    scope INTEGER,
    outcome INTEGER NOT NULL,
    code INTEGER,
    PRIMARY KEY(deletion, number)) WITHOUT ROWID;

CREATE INDEX target_id ON target(substr(id, -8));

CREATE TABLE follow_up(
    exchange INTEGER NOT NULL,
    number INTEGER NOT NULL,
    deletion INTEGER NOT NULL,
    time INTEGER NOT NULL,
    state INTEGER,
    verdict INTEGER NOT NULL,
    PRIMARY KEY(exchange, number)) WITHOUT ROWID;

CREATE INDEX follow_up_deletion ON follow_up(deletion);

CREATE TABLE body(
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL);

CREATE UNIQUE INDEX body_sha256 ON body(sha256);

CREATE TABLE dictionary(
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL);

CREATE TABLE word(
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL);

CREATE UNIQUE INDEX word_text ON word(text);

CREATE TABLE term(
    class TEXT NOT NULL,
    value INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY(class, value)) WITHOUT ROWID;

CREATE TABLE tree(
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    range BLOB NOT NULL);

CREATE VIEW recordings AS
SELECT
    id,
    strftime('%Y-%m-%dT%H:%M:%S', begun / 1000000000, 'unixepoch') || printf('.%09dZ', begun %
        1000000000) AS begun,
    program,
    source,
    filter,
    finished,
    strftime('%Y-%m-%dT%H:%M:%S', first / 1000000000, 'unixepoch') || printf('.%09dZ', first %
        1000000000) AS first,
    strftime('%Y-%m-%dT%H:%M:%S', last / 1000000000, 'unixepoch') || printf('.%09dZ', last %
        1000000000) AS last,
    cut_short
FROM recording;

CREATE VIEW exchanges AS
SELECT
    e.id,
    e.recording,
    strftime('%Y-%m-%dT%H:%M:%S', e.time / 1000000000, 'unixepoch') || printf('.%09dZ', e.time
        % 1000000000) AS time,
    CASE WHEN instr(c.client, ':') THEN '[' || c.client || ']' ELSE c.client END || ':' ||
        c.client_port AS client,
    CASE WHEN instr(c.server, ':') THEN '[' || c.server || ']' ELSE c.server END || ':' ||
        c.server_port AS server,
    (SELECT text FROM word WHERE word.id = e.method) AS method,
    (SELECT text FROM word WHERE word.id = e.host) AS host,
    e.status,
    (SELECT name FROM term WHERE class = 'reason' AND value = e.reason) AS reason,
    (SELECT name FROM term WHERE class = 'kind' AND value = e.kind) AS kind,
    (SELECT text FROM word WHERE word.id = e.principal) AS principal,
    (SELECT group_concat(name, ' ') FROM term WHERE class = 'flaw' AND e.flaws >> value & 1)
        AS flaws
FROM exchange AS e JOIN connection AS c ON c.id = e.connection;

CREATE VIEW targets AS
SELECT
    t.deletion,
    t.number,
    (SELECT text FROM word WHERE word.id = t.type) AS type,
    t.id,
    (SELECT text FROM word WHERE word.id = t.scope) AS scope,
    (SELECT name FROM term WHERE class = 'outcome' AND value = t.outcome) AS outcome,
    (SELECT text FROM word WHERE word.id = t.code) AS code
FROM target AS t;

CREATE VIEW follow_ups AS
SELECT
    f.deletion,
    f.exchange,
    strftime('%Y-%m-%dT%H:%M:%S', f.time / 1000000000, 'unixepoch') || printf('.%09dZ', f.time
        % 1000000000) AS time,
    (SELECT text FROM word WHERE word.id = f.state) AS state,
    (SELECT name FROM term WHERE class = 'verdict' AND value = f.verdict) AS verdict
FROM follow_up AS f;

CREATE VIEW history AS
SELECT
    e.id,
    e.time,
    e.principal,
    e.client,
    e.host,
    e.method,
    (SELECT text FROM word WHERE word.id = d.operation) AS operation,
    (SELECT group_concat(coalesce(t.type || ':', '') || t.id, ' ') FROM targets AS t WHERE
        t.deletion = e.id) AS targets,
    (SELECT name FROM term WHERE class = 'outcome' AND value = d.outcome) AS outcome,
    iif(d.contract, 'contract', 'convention') AS basis,
    e.status,
    (SELECT text FROM word WHERE word.id = d.code) AS code,
    d.message,
    d.request_id,
    d.token,
    d.dry_run,
    d.force,
    d.set_delete,
    d.attempt_of,
    d.attempt_number,
    (SELECT f.verdict FROM follow_ups AS f WHERE f.deletion = e.id ORDER BY f.exchange DESC
        LIMIT 1) AS verdict,
    (SELECT f.time FROM follow_ups AS f WHERE f.deletion = e.id ORDER BY f.exchange DESC LIMIT
        1) AS verdict_time,
    (SELECT group_concat(name, ' ') FROM term WHERE class = 'finding' AND d.findings >> value
        & 1) AS findings,
    e.flaws
FROM deletion AS d JOIN exchanges AS e ON e.id = d.exchange;
