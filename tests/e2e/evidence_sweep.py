#!/usr/bin/env python3
"""Change single bytes of a sealed archive: each change is found, or shows nowhere.

    evidence_sweep.py OBIT ARCHIVE CHECKPOINT VKEY COUNT [SEED]

A change that `verify` does not find must leave every row as it was, or, where
a row differs that the evidence does not speak for, everything that ls, audit
and show say.  One line of figures; exit status 1 if a change fails this.
"""
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

obit, archive, checkpoint, vkey = sys.argv[1:5]
count = int(sys.argv[5])
seed = int(sys.argv[6]) if len(sys.argv) > 6 else 1


def run(*args):
    return subprocess.run((obit,) + args, capture_output=True, timeout=120)


def rows(path):
    """Every row of every table, read in the order of the tables."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.text_factory = bytes
    try:
        schema = db.execute("SELECT type, name, tbl_name, sql "
                            "FROM sqlite_schema").fetchall()
        tables = [s[1].decode() for s in schema if s[0] == b"table"]
        pragmas = [db.execute(f"PRAGMA {p}").fetchall()
                   for p in ("application_id", "user_version", "encoding")]
        return schema, pragmas, [db.execute(f"SELECT * FROM {t} NOT INDEXED"
                                            ).fetchall() for t in tables]
    except sqlite3.Error:
        return None
    finally:
        db.close()


def shown(path, ids):
    texts = [run(verb, "--json", path) for verb in ("ls", "audit")]
    texts += [run("show", "--json", path, str(i)) for i in ids]
    return [(t.returncode, t.stdout, t.stderr.replace(path.encode(), b""))
            for t in texts]


def clean(path):
    for suffix in ("", "-wal", "-shm", "-journal"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)


def main():
    rng = random.Random(seed)
    with open(archive, "rb") as f:
        good = f.read()
    ids = range(1, run("ls", "--json", archive).stdout.count(b"\n") + 1)
    want_rows, want_shown = rows(archive), shown(archive, ids)
    figures = {"named": 0, "found": 0, "refused": 0, "same": 0, "unseen": 0}
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "t.obit")
        for _ in range(count):
            at, change = rng.randrange(len(good)), rng.randrange(1, 256)
            with open(path, "wb") as f:
                f.write(good[:at] + bytes([good[at] ^ change]) + good[at + 1:])
            r = run("verify", path, "--checkpoint", checkpoint, "--key", vkey)
            if r.returncode == 1 and r.stderr:
                bad += 1
                print(f"byte {at} xor {change}: {r.stderr.decode()}")
            elif r.returncode == 1:
                said = r.stdout
                named = b"exchange" in said or b"recording" in said
                figures["named" if named else "found"] += 1
            elif r.returncode == 3:
                figures["refused"] += 1
            elif r.returncode != 0:
                bad += 1
                print(f"byte {at} xor {change}: status {r.returncode}")
            elif rows(path) == want_rows:
                figures["same"] += 1
            elif shown(path, ids) == want_shown:
                figures["unseen"] += 1
            else:
                bad += 1
                print(f"byte {at} xor {change}: not found")
            clean(path)
    print(f"{count} changes of {len(good)} bytes:",
          ", ".join(f"{n} {name}" for name, n in figures.items()))
    return 1 if bad else 0


sys.exit(main())
