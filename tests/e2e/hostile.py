#!/usr/bin/env python3
"""Archives from strangers, given to every verb that opens one.

    hostile.py OBIT CAPTURE VERBS [SEED]

Each file goes to VERBS verbs drawn at random, or to all of them if VERBS is
0.  A verb ends in time, within bounded memory, with a status of its own and
never by a signal; what it cannot read it refuses in one line that names the
file, and leaves nothing behind.  One line of figures; exit status 1 if that
is not so.
"""
import os
import random
import resource
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib

obit, capture, verbs = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
MEMORY = 2 << 30  # of address space; a body may have 512 MiB
SANITIZED = b"__asan_init" in open(obit, "rb").read()
REFUSED, CONTAINED = "refused", "contained"
FILES = []


def hostile(kind):
    def add(f):
        FILES.append((f.__name__, kind, f))
        return f
    return add


def sql(*statements, schema=False):
    def tamper(path):
        db = sqlite3.connect(path, isolation_level=None)
        if schema:
            db.execute("PRAGMA writable_schema=ON")
        for s in statements:
            db.execute(*s) if isinstance(s, tuple) else db.execute(s)
        db.close()
    return tamper


def bad_sql(name, kind, *statements, schema=False):
    FILES.append((name, kind, sql(*statements, schema=schema)))


def overwrite(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def page_size(path):
    with open(path, "rb") as f:
        return struct.unpack(">H", f.read(18)[16:])[0]


def root(path, name):
    db = sqlite3.connect(path)
    (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?",
                         (name,)).fetchone()
    db.close()
    return page


def replace(path, data):
    os.unlink(path)
    with open(path, "wb") as f:
        f.write(data)


@hostile(REFUSED)
def no_bytes(path): replace(path, b"")


@hostile(REFUSED)
def one_byte(path): replace(path, b"S")


@hostile(REFUSED)
def magic_alone(path): replace(path, b"SQLite format 3\0")


@hostile(REFUSED)
def header_alone(path):
    with open(path, "rb") as f:
        head = f.read(100)
    replace(path, head)


@hostile(REFUSED)
def a_capture(path): shutil.copyfile(capture, path)


@hostile(REFUSED)
def a_folder(path):
    os.unlink(path)
    os.mkdir(path)


@hostile(REFUSED)
def a_pipe(path):
    os.unlink(path)
    os.mkfifo(path)


@hostile(REFUSED)
def a_socket(path):
    os.unlink(path)
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        os.chdir(os.path.dirname(path))
        s.bind(os.path.basename(path))
        os.chdir(here)


@hostile(REFUSED)
def a_device(path):
    os.unlink(path)
    os.symlink("/dev/zero", path)


@hostile(REFUSED)
def a_link_to_itself(path):
    os.unlink(path)
    os.symlink(os.path.basename(path), path)


@hostile(REFUSED)
def another_database(path):
    os.unlink(path)
    sql("CREATE TABLE t(a)")(path)


bad_sql("a_future_version", REFUSED, "PRAGMA user_version=99")
bad_sql("version_zero", REFUSED, "PRAGMA user_version=0")
bad_sql("a_trigger", REFUSED, "CREATE TRIGGER g AFTER INSERT ON word BEGIN "
        "DELETE FROM exchange; END")
bad_sql("a_view", REFUSED, "CREATE VIEW v AS SELECT load_extension('x')")
bad_sql("another_view", REFUSED, "DROP VIEW history", "CREATE VIEW history AS "
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
        "SELECT n FROM r")
bad_sql("a_virtual_table", REFUSED, "CREATE VIRTUAL TABLE f USING fts5(a)")
bad_sql("an_index_of_an_expression", REFUSED,
        "CREATE INDEX i ON word(abs(text))")
bad_sql("a_check", REFUSED, "UPDATE sqlite_schema SET sql = replace(sql, "
        "'NOT NULL', 'CHECK(load_extension(text))') WHERE name = 'word'",
        schema=True)
bad_sql("a_schema_of_nonsense", REFUSED, "UPDATE sqlite_schema SET sql = "
        "'CREATE TABLE (' WHERE name = 'exchange'", schema=True)
bad_sql("no_schema", REFUSED, "DELETE FROM sqlite_schema", schema=True)
bad_sql("a_term_of_another_time", REFUSED,
        "INSERT INTO term VALUES('flaw', 60, 'x')")
bad_sql("wrong_types", CONTAINED, "UPDATE exchange SET time = 'x', "
        "profile = x'00', leaf = 'many', data = 7")
bad_sql("wrong_references", CONTAINED, "UPDATE exchange SET connection = 99, "
        "profile = 1 << 40, scope = -1")
bad_sql("cycles", CONTAINED, "UPDATE exchange SET attempt_of = id + 1",
        "INSERT OR REPLACE INTO follow_up SELECT id, 1, id, 0, NULL, 0 "
        "FROM exchange", "UPDATE profile SET flags = flags | 48")
bad_sql("huge_numbers", CONTAINED, "UPDATE exchange SET id = id + (1 << 60)",
        "UPDATE connection SET number = (1 << 62), time = -(1 << 62)")
bad_sql("no_profiles", CONTAINED, "DELETE FROM profile")
bad_sql("no_templates", CONTAINED, "DELETE FROM template")
bad_sql("lookups_of_nonsense", CONTAINED, "DELETE FROM recent",
        "UPDATE segment SET count = -1",
        "INSERT OR REPLACE INTO lookup VALUES(1, x'ffffffffffffffffff')")
bad_sql("no_connections", CONTAINED, "DELETE FROM connection")
bad_sql("no_recordings", CONTAINED, "DELETE FROM recording")
bad_sql("no_tree", CONTAINED, "DELETE FROM tree")
bad_sql("a_long_word", CONTAINED, "UPDATE word SET text = "
        "hex(zeroblob(1000000)) WHERE id = 1")
bad_sql("escapes", CONTAINED, "UPDATE exchange SET message = "
        "char(27) || '[2J' || char(10) || 'x', token = char(0), "
        "target = char(27) || ']0;x' || char(7)")
bad_sql("many_targets", CONTAINED, "WITH RECURSIVE r(n) AS (SELECT 100 UNION "
        "ALL SELECT n + 1 FROM r WHERE n < 20000) INSERT INTO target "
        "SELECT 1, n, NULL, n, NULL, 0, NULL FROM r")


def bomb(size):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -13)
    data, left = b"", size
    while left > 0:
        n = min(left, 1 << 24)
        data += squeeze.compress(bytes(n))
        left -= n
    return data + squeeze.flush()


def packed(size, data):
    """The data of an exchange without template and dictionary."""
    leb = b""
    while size >= 128:
        leb, size = leb + bytes([size & 127 | 128]), size >> 7
    return b"\0\0" + leb + bytes([size]) + data


@hostile(CONTAINED)
def a_bomb(path):
    sql(("UPDATE exchange SET data = ?",
         (packed(64 << 20, bomb(64 << 20)),)))(path)


@hostile(CONTAINED)
def a_bomb_of_a_lie(path):
    sql(("UPDATE exchange SET data = ?", (packed(100, bomb(80 << 20)),)))(path)


@hostile(CONTAINED)
def a_body_bomb(path):
    sql(("INSERT INTO body(id, sha256, size, data) VALUES(99, ?, ?, ?)",
         (bytes(32), 100 << 20, bomb(100 << 20))),
        "UPDATE exchange SET request_body = 99 WHERE id = 1")(path)


@hostile(CONTAINED)
def a_page_that_is_its_own_child(path):
    size, page = page_size(path), root(path, "exchange")
    head = struct.pack(">BHHHBI", 5, 0, 1, size - 5, 0, page)
    overwrite(path, (page - 1) * size, head + struct.pack(">H", size - 5))
    overwrite(path, page * size - 5, struct.pack(">IB", page, 1))


@hostile(CONTAINED)
def two_tables_on_one_page(path):
    sql("UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM "
        "sqlite_schema WHERE name = 'word') WHERE name = 'target'",
        schema=True)(path)


@hostile(CONTAINED)
def an_index_for_a_table(path):
    sql("UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM "
        "sqlite_schema WHERE name = 'profile_host') "
        "WHERE name = 'exchange'", schema=True)(path)


@hostile(CONTAINED)
def a_cell_without_end(path):
    size, page = page_size(path), root(path, "word")
    with open(path, "rb") as f:
        f.seek((page - 1) * size)
        head = f.read(10)
    (cell,) = struct.unpack(">H", head[8:10])
    overwrite(path, (page - 1) * size + cell, b"\xff" * 8 + b"\x7f")


@hostile(CONTAINED)
def a_free_list_that_is_a_ring(path):
    overwrite(path, 32, struct.pack(">II", 2, 1 << 30))
    overwrite(path, page_size(path), struct.pack(">II", 2, 5))


@hostile(CONTAINED)
def a_size_of_pages_that_is_none(path): overwrite(path, 16, b"\x00\x03")


@hostile(CONTAINED)
def cut_in_the_middle(path): os.truncate(path, os.path.getsize(path) // 2 + 7)


@hostile(CONTAINED)
def zeros_at_the_end(path): os.truncate(path, 1 << 30)


@hostile(CONTAINED)
def noise(path):
    for _ in range(300):
        overwrite(path, rng.randrange(100, os.path.getsize(path)),
                  bytes([rng.randrange(256)]))


@hostile(CONTAINED)
def a_journal_of_noise(path):
    for suffix in "-journal", "-wal", "-shm":
        with open(path + suffix, "wb") as f:
            f.write(rng.randbytes(70000))


@hostile(CONTAINED)
def a_journal_that_is_a_pipe(path):
    os.mkfifo(path + "-wal")
    os.mkfifo(path + "-journal")


def commands(path, good, out, key):
    """Every verb that opens an archive, with it in each place."""
    yield "ls", path
    yield "ls", "--json", path
    yield "show", path, "1"
    yield "show", "--json", path, "2"
    yield "audit", path
    yield "audit", "--json", path
    yield "audit", "--by", "target", path
    yield "audit", "--html", out, path
    yield "audit", "--secrets", path
    yield "stats", path
    yield "stats", "--json", path
    yield "verify", path
    yield "verify", "--json", path
    yield "seal", path, "--key", key, "-o", out
    yield "prove", path, "1", "-o", out
    yield "rules", "explain", path, "1"
    yield "diff", path, good
    yield "diff", good, path
    yield "plan", path, "--target", "http://127.0.0.1:9"
    yield "merge", "-o", out, good, path
    yield "redact", "-o", out, path
    yield "purge", "-o", out, path
    yield "serve", path, "--listen", "nonsense"
    yield "capture", "-r", capture, path


def limit():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def judge(args, kind, path, out):
    """Run it; say what is wrong, or None."""
    try:
        r = subprocess.run((obit,) + args, capture_output=True, timeout=120,
                           preexec_fn=limit, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "no end"
    words = r.stderr.decode("utf-8", "replace")
    if r.returncode not in (0, 1, 2, 3, 4):
        return f"status {r.returncode}: {words[-300:]}"
    if r.returncode == 3 and (words.count("\n") != 1 or path not in words):
        return f"words: {words[:300]}"
    if any(c < " " and c not in "\n\t" for c in words):
        return f"escapes: {words!r}"
    if kind == REFUSED and r.returncode not in (2, 3) and \
            not (args[0] in ("verify", "seal", "merge", "redact",
                            "purge") and
                 r.returncode == 1):
        return f"status {r.returncode}, and not refused"
    if r.returncode == 3 and os.path.exists(out):
        return "a file is left"
    return None


def remove(path):
    for name in os.listdir(os.path.dirname(path)):
        at = os.path.join(os.path.dirname(path), name)
        if os.path.isdir(at):
            shutil.rmtree(at)
        else:
            os.unlink(at)


def main():
    bad = runs = 0
    with tempfile.TemporaryDirectory() as top:
        good, key = os.path.join(top, "good.obit"), os.path.join(top, "key")
        subprocess.run([obit, "capture", "--all", "-r", capture, good],
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run([obit, "seal", "--new-key", key], check=True,
                       stdout=subprocess.DEVNULL)
        work = os.path.join(top, "work")
        os.mkdir(work)
        path, out = os.path.join(work, "h.obit"), os.path.join(work, "out")
        for name, kind, make in FILES:
            known = list(commands(path, good, out, key))
            chosen = rng.sample(known, verbs) if verbs else known
            for args in chosen:
                shutil.copyfile(good, path)
                make(path)
                wrong = judge(args, kind, path, out)
                runs += 1
                if wrong is not None:
                    bad += 1
                    print(f"{name}: {' '.join(args[:2])}: {wrong}")
                remove(path)
    print(f"{len(FILES)} hostile files, {runs} runs of verbs, {bad} bad")
    return 1 if bad else 0


sys.exit(main())
